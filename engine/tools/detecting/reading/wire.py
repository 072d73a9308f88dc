"""Protocol buffers' wire format, as far as needed to find a few fields in files of any size.

Values are views of the file: what is not looked into is not read.
https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FIELDS = 400_000
"""Fields of one message: the largest graph here has 7,000 nodes."""
ALL = 8_000_000
"""Fields that are looked at in one file, some seconds' work; a field is looked at each time that one after it is."""
Value = int | memoryview
_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def bounded(most: int) -> Iterator[None]:
    """Have `fields` look at no more than so many in all while this lasts; it raises ValueError beyond."""
    before = _left.set([most])
    try:
        yield
    finally:
        _left.reset(before)


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Yield the fields of a message as number and value; raise ValueError where it is damaged or cut short."""
    at, end, count, left = 0, len(message), 0, _left.get() or [ALL]
    while at < end:
        left[0] -= 1
        if left[0] < 0:
            raise ValueError("it has more parts than any network")
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        count += 1
        if not number or count > FIELDS:
            raise ValueError("it is no protocol buffer")
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == 2:
            length, at = _varint(message, at)
        else:
            length = {1: 8, 5: 4}.get(kind, -1)
        if length < 0:
            raise ValueError("it is no protocol buffer")
        if at + length > end:
            raise ValueError("it is cut short")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins there, and where it ends."""
    value = shift = 0
    while shift < 70:
        if at >= len(message):
            raise ValueError("it is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise ValueError("it is no protocol buffer")


def messages(message: memoryview, number: int) -> Iterator[memoryview]:
    """Yield the values of a field that are messages, texts or bytes."""
    for found, value in fields(message):
        if found == number and isinstance(value, memoryview):
            yield value


def first(message: memoryview, number: int) -> memoryview:
    """Return the first value of a field that is a message, empty if it is not there."""
    return next(messages(message, number), memoryview(b""))


def text(message: memoryview, number: int) -> str:
    """Return a field's text, "" if it is not there."""
    return bytes(first(message, number)).decode("utf-8", "replace")


def whole(message: memoryview, number: int, default: int = 0) -> int:
    """Return a field's number, read as a signed one of 64 bits."""
    found = next((value for field, value in fields(message) if field == number and isinstance(value, int)), default)
    return found - (1 << 64) if found >= 1 << 63 else found
