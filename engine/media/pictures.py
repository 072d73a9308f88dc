"""Media made of picture files: one picture, a folder of them, or a list.

Apart from the videos because every frame is a file of its own: any thread can decode any frame, and sizes differ.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from engine.document import MediaInfo
from engine.media.base import Cancelled, Media, Pixels, never
from engine.media.picture import read_header, read_picture
from engine.media.reading import guarded


class Pictures(Media):
    """Frames that are files: `names` relative to `folder`, in order; `saved_in` is the annotation file's folder."""

    def __init__(self, folder: Path, names: Sequence[str], *, kind: Literal["image", "folder"], saved_in: Path) -> None:
        self._folder = folder
        self._names = names
        self._sizes: dict[int, tuple[int, int]] = {}
        self._warnings: dict[int, str] = {}
        width, height = self.size(0) if kind == "image" else (0, 0)  # a folder has no one size
        path = folder / names[0] if kind == "image" else folder
        self.info = MediaInfo(os.path.relpath(path, saved_in), kind, len(names), width, height)

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        """Decode a picture; a file cannot be given up half-way, so `cancelled` is asked before it is begun."""
        if cancelled():
            raise Cancelled
        path = self.path(index)
        decoded = guarded(path, lambda: read_picture(path))
        self._sizes[index] = decoded.pixels.shape[1], decoded.pixels.shape[0]
        if decoded.warning:
            self._warnings[index] = decoded.warning
        return decoded.pixels

    def path(self, index: int) -> Path:
        """Return the file of a frame."""
        return self._folder / self._names[index]

    def size(self, index: int) -> tuple[int, int]:
        """Return (width, height) by the file's header."""
        if index not in self._sizes:
            path = self.path(index)
            header = guarded(path, lambda: read_header(path))
            self._sizes[index] = header.width, header.height
        return self._sizes[index]

    def name(self, index: int) -> str:
        """Return the file name relative to the folder that the pictures have in common."""
        return self._names[index]

    def warning(self, index: int) -> str:
        """Return what was wrong with the file, once it has been decoded."""
        return self._warnings.get(index, "")
