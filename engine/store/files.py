"""Annotation files on a disk: read whole, written to a temporary file and put in place, never over a stranger's change.

Apart from reading and writing bytes because everything here can fail for reasons of the disk.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from engine import disk
from engine.document import Document
from engine.errors import ChangedError, FormatError, StoreError
from engine.store.read import LARGEST, decode
from engine.store.write import encoded
from engine.text import plain


class Saved(NamedTuple):
    """What a file was when it was last read or written."""

    size: int
    digest: str


Known = Saved | None | Literal["anything"]
"""What a file is expected to be before it is replaced; None: not there."""


def load(path: Path) -> Document:
    """Return the document in a file; raise FormatError for its content, StoreError for the disk."""
    return decode(read(path)[0], path.name)


def read(path: Path) -> tuple[bytes, Saved]:
    """Return a file's bytes and what it is, read as one."""
    try:
        # O_NONBLOCK, or opening a named pipe would wait for a writer for ever
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(f"{plain(path.name)} is not a file", f"give the name of a file ({plain(str(path))})")
            if found.st_size > LARGEST:
                raise FormatError(f"{plain(path.name)} is too large", f"{found.st_size} bytes, at most {LARGEST}")
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise disk.failure(error, path, "read") from error
    return data, Saved(len(data), disk.digest(data))


def save(path: Path, document: Document, known: Known = "anything") -> Saved:
    """Write a document in place of a file, whole or not at all; return what the file is now.

    Raise ChangedError, with the file untouched, if it is no longer what `known` says.
    """
    temp, saved = prepare(path, encoded(document))
    return replace(temp, path, saved, known)


def prepare(path: Path, data: bytes | Iterable[bytes]) -> tuple[Path, Saved]:
    """Write bytes, durably, beside the file that they shall become; return where, and what they will be.

    Those that come in parts are never together in memory; what is raised while they are made leaves nothing behind.
    """
    real, found, size = target(path), disk.fingerprint(), 0

    def seen() -> Iterator[bytes]:
        nonlocal size
        for part in (data,) if isinstance(data, bytes) else data:
            found.update(part)
            size += len(part)
            yield part

    try:
        temp = disk.prepare(real, seen())
        return temp, Saved(size, found.hexdigest())
    except OSError as error:
        raise disk.failure(error, path, "saved") from error


def replace(temp: Path, path: Path, saved: Saved, known: Known = "anything") -> Saved:
    """Put prepared bytes in place of a file that is still what is known of it."""
    real = target(path)
    try:
        if known != "anything" and has_changed(path, known):
            raise ChangedError(
                f"{plain(path.name)} was changed by another program",
                "it was not overwritten: load it again, or save under another name",
            )
        disk.commit(temp, real)
    except OSError as error:
        raise disk.failure(error, path, "saved") from error
    finally:
        disk.discard(temp)
    return saved


def has_changed(path: Path, known: Saved | None) -> bool:
    """Say whether a file is no longer what is known of it; a file that was only touched is the same.

    The content decides: copying tools and careful hands keep size and time.
    """
    try:
        found = os.stat(path)
        if known is None or found.st_size != known.size or not stat.S_ISREG(found.st_mode):
            return True
        # beside other changes, one that comes while the content is compared must not be lost either
        return disk.file_digest(path) != known.digest or _identity(os.stat(path)) != _identity(found)
    except FileNotFoundError:
        return known is not None
    except OSError as error:
        raise disk.failure(error, path, "read") from error


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def target(path: Path) -> Path:
    """Return the file that a person's own link leads to, so that saving keeps the link."""
    real = Path(os.path.realpath(path))
    if real.is_dir():
        raise StoreError(f"{plain(path.name)} is a folder", "give the name of a file")
    return real
