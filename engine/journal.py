"""The journal: an append-only file beside the YAML, one line per commit, on the disk before the screen shows it done.

A crash can come between the replacing of the YAML and the renewal of the journal. The line `saving`, written before
the YAML is replaced, tells then which commits the YAML already holds. What the lines look like and how damage is read
over is in `engine.journal_lines`; apart from the store, which it does not know: the two are tied together by digests.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine import disk
from engine.journal_lines import Content, Head, Record, head_line, line_of, parse

__all__ = ["LARGEST", "Content", "Head", "Journal", "Record", "head_line", "line_of", "parse", "path_of", "read"]

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


class Journal:
    """An open journal; what `append` has returned from is on the disk."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = size
        """Bytes that are known to be good: a failed append is cut off again."""
        self._ragged = False

    @classmethod
    def create(cls, path: Path, head: Head, records: list[Record]) -> Journal:
        """Make a journal with these records, durably, in place of the one that may be there."""
        data = head_line(head) + b"".join(map(line_of, records))
        try:
            # a journal holds what the YAML holds, so it is as private
            temp = disk.prepare(path, data, like=path.with_name(path.name.removesuffix(".journal")))
            disk.commit(temp, path)
            return cls(path, disk.open_existing(path, os.O_RDWR | os.O_APPEND), len(data))
        except OSError as error:
            raise disk.failure(error, path) from error

    @classmethod
    def reopen(cls, path: Path, good: int) -> Journal:
        """Open a journal to go on after its last good line; whatever follows it is cut off."""
        try:
            descriptor = disk.open_existing(path, os.O_RDWR | os.O_APPEND)
            os.ftruncate(descriptor, good)
            os.fdatasync(descriptor)
        except OSError as error:
            raise disk.failure(error, path) from error
        return cls(path, descriptor, good)

    def append(self, *records: Record) -> None:
        """Write records and wait until they are on the disk; raise StoreError, with none of them kept, if not."""
        data = b"".join(map(line_of, records))
        try:
            if self._ragged:
                self._cut()
            self._ragged = True
            disk.write_all(self._descriptor, data)
            os.fdatasync(self._descriptor)
            self._ragged = False
        except OSError as error:
            self._try_cut()
            raise disk.failure(error, self.path) from error
        self._size += len(data)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self._size)
        os.fdatasync(self._descriptor)
        self._ragged = False

    def _try_cut(self) -> None:
        try:
            self._cut()
        except OSError:
            self._ragged = True  # tried again before the next append
