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

from engine.counting import counted
from engine.document import MediaInfo
from engine.errors import MediaError
from engine.media.base import Media, Pixels, never, shared
from engine.media.pixels import orient, over_grey
from engine.media.reading import guarded, refuse
from engine.media.streams import CLOCKWISE, orientation_of
from engine.media.table import build
from engine.media.walk import Damage, Walk, depends_on_next

RING_FRAMES = 32
RING_BYTES = 128 << 20
_REACH = 8
"""Frames that are looked at behind one which refers to a later one, before it is relied on."""


class Video(Media):
    """A video file; its container is touched under one lock only."""

    def __init__(self, path: Path, *, saved_in: Path) -> None:
        self._path = self.root = path
        self._lock = threading.Lock()
        self._table, (self._width, self._height) = guarded(path, lambda: build(path))
        # Where frames are counted, every walk has to meet the same ones.
        self._walk = Walk(path, self._table, careful=not self._table.by_pts)
        self._careful: Walk | None = None
        self._damaged: dict[int, int] = {}
        """First frame of a group of pictures -> the frame from which on it is uncertain."""
        self._ring: OrderedDict[int, Any] = OrderedDict()
        self._ring_bytes = 0
        self._ring_limit = RING_BYTES
        self._reformatter: Any = None
        self._orientation = 1
        self._closed = False
        try:
            self._orientation = orientation_of(self._stored(0, never))
        except BaseException:
            self.close()
            raise
        sides = (self._height, self._width) if self._orientation > 4 else (self._width, self._height)
        name = os.path.relpath(path, saved_in)
        rotation = CLOCKWISE[self._orientation]
        self.info = MediaInfo(name, "video", self._table.count, *sides, rotation, self._table.digest())

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Return a frame, decoding from the ring, from where the decoder is, or from the key frame before."""
        if not 0 <= index < len(self):
            raise refuse(self._path, f"there is no frame {counted(index)}; it has {len(self)} frames")
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
        """Return what is damaged: this frame, or the file as a whole."""
        if index >= self._damaged.get(self._table.group_of(index), len(self)):
            uncertain = f"frame {counted(index)} is uncertain, as all are up to the next key frame"
            return f"{self._path.name} is damaged here: {uncertain}"
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
            for walk in (self._walk, self._careful):
                if walk is not None:
                    walk.close()

    def _stored(self, index: int, cancelled: Callable[[], bool]) -> Any:
        held = self._ring.get(index)
        return held if held is not None else self._decode(index, cancelled)

    def _decode(self, index: int, cancelled: Callable[[], bool]) -> Any:
        while True:
            group = self._table.group_of(index)
            careful = group in self._damaged
            try:
                return self._walked(self._carefully() if careful else self._walk, index, cancelled)
            except Damage as damage:
                self._mark(damage.index, group)
            except MediaError:
                if not careful or group == 0:
                    raise
                self._merge(index)  # its key frame is of no use: decode with the group before

    def _mark(self, damaged: int, wanted: int) -> None:
        """Note the damage of a group; if that is known and on the way to another, that one goes the careful way too."""
        group = self._table.group_of(min(damaged, self._table.count - 1))
        group, first = (wanted, wanted) if group in self._damaged else (group, damaged)
        self._damaged[group] = first
        self._forget(first)

    def _merge(self, index: int) -> None:
        first = self._damaged.pop(self._table.group_of(index))
        self._table = self._walk.table = self._carefully().table = self._table.without_key(index)
        group = self._table.group_of(index)
        self._damaged[group] = min(first, self._damaged.get(group, first))
        self._forget(group)

    def _forget(self, first: int) -> None:
        """Let go of the frames from one on: they were decoded in a way that is not the one in force now."""
        for number in [number for number in self._ring if number >= first]:
            self._ring_bytes -= _bytes(self._ring.pop(number))

    def _carefully(self) -> Walk:
        if self._careful is None:
            self._careful = Walk(self._path, self._table, careful=True)
        return self._careful

    def _walked(self, walk: Walk, index: int, cancelled: Callable[[], bool]) -> Any:
        walk.approach(index, cancelled)
        wanted = None
        while (found := walk.step(cancelled)) is not None:
            number, frame = found
            if number > index - RING_FRAMES:
                self._hold(number, frame)
            wanted = frame if number == index else wanted
            # Damage in what it refers to shows only there.
            if number >= index and (walk.careful or not depends_on_next(frame) or number >= index + _REACH):
                break
        if wanted is None:
            raise refuse(self._path, f"frame {counted(index)} cannot be decoded")
        return wanted

    def _hold(self, number: int, frame: Any) -> None:
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
        # swscale that shares a picture with alpha among threads mixes lines where they meet, now and then.
        threads = 1 if has_alpha else 0
        converted = self._reformatter.reformat(frame, self._width, self._height, wanted, threads=threads)
        pixels: NDArray[np.uint8] = converted.to_ndarray()
        pixels = over_grey(pixels) if has_alpha else pixels
        return shared(orient(pixels, self._orientation))


def _bytes(frame: Any) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
