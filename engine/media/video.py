"""A video: frame i is the same frame by play, seek or step, because the table of times names it.

Frames that hardly cost anything once decoded are kept as the decoder made them (a third to half the size of RGB, no
conversion) in a ring, so that the step back after a long seek is a look-up.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document import MediaInfo
from engine.media.base import Media, Pixels, never, shared
from engine.media.decoder import Decoder
from engine.media.pixels import orient, over_grey
from engine.media.reading import guarded, refuse
from engine.media.streams import CLOCKWISE, orientation_of
from engine.media.table import build

RING_FRAMES = 32
RING_BYTES = 128 << 20
_SEEK_COST = 4
"""Frames that can be decoded in the time that a seek takes."""


class Video(Media):
    """A video file; its container is touched under one lock only."""

    def __init__(self, path: Path, *, saved_in: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._table, (self._width, self._height) = guarded(path, lambda: build(path))
        # One thread where frames are counted: a damaged stream then decodes to the same frames each time.
        self._decoder = Decoder(path, threads="AUTO" if self._table.by_pts else "SLICE")
        self._last = -1
        self._lost = False
        self._ring: OrderedDict[int, Any] = OrderedDict()
        self._ring_bytes = 0
        self._ring_limit = RING_BYTES
        self._damaged: set[int] = set()
        self._reformatter: Any = None
        self._orientation = 1
        self._closed = False
        try:
            self._orientation = orientation_of(self._stored(0, never))
        except BaseException:
            self._decoder.close()
            raise
        sides = (self._height, self._width) if self._orientation > 4 else (self._width, self._height)
        name = os.path.relpath(path, saved_in)
        rotation = CLOCKWISE[self._orientation]
        self.info = MediaInfo(name, "video", self._table.count, *sides, rotation, self._table.digest())

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Return a frame, decoding from the ring, from where the decoder is, or from the key frame before."""
        if not 0 <= index < len(self):
            raise refuse(self._path, f"there is no frame {index}; its {len(self)} frames are numbered from 0")
        with self._lock:
            if self._closed:
                raise refuse(self._path, "it has been closed")
            return guarded(self._path, lambda: self._rgb(self._stored(index, cancelled)))

    def time(self, index: int) -> float | None:
        """Return the seconds since the first frame, by the table; by the nominal rate where frames have no times."""
        table = self._table
        if table.by_pts:
            return float((int(table.pts[index]) - int(table.pts[0])) * table.time_base)
        return index / table.rate if table.rate else None

    def warning(self, index: int) -> str:
        """Return what is damaged: the file as a whole, or this frame."""
        if index in self._damaged:
            return f"{self._path.name}: frame {index} is damaged"
        return self._table.warning

    def keep(self, budget_bytes: int) -> None:
        """Limit the ring."""
        with self._lock:
            self._ring_limit = min(budget_bytes, RING_BYTES)
            self._shrink()

    @property
    def held_bytes(self) -> int:
        """Return the bytes in the ring."""
        return self._ring_bytes

    def close(self) -> None:
        """Close the file, after the frame that is being decoded."""
        with self._lock:
            self._closed = True
            self._ring.clear()
            self._ring_bytes = 0
            self._decoder.close()

    def _stored(self, index: int, cancelled: Callable[[], bool]) -> Any:
        held = self._ring.get(index)
        return held if held is not None else self._decode(index, cancelled)

    def _decode(self, index: int, cancelled: Callable[[], bool]) -> Any:
        self._approach(index, cancelled)
        while True:
            frame = self._decoder.step(cancelled)
            if frame is None:
                self._lost = True
                raise refuse(self._path, f"frame {index} cannot be decoded")
            if self._decoder.failures and not self._table.by_pts:
                self._lost = True
                raise refuse(self._path, f"it is damaged before frame {index}")
            number = self._table.index_of(frame.pts) if self._table.by_pts else self._last + 1
            if number is None:
                continue
            self._last = number
            # A damaged stream (counted) shows what lies in reused buffers, so they are always held in the same way.
            if number > index - RING_FRAMES or not self._table.by_pts:
                self._hold(number, frame)
            if number == index:
                return frame
            if number > index:
                raise refuse(self._path, f"frame {index} cannot be decoded")

    def _approach(self, index: int, cancelled: Callable[[], bool]) -> None:
        """Bring the decoder before a frame: go on where that is cheaper than to seek."""
        ahead = index - self._last
        key = self._table.key_before(index)
        start = self._table.index_of(key) if key is not None else 0
        from_key = index - (start or 0) + _SEEK_COST
        if not self._lost and 0 < ahead <= from_key:
            return
        self._lost = True  # until the landing has succeeded: it can be cancelled or fail
        self._decoder.land(key, cancelled)
        self._last = (start or 0) - 1
        self._lost = False

    def _hold(self, number: int, frame: Any) -> None:
        if frame.is_corrupt:
            self._damaged.add(number)
        if number in self._ring:
            return
        self._ring[number] = frame
        self._ring_bytes += _bytes(frame)
        self._shrink()

    def _shrink(self) -> None:
        while self._ring and (self._ring_bytes > self._ring_limit or len(self._ring) > RING_FRAMES):
            self._ring_bytes -= _bytes(self._ring.popitem(last=False)[1])

    def _rgb(self, frame: Any) -> Pixels:
        """Convert a stored frame; one that changed its size in mid-stream is brought to the size of the first."""
        if self._reformatter is None:
            from av.video.reformatter import VideoReformatter

            self._reformatter = VideoReformatter()
        has_alpha = any(component.is_alpha for component in frame.format.components)
        wanted = "rgba" if has_alpha else "rgb24"
        converted = self._reformatter.reformat(frame, self._width, self._height, wanted)
        pixels: NDArray[np.uint8] = converted.to_ndarray()
        pixels = over_grey(pixels) if has_alpha else pixels
        return shared(orient(pixels, self._orientation))


def _bytes(frame: Any) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
