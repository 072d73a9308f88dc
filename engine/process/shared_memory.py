"""Pictures in memory that two processes see: made by the screen's side, read by the engine's.

The memory has no name (memfd on Linux, elsewhere a temporary file that is deleted while open), so the system frees it
when the last of the two lets go, also after a kill. Shared memory by name would need a tracker process and leaks when
that dies.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections import OrderedDict
from collections.abc import Container, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ToolError

Pixels = NDArray[np.uint8]
MOST = 16
"""Pictures held at a time: each is a descriptor here and one in the engine, however many a folder has."""
CEILING = 64
"""Pictures held at a time where more are needed: a process has about a thousand descriptors."""


def nameless(size: int) -> int:
    """Return the descriptor of `size` bytes of memory without a name; raise OSError if there is no room."""
    if hasattr(os, "memfd_create"):
        try:
            return _sized(os.memfd_create("termwand-picture", os.MFD_CLOEXEC), size)
        except OSError:
            pass  # a system without memfd, or out of memory: a file on disk may still have room
    descriptor, path = tempfile.mkstemp(prefix="termwand-")
    os.unlink(path)
    return _sized(descriptor, size)


def _sized(descriptor: int, size: int) -> int:
    try:
        os.ftruncate(descriptor, size)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)  # no room shows here, not as SIGBUS while copying
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def put(image: Pixels) -> int:
    """Copy a (rows, columns, 3) picture into memory without a name; return its descriptor."""
    try:
        descriptor = nameless(image.nbytes)
    except OSError as error:
        raise ToolError("No memory for the picture", f"{image.nbytes} bytes: {error.strerror}") from error
    with mmap.mmap(descriptor, image.nbytes) as memory:
        target: Pixels = np.frombuffer(memory, np.uint8).reshape(image.shape)
        np.copyto(target, image)
        del target
    return descriptor


def attach(descriptor: int, rows: int, columns: int) -> Pixels:
    """Return the picture behind a descriptor, read-only, and close the descriptor; the array keeps the memory."""
    try:
        size = rows * columns * 3
        if size <= 0 or os.fstat(descriptor).st_size < size:
            raise ToolError("The picture did not arrive whole", f"{rows} x {columns}")
        memory = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
    finally:
        os.close(descriptor)
    return np.frombuffer(memory, np.uint8).reshape(rows, columns, 3)


@dataclass(frozen=True, slots=True)
class Shared:
    """A picture on the screen's side: its number, descriptor and size."""

    number: int
    descriptor: int
    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.rows * self.columns * 3


class Shelf:
    """The pictures that the engine may still be asked about, bounded in bytes and in number.

    The least recently used goes first.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: OrderedDict[Hashable, Shared] = OrderedDict()
        self._numbers = 0

    def get(self, key: Hashable) -> Shared | None:
        """Return a picture that is there, and mark it used."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def add(self, key: Hashable, image: Pixels, needed: Container[Hashable] = ()) -> tuple[Shared, list[Shared]]:
        """Copy a picture in; return it and those that had to go (their descriptors are closed).

        Those that are needed stay, up to `CEILING`, even beyond the bytes: somebody waits for an answer about them.
        """
        self._numbers += 1
        rows, columns = image.shape[:2]
        shared = Shared(self._numbers, put(image), rows, columns)
        self._held[key] = shared
        gone = []
        for old in [old for old in self._held if old != key]:
            full = len(self._held) > MOST or sum(item.size for item in self._held.values()) > self.limit
            if len(self._held) > CEILING or (full and old not in needed):
                gone.append(self._held.pop(old))
        for item in gone:
            os.close(item.descriptor)
        return shared, gone

    def all(self) -> list[Shared]:
        """Return what is there, the longest unused first."""
        return list(self._held.values())

    def clear(self) -> None:
        """Let go of everything."""
        for item in self._held.values():
            os.close(item.descriptor)
        self._held.clear()
