"""A decoder that knows which frame it is at, and whether what it gives can be relied on.

Decoders conceal damage with what they happen to hold: after it, the frames of a group of pictures differ by threads and
by where decoding began. So a walk that meets damage says so, and a careful walk gives such a group in one way only:
by one thread, from the group's own key frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.counting import counted
from engine.media.decoder import Decoder
from engine.media.reading import refuse
from engine.media.table import Table

_SEEK_COST = 4
"""Frames that can be decoded in the time that a seek takes."""


class Damage(Exception):  # noqa: N818 - not an error yet: the frame is asked for in another way
    """Decoding met damage at a frame."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Walk:
    """Frames of a video one after the other, from wherever is nearest. Not for two threads at once."""

    def __init__(self, path: Path, table: Table, *, careful: bool) -> None:
        self._path = path
        self.table = table
        self.careful = careful
        self._decoder = Decoder(path, threads="NONE" if careful else "AUTO", strict=not careful)
        self._last = -1
        self._settled = -1
        """The last frame that refers to none behind it."""
        self._landed: int | None = None
        self._lost = False
        self._failures = 0
        """Those of the decoder that have been looked at; a landing begins anew, and can fail itself."""

    def close(self) -> None:
        """Close the file."""
        self._decoder.close()

    def approach(self, index: int, cancelled: Callable[[], bool]) -> None:
        """Come before a frame: go on where that is cheaper than to seek."""
        key = self.table.key_before(index)
        start = self.table.group_of(index)
        reached = 0 < index - self._last <= index - start + _SEEK_COST
        if reached and not self._lost and not (self.careful and key != self._landed):
            return
        self._lost = True  # until the landing has succeeded: it can be cancelled or fail
        self._failures = 0
        self._decoder.land(key, cancelled)
        self._landed = key
        self._last = self._settled = start - 1
        self._lost = False

    def step(self, cancelled: Callable[[], bool]) -> tuple[int, Any] | None:
        """Return the next frame and its number, None at the end; Damage unless this walk is careful."""
        while True:
            frame = self._decoder.step(cancelled)
            failed, self._failures = self._decoder.failures > self._failures, self._decoder.failures
            number = None if frame is None else self._number(frame)
            if number is not None and number <= self._last:
                number = None  # shown before the key frame of the landing: a part of what it refers to is missing
            if failed:
                self._meet(self._last + 1, failed=True)
            elif frame is not None and number is not None and frame.is_corrupt:
                self._meet(number, failed=False)
            if frame is None:
                self._lost = True
                return None
            if number is not None:
                self._last = number
                self._settled = self._settled if depends_on_next(frame) else number
                return number, frame

    def _meet(self, index: int, *, failed: bool) -> None:
        """Say that there is damage, or go on with what the decoder makes of it."""
        if self.careful and (self.table.by_pts or not failed):
            return
        self._lost = True
        if self.careful:
            raise refuse(self._path, f"it is damaged before frame {counted(index)}")
        raise Damage(min(index, self._settled + 1))  # those between refer to it, too

    def _number(self, frame: Any) -> int | None:
        return self.table.index_of(frame.pts) if self.table.by_pts else self._last + 1


def depends_on_next(frame: Any) -> bool:
    """Say whether a frame was made with the help of one that is shown later."""
    from av.video.frame import PictureType

    return bool(frame.pict_type == PictureType.B)
