"""A decoder that knows which frame it is at, and whether what it gives can be relied on.

Decoders conceal damage with what they happen to hold: after it, the frames of a group of pictures differ by threads and
by where decoding began. So a walk that meets damage says so, and a careful walk gives such a group in one way only:
by one thread, from the group's own key frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
        self._careful = careful
        self._decoder = Decoder(path, threads="NONE" if careful else "AUTO", strict=not careful)
        self._last = -1
        self._landed: int | None = None
        self._lost = False

    def close(self) -> None:
        """Close the file."""
        self._decoder.close()

    def approach(self, index: int, cancelled: Callable[[], bool]) -> None:
        """Come before a frame: go on where that is cheaper than to seek."""
        key = self.table.key_before(index)
        start = self.table.group_of(index)
        reached = 0 < index - self._last <= index - start + _SEEK_COST
        if reached and not self._lost and not (self._careful and key != self._landed):
            return
        self._lost = True  # until the landing has succeeded: it can be cancelled or fail
        self._decoder.land(key, cancelled)
        self._landed = key
        self._last = start - 1
        self._lost = False

    def step(self, cancelled: Callable[[], bool]) -> tuple[int, Any] | None:
        """Return the next frame and its number, None at the end; Damage unless this walk is careful."""
        while True:
            failures = self._decoder.failures
            frame = self._decoder.step(cancelled)
            failed = self._decoder.failures > failures
            number = None if frame is None else self._number(frame)
            if number is not None and number <= self._last:
                number = None  # shown before the key frame of the landing: a part of what it refers to is missing
            corrupt = number is not None and bool(frame.is_corrupt)
            if failed or corrupt:
                self._meet(number if corrupt and not failed else self._last + 1, failed)
            if frame is None:
                self._lost = True
                return None
            if number is not None:
                self._last = number
                return number, frame

    def _meet(self, index: int | None, failed: bool) -> None:
        """Say that there is damage, or go on with what the decoder makes of it."""
        if self._careful and (self.table.by_pts or not failed):
            return
        self._lost = True
        if self._careful:
            raise refuse(self._path, f"it is damaged before frame {index}")
        raise Damage(self._last + 1 if index is None else index)

    def _number(self, frame: Any) -> int | None:
        return self.table.index_of(frame.pts) if self.table.by_pts else self._last + 1
