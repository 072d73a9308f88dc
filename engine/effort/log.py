"""Deeds kept in the user's state folder, in a file of their own for each annotation file.

Only what tools cost is in it, nothing of pictures or labels, and nobody else may read it. It is written a few times a
minute, off the event loop; where it cannot be, it is left: no annotation depends on it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from engine import disk
from engine.effort.deeds import Deed

MOST = 512 << 10
"""Bytes, about 10,000 deeds: beyond, what is there becomes the file before, and the one before that goes."""
KIND = "effort"
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Deed)


class EffortLog:
    """Writes deeds; `add` is called on the event loop, `flush` anywhere."""

    def __init__(self, yaml: Path) -> None:
        self.path = path_of(yaml)
        self._waiting: list[Deed] = []
        self._writing = threading.Lock()

    @property
    def is_behind(self) -> bool:
        """Whether anything is to be written."""
        return bool(self._waiting)

    def add(self, deed: Deed) -> None:
        """Take a deed; what a run does one after the other is one."""
        last = self._waiting[-1] if self._waiting else None
        if last is not None and deed.is_free and last.tool == deed.tool and last.is_free:
            both = {
                name: getattr(last, name) + getattr(deed, name) for name in ("made", "changed", "removed", "frames")
            }
            self._waiting[-1] = replace(last, **both)
        else:
            self._waiting.append(deed)

    def flush(self) -> None:
        """Write what was added."""
        with self._writing:
            deeds, self._waiting = self._waiting, []
            if not deeds:
                return
            try:
                _append(self.path, b"".join(_ENCODER.encode(deed) + b"\n" for deed in deeds))
            except OSError as error:
                logging.getLogger("termwand.effort").info("%s was not written: %s", self.path, error)


def path_of(yaml: Path) -> Path:
    """Return where the deeds on an annotation file are kept."""
    place = disk.state_path(KIND, yaml)
    return place.with_name(place.name + ".jsonl")


def read(path: Path) -> list[Deed]:
    """Return what is in a file and in the one before it; lines that are none of ours are passed over."""
    return [deed for one in (_before(path), path) for deed in _deeds(one)]


def everything() -> list[Path]:
    """Return all files that there are."""
    return sorted(disk.state_path(KIND, Path("x")).parents[1].glob("*/*.jsonl"))


def _deeds(path: Path) -> Iterator[Deed]:
    data = b""
    with suppress(OSError):
        data = disk.read_ours(path, 2 * MOST)
    for line in data.splitlines():
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            yield _DECODER.decode(line)


def _before(path: Path) -> Path:
    return path.with_name(path.name + ".old")


def _append(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = disk.create(path, 0o600)
    except FileExistsError:
        descriptor = disk.open_existing(path, os.O_WRONLY | os.O_APPEND)
    try:
        full = os.fstat(descriptor).st_size + len(data) > MOST
        disk.write_all(descriptor, data)
    finally:
        os.close(descriptor)
    if full:
        os.replace(path, _before(path))
