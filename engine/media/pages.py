"""One TIFF of several pages, each of its own size. A document calls it a video without times.

Apart from the animations because any page can be read without those before it, and by several threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine.document import MediaInfo
from engine.media import tiff
from engine.media.base import Cancelled, Media, Pixels, never
from engine.media.reading import Header, guarded


class Pages(Media):
    """Pages of one file, which is open only while one of them is read."""

    def __init__(self, path: Path, header: Header, *, saved_in: Path) -> None:
        self._path = self.root = path
        self._sizes: dict[int, tuple[int, int]] = {}
        self._warnings: dict[int, str] = {}
        self.info = MediaInfo(os.path.relpath(path, saved_in), "video", header.frames, header.width, header.height)

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Decode a page, which cannot be given up half-way."""
        if cancelled():
            raise Cancelled
        decoded = guarded(self._path, lambda: tiff.read_page(self._path, index))
        if decoded.warning:
            self._warnings[index] = decoded.warning
        return decoded.pixels

    def size(self, index: int) -> tuple[int, int]:
        """Return (width, height) by the page's header."""
        if index not in self._sizes:
            self._sizes[index] = guarded(self._path, lambda: tiff.read_size(self._path, index))
        return self._sizes[index]

    def warning(self, index: int) -> str:
        """Return what is doubtful about a page, once it has been decoded."""
        return self._warnings.get(index, "")
