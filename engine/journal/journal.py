"""The journal: an append-only file beside the YAML, one line per commit, on the disk before the screen shows it done.

A crash can come between the replacing of the YAML and the renewal of the journal. The line `saving`, written before
the YAML is replaced, tells then which commits the YAML already holds. What the lines look like and how damage is read
over is in `engine.journal.lines`; apart from the store, which it does not know: the two are tied together by digests.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engine import disk
from engine.journal.lines import Content, Head, Record, head_line, line_of, parse

__all__ = [
    "LARGEST",
    "Content",
    "Head",
    "Journal",
    "Mark",
    "Record",
    "head_line",
    "line_of",
    "parse",
    "path_of",
    "read",
]

LARGEST = 2**32


def path_of(yaml: Path) -> Path:
    """Return where the journal of a YAML file is."""
    return yaml.with_name(yaml.name + ".journal")


def read(path: Path) -> Content | None:
    """Return what is in a journal; None if there is none; raise StoreError if it is not one or cannot be read."""
    try:
        data = disk.read_ours(path, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk.failure(error, path, "read") from error
    return parse(data, path.name)


class Mark(NamedTuple):
    """How much of a journal is written at a moment."""

    size: int
    crc: int
    cuts: int


class Journal:
    """An open journal; what `append` has returned from is on the disk."""

    def __init__(self, path: Path, descriptor: int, size: int, crc: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size, self._crc = size, crc
        """Bytes that were written, and their checksum."""
        self._safe = size, crc
        """The same as far as the disk has them for good: what a failed append or sync leaves is cut off up to there."""
        self._cuts = 0
        """How often something that was written was cut off."""
        self._ragged = False
        self._time = os.fstat(descriptor).st_mtime_ns
        self._temporary: Path | None = None

    @classmethod
    def create(cls, path: Path, head: Head, records: Sequence[Record]) -> Journal:
        """Make a journal with these records, durably, in place of the one that may be there."""
        journal = cls.stage(path, head, records)
        try:
            journal.put()
            disk.sync_folder(path.parent)
        except OSError as error:
            journal.close()
            raise disk.failure(error, path) from error
        return journal

    @classmethod
    def stage(cls, path: Path, head: Head, records: Sequence[Record]) -> Journal:
        """Make a journal, durably, that has its name and its place only after `put`."""
        data = head_line(head) + b"".join(map(line_of, records))
        try:
            # a journal holds what the YAML holds, so it is as private
            temp = disk.prepare(path, data, like=path.with_name(path.name.removesuffix(".journal")))
        except OSError as error:
            raise disk.failure(error, path) from error
        try:
            journal = cls(path, disk.open_existing(temp, os.O_RDWR | os.O_APPEND), len(data), zlib.crc32(data))
        except OSError as error:
            disk.discard(temp)
            raise disk.failure(error, path) from error
        journal._temporary = temp
        return journal

    @classmethod
    def reopen(cls, path: Path, good: int) -> Journal:
        """Open a journal to go on after its last good line; whatever follows it is cut off."""
        try:
            descriptor = disk.open_existing(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise disk.failure(error, path) from error
        try:
            os.ftruncate(descriptor, good)
            os.fdatasync(descriptor)
            return cls(path, descriptor, good, _checksum(descriptor))
        except OSError as error:
            os.close(descriptor)
            raise disk.failure(error, path) from error

    def put(self) -> None:
        """Give a staged journal its name; that the folder holds it for good is the caller's affair."""
        if self._temporary is not None:
            os.replace(self._temporary, self.path)
            self._temporary = None

    def is_whole(self) -> bool:
        """Say whether the file of that name is still the one written here, with nothing more or less in it."""
        try:
            if self._ragged:
                self._cut()
            found, ours = os.stat(self.path, follow_symlinks=False), os.fstat(self._descriptor)
            if (found.st_dev, found.st_ino, found.st_size) != (ours.st_dev, ours.st_ino, self._size):
                return False
            return found.st_mtime_ns == self._time or _checksum(self._descriptor) == self._crc
        except FileNotFoundError:
            return False
        except OSError as error:
            raise disk.failure(error, self.path) from error

    def append(self, *records: Record, wait: bool = True) -> None:
        """Write records and wait until they, and all before, are on the disk.

        Without `wait` they outlive this process, not yet a power failure. Raise StoreError if the disk refuses, with
        nothing kept of what was not on it.
        """
        data = b"".join(map(line_of, records))
        try:
            if self._ragged:
                self._cut()
            self._ragged = True
            disk.write_all(self._descriptor, data)
            if wait:
                os.fdatasync(self._descriptor)
            self._ragged = False
        except OSError as error:
            self._try_cut()
            raise disk.failure(error, self.path) from error
        self._size, self._crc = self._size + len(data), zlib.crc32(data, self._crc)
        if wait:
            self._safe = self._size, self._crc
        self._time = os.fstat(self._descriptor).st_mtime_ns

    @property
    def mark(self) -> Mark:
        """What is written now, for `is_on_disk` and `confirm`."""
        return Mark(self._size, self._crc, self._cuts)

    def is_on_disk(self) -> bool:
        """Wait until what is written now is on the disk; say False where it may not be. Any thread may wait.

        The file is opened once more: a failure to write is told once to every one who has it open.
        """
        try:
            other = disk.open_existing(self.path, os.O_RDWR)
        except OSError:
            return False
        try:
            os.fdatasync(other)
            return os.path.sameopenfile(other, self._descriptor)
        except OSError:
            return False
        finally:
            os.close(other)

    def confirm(self, mark: Mark) -> bool:
        """Take what was written at a moment as being on the disk; say False if something was cut off since."""
        if mark.cuts != self._cuts:
            return False
        self._safe = max(self._safe, mark[:2])
        return True

    def give_up(self) -> None:
        """Cut off what may not be on the disk."""
        self._try_cut()

    def close(self) -> None:
        """Close the file; one that was never put in place goes."""
        with contextlib.suppress(OSError):  # what was to be kept was synced
            os.close(self._descriptor)
        if self._temporary is not None:
            disk.discard(self._temporary)

    def _cut(self) -> None:
        self._size, self._crc = self._safe
        self._cuts += 1
        os.ftruncate(self._descriptor, self._size)
        os.fdatasync(self._descriptor)
        self._ragged = False
        self._time = os.fstat(self._descriptor).st_mtime_ns

    def _try_cut(self) -> None:
        try:
            self._cut()
        except OSError:
            self._ragged = True  # tried again before the next append


def _checksum(descriptor: int) -> int:
    """Return the checksum of a whole file."""
    crc = place = 0
    while piece := os.pread(descriptor, 2**20, place):
        crc, place = zlib.crc32(piece, crc), place + len(piece)
    return crc
