"""The journal: an append-only file beside the YAML, one line per commit, on the disk before the screen shows it done.

    termwand-journal {"version":1,"base":"<digest of the YAML that it continues>"}
    <crc32, 8 hex digits> <bytes of what follows> {"number":7,"title":"draw a polygon","edits":[...]}
    <crc32> <bytes> {"number":7,"saving":"<digest of the YAML that holds everything up to this number>"}

A crash can come between the replacing of the YAML and the renewal of the journal. The line `saving`, written before
the YAML is replaced, tells then which commits the YAML already holds. A torn last line was never acknowledged and is
dropped; a damaged line before the end stops the reading, and how many were lost is said. Apart from the store, which
it does not know: the two are tied together by digests in `engine.project`.
"""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine import disk
from engine.edits import Edit
from engine.errors import StoreError
from engine.text import plain

_MAGIC = b"termwand-journal "
_LINE = re.compile(rb"([0-9a-f]{8}) ([0-9]{1,12}) ")
LARGEST = 2**32


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line: which YAML file the commits continue, "" for a document that was never saved."""

    version: int = 1
    base: str = ""
    initial: str = ""
    """The YAML text of the document that the commits change, where there is no file yet."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """A commit, or (with `saving`) the note that a YAML of that digest holds everything up to this number."""

    number: int
    title: str = ""
    edits: tuple[Edit, ...] = ()
    saving: str = ""


class Content(NamedTuple):
    """What could be read of a journal."""

    head: Head
    records: list[Record]
    good: int
    """Bytes up to the end of the last good line."""
    lost: int
    """Lines that could not be read, without a torn last one."""
    torn: bool

    def after(self, digest: str) -> list[Record] | None:
        """Return the commits that a YAML of this digest does not hold; None if the journal is not about it."""
        commits = [record for record in self.records if not record.saving]
        held = [record.number for record in self.records if record.saving and record.saving == digest]
        if held:
            return [record for record in commits if record.number > held[-1]]
        return commits if self.head.base == digest else None


_HEAD = msgspec.json.Decoder(Head)
_RECORD = msgspec.json.Decoder(Record)
_ENCODER = msgspec.json.Encoder()


def path_of(yaml: Path) -> Path:
    """Return where the journal of a YAML file is."""
    return yaml.with_name(yaml.name + ".journal")


def line_of(record: Record) -> bytes:
    """Return a record as a line with checksum and length."""
    try:
        body = _ENCODER.encode(record)
    except (UnicodeEncodeError, msgspec.EncodeError) as error:
        raise StoreError("The change cannot be kept", f"a text in it is not valid Unicode ({error})") from error
    return b"%08x %d %s\n" % (zlib.crc32(body), len(body), body)


def read(path: Path) -> Content | None:
    """Return what is in a journal; None if there is none; raise StoreError if it is not one or cannot be read."""
    try:
        data = disk.read_ours(path, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk.failure(error, path, "read") from error
    return parse(data, path.name)


def parse(data: bytes, name: str) -> Content:
    """Return what is in the bytes of a journal."""
    end = data.find(b"\n")
    if end < 0 and (_MAGIC.startswith(data[: len(_MAGIC)]) or data.startswith(_MAGIC)):
        return Content(Head(), [], 0, 0, torn=True)
    try:
        if not data.startswith(_MAGIC):
            raise msgspec.DecodeError("not a journal")
        head = _HEAD.decode(data[len(_MAGIC) : end])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(f"{plain(name)} is damaged", "its first line is not that of a journal") from error
    if head.version != 1:
        raise StoreError(f"{plain(name)} was written by a newer termwand", "update termwand, or save there first")
    return _records(data, end + 1, head)


def _records(data: bytes, start: int, head: Head) -> Content:
    records: list[Record] = []
    newest = 0
    while start < len(data):
        end = data.find(b"\n", start)
        record = _record(data[start:end]) if end >= 0 else None
        # the numbers of commits rise: a line that was copied or moved is as bad as a damaged one
        if record is None or (not record.saving and record.number <= newest):
            rest = data.count(b"\n", start)
            return Content(head, records, start, rest, torn=rest == 0)
        newest = max(newest, record.number)
        records.append(record)
        start = end + 1
    return Content(head, records, start, 0, torn=False)


def _record(line: bytes) -> Record | None:
    found = _LINE.match(line)
    if found is None:
        return None
    body = line[found.end() :]
    if len(body) != int(found[2]) or zlib.crc32(body) != int(found[1], 16):
        return None
    try:
        return _RECORD.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class Journal:
    """An open journal; what `append` has returned from is on the disk."""

    def __init__(self, path: Path, descriptor: int, size: int, crc: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size, self._crc = size, crc
        """Bytes that are known to be good, and their checksum: a failed append is cut off again."""
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
        data = _MAGIC + _ENCODER.encode(head) + b"\n" + b"".join(map(line_of, records))
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
        self._size, self._crc = self._size + len(data), zlib.crc32(data, self._crc)
        self._time = os.fstat(self._descriptor).st_mtime_ns

    def close(self) -> None:
        """Close the file; one that was never put in place goes."""
        with contextlib.suppress(OSError):  # what was to be kept was synced
            os.close(self._descriptor)
        if self._temporary is not None:
            disk.discard(self._temporary)

    def _cut(self) -> None:
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
