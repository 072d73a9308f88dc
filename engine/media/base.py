"""What every kind of media offers: frames as RGB arrays, numbered from 0.

Apart from the kinds themselves so that the cache, the session and the jobs depend on this contract alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.document import MediaInfo, Picture

Pixels = NDArray[np.uint8]
"""(H, W, 3) RGB, C-contiguous, read-only because the cache and its readers share it."""
MAX_PIXELS = 400_000_000
"""Refused above, by the header alone: a frame of this size already needs 1.2 GB, twice that while it is decoded."""


class Cancelled(Exception):  # noqa: N818 - not an error: the reader changed its mind
    """A decode was given up because its result is no longer wanted."""


def never() -> bool:
    """Say that nobody cancels."""
    return False


class Media(ABC):
    """A picture, a folder of pictures, an animation or a video; `frame` may be called from any thread."""

    info: MediaInfo
    root: Path
    """The media's file; of pictures the folder that they have in common."""

    def __len__(self) -> int:
        return self.info.frames

    @abstractmethod
    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Return the pixels of a frame; MediaError says which file and why not; Cancelled if `cancelled()`."""

    def size(self, index: int) -> tuple[int, int]:
        """Return (width, height) of a frame as shown, without decoding its pixels."""
        return self.info.width, self.info.height

    def name(self, index: int) -> str:
        """Return the file name that a frame comes from."""
        return self.info.path

    def picture(self, index: int, *, look: bool = False) -> Picture | None:
        """Return what is known of the file of a frame, at most its name before it was decoded; None if it has none.

        `look` reads its size and fingerprint if they are not known.
        """
        return None

    def forget(self, frames: Iterable[int]) -> None:  # noqa: B027 - optional, most media hold nothing
        """Let go of what is known of the files of frames with which somebody is done; it is read again if needed."""

    def time(self, index: int) -> float | None:
        """Return the seconds from the first frame to this one, or None where frames have no time."""
        return None

    def warning(self, index: int) -> str:
        """Return what is doubtful about a frame ("" if nothing); complete only once it has been decoded."""
        return ""

    def keep(self, budget_bytes: int) -> None:  # noqa: B027 - optional, most media hold nothing
        """Limit what the media itself holds between two calls of `frame`."""

    @property
    def held_bytes(self) -> int:
        """Return the bytes of decoded frames that the media holds now."""
        return 0

    def close(self) -> None:  # noqa: B027 - optional, most media hold nothing
        """Let go of files and memory; calling it twice is harmless."""


def shared(pixels: NDArray[np.uint8]) -> Pixels:
    """Return the pixels contiguous and read-only."""
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return pixels
