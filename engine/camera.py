"""How the camera moved, as a document carries it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.tracks.motion import Motion


class Camera:
    """How the camera moved, as far as it is known; never saved, and no reason for two documents to differ."""

    __slots__ = ("motion",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, motion: Motion) -> None:
        self.motion = motion

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Camera)
