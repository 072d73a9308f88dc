"""termwand's own YAML: what is saved beside the media. Reading and writing are `engine.store`; this is its place
among the formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from engine import disk, store
from engine.document import Document
from engine.formats.base import FormatSpec, Read
from engine.formats.loss import PARTS
from engine.store.files import read as bytes_of
from engine.textfile import as_utf8

SPEC = FormatSpec(
    id="termwand",
    name="termwand YAML",
    suffixes=(".termwand.yaml", ".yaml", ".yml"),
    carries=frozenset(PARTS),
    source="engine/store/lines.py",
)
START = 1 << 16
"""Bytes from a file's beginning in which its version is looked for; a person may have put anything before it."""
VERSION = re.compile(rb"(?:\A|[\r\n])[\xef\xbb\xbf\xff\xfe \t{\"']*termwand[\"']?[ \t]*:")
"""Also in a file that begins with a byte order mark, or that is written as JSON."""


def sniff(path: Path) -> bool:
    """Say whether a file begins like one of ours: it has a key `termwand`."""
    try:
        return VERSION.search(disk.read_start(path, START).replace(b"\0", b"")) is not None  # UTF-16 has zeros between
    except OSError:
        return False


def read(path: Path) -> Read:
    """Read a file; raise FormatError with line and column for its content, StoreError for the disk."""
    data = as_utf8(bytes_of(path)[0], path.name)
    return Read(store.decode(data, path.name), line=_lines(data))


def write(path: Path, document: Document) -> None:
    """Write a document; raise StoreError."""
    store.save(path, document)


def _lines(data: bytes) -> Callable[[int], int]:
    """Return what finds the line of an id in a file of one line per item; it is 1 in a file of another style."""

    def line(number: int) -> int:
        at = data.find(b'\n- {"id":%d,' % number) if number else -1
        return data.count(b"\n", 0, at + 1) + 1 if at >= 0 else 1

    return line
