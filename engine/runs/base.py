"""The contract of what follows objects from frame to frame, with a check of each of them or without."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from engine.tools.base import Image, Target

Step = tuple[dict[int, Target], dict[int, float | None], dict[int, str]]
"""Targets, scores and reasons of those lost, by key."""


class Followers(Protocol):
    """Objects that are followed with one tracker, as of the last frame."""

    refused: dict[int, str]
    """With which objects the tracker could not begin when it was asked last, and why."""

    def close(self) -> None:
        """Let go of what it holds."""

    @property
    def busy(self) -> bool:
        """Whether any object is still followed or looked for."""

    @property
    def keys(self) -> frozenset[int]:
        """The objects that are followed, those looked for left out."""

    def step(self, image: Image) -> Step:
        """Follow all objects on to this frame."""

    def keep(self, keys: Collection[int]) -> None:
        """Follow these objects on, and let go of the others, and of those that are looked for."""

    def take(self, other: Followers) -> None:
        """Follow the objects of others on, too, which are of the same kind, tracker and frame."""

    def begin(self, image: Image, starts: Mapping[int, Target]) -> None:
        """Begin with more objects on the last frame, which is `image`; ToolError if nothing is followed then."""
