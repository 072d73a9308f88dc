"""One picture file with several frames: animated GIF, WebP and PNG. A document calls it a video.

Pillow builds such frames upon the one before, so going back in a GIF starts it again; the cache hides most of that.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from engine.document import MediaInfo
from engine.media.base import Cancelled, Media, Pixels, never
from engine.media.picture import open_image, rgb_of
from engine.media.reading import Header, check_size, guarded

_TIMED_PIXELS = 100_000_000
"""Durations come only with decoding, so that frame times are read at opening up to about a second's worth of it."""


class Animation(Media):
    """Frames of one file, decoded by Pillow; one thread at a time."""

    def __init__(self, path: Path, header: Header, *, saved_in: Path) -> None:
        self._path = self.root = path
        self._lock = threading.Lock()
        self._image = guarded(path, lambda: open_image(path))
        self._starts = self._read_starts(header)
        times = ",".join(map(str, self._starts))
        digest = hashlib.sha256(times.encode()).hexdigest()[:16] if self._starts else ""
        name = os.path.relpath(path, saved_in)
        self.info = MediaInfo(name, "video", header.frames, header.width, header.height, times=digest)

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Return a frame composited as a player shows it, transparent parts on grey."""
        with self._lock:
            return guarded(self._path, lambda: self._read(index, cancelled))

    def time(self, index: int) -> float | None:
        """Return the seconds at which a frame begins; None for animations too large to be timed."""
        return self._starts[index] / 1000 if self._starts else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._image.close()

    def _read(self, index: int, cancelled: Callable[[], bool]) -> Pixels:
        if index < self._image.tell():
            self._image.close()  # Pillow loses count of an animated PNG's chunks when it goes back by itself
            self._image = open_image(self._path)
        image = self._image
        # Every frame in between is passed anyhow; stepping lets the reader give up between two.
        for step in range(image.tell(), index + 1):
            if cancelled():
                raise Cancelled
            image.seek(step)
        check_size(self._path, *image.size)
        image.load()
        return rgb_of(image)

    def _read_starts(self, header: Header) -> tuple[int, ...]:
        """Return the millisecond at which each frame begins, () where unknown."""
        if header.frames * header.width * header.height > _TIMED_PIXELS:
            return ()
        durations = []
        try:
            for index in range(header.frames):
                self._image.seek(index)
                self._image.load()
                durations.append(round(self._image.info.get("duration", 0)))
        except Exception:  # a damaged frame is reported when it is asked for
            return ()
        return tuple(accumulate(durations[:-1], initial=0)) if any(durations) else ()
