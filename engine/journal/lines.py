"""The bytes of a journal: one line per commit, each with its own checksum, read as far as they can be believed.

    termwand-journal <crc32> <bytes> {"version":1,"base":"<digest of the YAML that it continues>","after":6}
    <crc32, 8 hex digits> <bytes of what follows> {"number":7,"title":"draw a polygon","edits":[...]}
    <crc32> <bytes> {"number":7,"saving":"<digest of the YAML that holds everything up to this number>"}

Apart from the open journal because reading goes on over damage: a bad line is passed over, a lost line break is found
by the lengths, a line that stands twice or elsewhere is known by its number. What that means is for
`engine.journal.replay`.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import NamedTuple

import msgspec

from engine.edits import Edit
from engine.errors import StoreError
from engine.text import plain

_MAGIC = b"termwand-journal "
_LINE = re.compile(rb"([0-9a-f]{8}) ([0-9]{1,12}) (?=\{)")
_INITIAL = re.compile(rb'"initial":("(?:[^"\\]|\\.)*")')
_CANDIDATES = 8
"""Beginnings of a line that are looked for within a damaged one: more would let a crafted file take for ever."""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line: which YAML file the commits continue, "" for a document that was never saved."""

    version: int = 1
    base: str = ""
    initial: str = ""
    """The YAML text of the document that the commits change, where there is no file yet."""
    after: int = -1
    """The number of the last commit that came before the first one here; -1 where that was not written down."""


class Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A commit, or (with `saving`) the note that a YAML of that digest holds everything up to this number."""

    number: int
    title: str = ""
    edits: tuple[Edit, ...] = ()
    saving: str = ""


class Content(NamedTuple):
    """What could be read of a journal."""

    head: Head
    sure: bool
    """Whether the first line is whole; if not, `head` holds what could be read of it."""
    records: list[Record]
    """In the order of the file."""
    foreign: list[Record]
    """What stands after the first line of another journal."""
    good: int
    """Bytes up to where writing may go on, if there is no damage."""
    damaged: list[int]
    """For each unreadable place, how many records had been read before it."""
    torn: bool
    """Whether the last line is incomplete: it was being written, or the file was cut."""
    ragged: bool
    """Whether a line break is gone, and nothing else."""

    @property
    def whole(self) -> bool:
        """Whether everything but an incomplete last line is as it was written."""
        return self.sure and not (self.damaged or self.foreign or self.ragged)


_HEAD = msgspec.json.Decoder(Head)
_RECORD = msgspec.json.Decoder(Record)
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()
_BAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def line_of(record: Record) -> bytes:
    """Return a record as a line with checksum and length."""
    return _checked(record)


def head_line(head: Head) -> bytes:
    """Return the first line of a journal."""
    return _MAGIC + _checked(head)


def _checked(value: Head | Record) -> bytes:
    try:
        body = _ENCODER.encode(value)
    except (UnicodeEncodeError, msgspec.EncodeError) as error:
        raise StoreError("The change cannot be kept", f"a text in it is not valid Unicode ({error})") from error
    return b"%08x %d %s\n" % (zlib.crc32(body), len(body), body)


def parse(data: bytes, name: str) -> Content:
    """Return what can be read of a journal's bytes; raise StoreError for a newer version's."""
    head, sure, start = _head(data)
    if sure and head.version != 1:
        raise StoreError(f"{plain(name)} was written by a newer termwand", "update termwand, or save there first")
    return _Reader(data, start, head, sure).content()


def _head(data: bytes) -> tuple[Head, bool, int]:
    """Return the first line, whether it is whole, and where the next one starts."""
    end = data.find(b"\n")
    line = data if end < 0 else data[:end]
    found = _LINE.match(line, len(_MAGIC))
    if line.startswith(_MAGIC) and found is not None:
        body = _body(data, found)
        with contextlib.suppress(*_BAD):
            if body is not None:
                return _HEAD.decode(body), True, _after(data, found.end() + len(body))
    brace = line.find(b"{")
    try:
        head = _HEAD.decode(line[brace:])
    except _BAD:
        return _salvaged(line), False, 0
    # the first line of old had no checksum
    sure = line.startswith(_MAGIC + b"{") and end >= 0 and head.version == 1
    return head, sure, end + 1 if end >= 0 else len(data)


def _salvaged(line: bytes) -> Head:
    found = _INITIAL.search(line)
    try:
        return Head(initial=_TEXT.decode(found[1])) if found else Head()
    except _BAD:
        return Head()


def _body(data: bytes, found: re.Match[bytes]) -> bytes | None:
    body = data[found.end() : found.end() + int(found[2])]
    return body if len(body) == int(found[2]) and zlib.crc32(body) == int(found[1], 16) else None


def _after(data: bytes, end: int) -> int:
    return end + 1 if data.startswith(b"\n", end) else end


class _Reader:
    """Goes through the lines."""

    def __init__(self, data: bytes, start: int, head: Head, sure: bool) -> None:
        self.data, self.place, self.head, self.sure = data, start, head, sure
        self.records: list[Record] = []
        self.foreign: list[Record] = []
        self.damaged: list[int] = []
        self.ragged = sure and not data.startswith(b"\n", start - 1)
        self.good = start if sure and not self.ragged else 0
        self.is_foreign = False

    def content(self) -> Content:
        """Read all lines."""
        torn = not self.data
        while self.place < len(self.data):
            if self._take():
                continue
            end = self.data.find(b"\n", self.place)
            following = self._candidate(self.place + 1, len(self.data) if end < 0 else end)
            if end < 0 and following is None:
                torn = True
                break
            self._pass_over(end, following)
        return Content(self.head, self.sure, self.records, self.foreign, self.good, self.damaged, torn, self.ragged)

    def _take(self) -> bool:
        """Take the line that begins here, if it is whole."""
        found = _LINE.match(self.data, self.place)
        body = None if found is None else _body(self.data, found)
        if found is None or body is None:
            return False
        try:
            record = _RECORD.decode(body)
        except _BAD:
            return False
        (self.foreign if self.is_foreign else self.records).append(record)
        end = found.end() + len(body)
        self.place = _after(self.data, end)
        if self.place == end:
            self.ragged = True
        elif not self.damaged:
            self.good = self.place
        return True

    def _candidate(self, start: int, end: int) -> int | None:
        """Return where within a bad line a good one begins: the break between them may be what was damaged."""
        for count, found in enumerate(_LINE.finditer(self.data, start, end)):
            if count == _CANDIDATES:
                break
            if found.end() + int(found[2]) == end and _body(self.data, found) is not None:
                return found.start()
        return None

    def _pass_over(self, end: int, following: int | None) -> None:
        line = self.data[self.place : end]
        if line.startswith(_MAGIC) and self.place:
            self.is_foreign = _head(line + b"\n")[0] != self.head
        if self.place or self.sure:
            self.damaged.append(len(self.records))
        self.place = end + 1 if following is None else following
