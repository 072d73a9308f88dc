"""Media made of picture files: one picture, a folder of them, or a list.

Apart from the videos because every frame is a file of its own: any thread can decode any frame, and sizes differ.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from engine.document import MediaInfo, Picture
from engine.errors import MediaError
from engine.media.base import Cancelled, Media, Pixels, never
from engine.media.fingerprint import fingerprint
from engine.media.listing import storable
from engine.media.picture import read_header, read_picture
from engine.media.reading import guarded


class Pictures(Media):
    """Frames that are files: `names` relative to `folder`, in order; `saved_in` is the annotation file's folder."""

    def __init__(self, folder: Path, names: Sequence[str], *, kind: Literal["image", "folder"], saved_in: Path) -> None:
        self.root = folder
        self._names = names
        self._sizes: dict[int, tuple[int, int]] = {}
        self._prints: dict[int, tuple[int, str]] = {}
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
        self._take_print(index)
        if decoded.warning:
            self._warnings[index] = decoded.warning
        return decoded.pixels

    def path(self, index: int) -> Path:
        """Return the file of a frame."""
        return self.root / self._names[index]

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

    def picture(self, index: int, *, look: bool = False) -> Picture:
        """Return the line that stands for a file in a document."""
        found = Picture(index, storable(self._names[index]))
        if look and (index not in self._prints or index not in self._sizes):
            self._take_print(index)
            with contextlib.suppress(MediaError):
                self.size(index)
        if index in self._sizes:
            width, height = self._sizes[index]
            found = replace(found, width=width, height=height)
        if index in self._prints:
            size, digest = self._prints[index]
            found = replace(found, bytes=size, digest=digest)
        return found

    def forget(self, frames: Iterable[int]) -> None:
        """Let go of the sizes and fingerprints of these files."""
        for index in frames:
            self._sizes.pop(index, None)
            self._prints.pop(index, None)

    def print_of(self, index: int) -> tuple[int, str] | None:
        """Return a file's size in bytes and its fingerprint; None if it cannot be read."""
        if index not in self._prints:
            self._take_print(index)
        return self._prints.get(index)

    def bytes_of(self, index: int) -> int:
        """Return a file's size in bytes, 0 if it cannot be found."""
        try:
            return os.stat(self.path(index)).st_size
        except OSError:
            return 0

    def names(self) -> list[str]:
        """Return the names of all files as a document can hold them."""
        return [storable(name) for name in self._names]

    def _take_print(self, index: int) -> None:
        try:
            self._prints[index] = fingerprint(self.path(index))
        except OSError:
            self._prints.pop(index, None)

    def warning(self, index: int) -> str:
        """Return what was wrong with the file, once it has been decoded."""
        return self._warnings.get(index, "")
