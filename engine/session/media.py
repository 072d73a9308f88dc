"""The frames of what is open: where they come from, which one is shown, and which one was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.document import Picture as PictureLine
from engine.media.base import never
from engine.media.reference import Reference
from engine.scene import Picture


class Frames(Protocol):
    """What a session needs of the media: `engine.opening.CachedFrames` is one."""

    def __len__(self) -> int: ...

    @property
    def reference(self) -> Reference:
        """What names the frames to another process, which opens the media itself."""

    def get(self, index: int) -> NDArray[np.uint8]:
        """Return a frame's pixels, decoding it if needed."""

    def peek(self, index: int) -> NDArray[np.uint8] | None:
        """Return a frame's pixels if they are at hand."""

    def decode(self, index: int, cancelled: Callable[[], bool] = never) -> NDArray[np.uint8]:
        """Return a frame's pixels past what is kept and read ahead; Cancelled if `cancelled()`."""

    def prefetch(self, index: int, direction: int) -> None:
        """Read ahead from a frame in a direction (1, -1)."""

    def wish(self, indices: Sequence[int]) -> None:
        """Read some frames that will be gone to, after what is read ahead; what was wished for before is given up."""

    def size(self, index: int) -> tuple[int, int]:
        """Return the width and height of a frame, reading its header if needed."""

    def name(self, index: int) -> str:
        """Return the name of a frame's file, or the media's."""

    def picture(self, index: int, *, look: bool = False) -> PictureLine | None:
        """Return what is known of a frame's own file (`look` reads it), None where frames have none."""

    def time(self, index: int) -> float | None:
        """Return a frame's presentation time in seconds, or None."""

    def warning(self, index: int) -> str:
        """Return what is wrong with a frame that is shown all the same, or ""."""


@dataclass(frozen=True)
class Goal:
    """What is to be looked at on a frame as soon as it is there."""

    shape: int | None = None
    """The shape to select."""
    box: Box | None = None
    """The place to bring into view."""


@dataclass
class Media:
    """The frames, which one is shown, and which one was asked for."""

    frames: Frames
    shown: int = 0
    target: int = 0
    goal: Goal | None = None
    """What is wanted of the frame that was asked for."""
    original: NDArray[np.uint8] | None = None
    picture: Picture | None = None
    filter: str = ""
    """Id of the filter that is on, or ""."""
    playing: bool = False
    refused: frozenset[int] = frozenset()
    """Frames that could not be shown: stepping passes over them."""

    @property
    def loading(self) -> bool:
        """Whether the frame that was asked for is not shown yet."""
        return self.target != self.shown
