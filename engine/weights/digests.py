"""Checksums of files, in the form in which publishers give them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from engine.errors import WeightsError

BLOCK = 1 << 20
OnProgress = Callable[[str, int, int], None]
"""Takes (text, bytes done, bytes in all; 0: unknown); may raise to stop the work."""


class Checked(NamedTuple):
    """A file as it was read: its bytes and what the disk said of them."""

    sha256: str
    size: int
    mtime_ns: int


class MismatchError(WeightsError):
    """The bytes were read, and they are not the ones that the checksum is of."""


def quiet(text: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def summed(on_progress: OnProgress, before: int, total: int) -> OnProgress:
    """Return what tells of a file as a share of `total` bytes (0: of the file alone), `before` of which are done."""
    return (lambda text, done, _: on_progress(text, before + done, total)) if total else on_progress


def refuse_unreadable(file: Path) -> None:
    """Raise WeightsError unless a file is there that can be read: no folder, and nothing that waits for a writer."""
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            raise WeightsError(f"{file.name} is a folder", f"name the file in it ({file})")
        if not stat.S_ISREG(mode):
            raise WeightsError(f"{file.name} is no file that could be copied", str(file))
        file.open("rb").close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WeightsError("There is no such file", str(file)) from error
    except OSError as error:
        raise WeightsError("The file cannot be read", f"{error.strerror or error} ({file})") from error


def digests(path: Path, kinds: set[str], on_progress: OnProgress = quiet, name: str = "") -> dict[str, str]:
    """Return checksums of a file by kind, read once; raise WeightsError for an unknown kind or an unreadable file."""
    try:
        states = {kind: hashlib.new(kind) for kind in kinds}
    except ValueError as error:
        raise WeightsError("A checksum of an unknown kind is declared", f"{path.name}: {error}") from error
    try:
        total, done = path.stat().st_size, 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                for state in states.values():
                    state.update(block)
                done += len(block)
                on_progress(f"Checking {name or path.name}", done, total)
    except OSError as error:
        raise WeightsError(f"{name or path.name} cannot be read", f"{error.strerror or error} ({path})") from error
    return {kind: state.hexdigest() for kind, state in states.items()}


def check(path: Path, published: str, on_progress: OnProgress = quiet, *, name: str = "") -> Checked:
    """Compare a file with the publisher's checksum ("kind:hex", or "" if there is none); return what was read.

    `name` is what the file will be called, where that is not what it is called now.
    Size and time are those from before the reading, and the same after it: a file that somebody writes to meanwhile
    would otherwise be trusted for bytes that nobody has read.
    """
    name = name or path.name
    kind, _, wanted = published.partition(":")
    before = state_of(path)
    found = digests(path, {"sha256", kind} if wanted else {"sha256"}, on_progress, name)
    if state_of(path) != before:
        raise WeightsError(
            f"{name} was changed while it was read",
            f"do it again when nothing writes to it any more ({path})",
        )
    if wanted and found[kind] != wanted.lower():
        raise MismatchError(
            f"{name} has the wrong checksum",
            f"{kind} {wanted} expected, {found[kind]} found: the file is damaged or another one",
        )
    return Checked(found["sha256"], before[0], before[1])


def state_of(path: Path) -> tuple[int, int, int]:
    """Return a file's size, time in ns and number on its disk; raise WeightsError."""
    try:
        state = path.stat()
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read", f"{error.strerror or error} ({path})") from error
    return state.st_size, state.st_mtime_ns, state.st_ino
