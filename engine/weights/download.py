"""Fetching a checkpoint from its publisher: resumed after a cut, checked, and only then put in its place.

Apart from the store, which never waits for a network. What has arrived is kept (`partial`); the file itself appears
whole and verified or not at all.
"""

from __future__ import annotations

import errno
import os
import shutil
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from engine.errors import WeightsError
from engine.weights import partial, web
from engine.weights.declared import Declared, Owner
from engine.weights.digests import BLOCK, Checked, OnProgress, check, quiet, web_page
from engine.weights.store import Record, folder, installed, write
from engine.weights.web import HEAD, CutError, StaleError

TRIES = 3
"""Connections made for one file as long as each brings something."""
LARGEST = 16 << 30
"""Bytes of a file whose size nobody declares; the largest published one has 2.6 GB."""
SPARE = 64 << 20
"""Bytes that are left free on the disk: it is others' too."""
LOOK = 16 << 20
"""Bytes between two looks at how much is free."""


def fetch(owner: Owner, weights: Declared, on_progress: OnProgress = quiet) -> Record:
    """Fetch a checkpoint into the folder and return its record; raise WeightsError in one sentence that says why not.

    `on_progress` may raise to stop; what has arrived is kept, and the next call goes on from there.
    """
    if not weights.url:
        advice = f"fetch it yourself, then: termwand models add {owner.id} FILE"
        raise WeightsError(f"{weights.file} has no address to fetch it from", advice)
    installed(owner, weights, on_progress)
    target = folder() / weights.file
    with _disk(target), partial.alone(target) as (part, file):
        _fill(file, weights, owner, on_progress)
        _refuse_page(part, weights, owner)
        found = _checked(part, weights, on_progress)
        part.replace(target)
    record = Record(
        file=weights.file, tool=owner.id, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns,
        source=weights.url, published=weights.digest, licence=weights.licence,
    )  # fmt: skip
    write(record)
    return record


@contextmanager
def _disk(target: Path) -> Iterator[None]:
    """Turn the disk's refusals into sentences."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "The disk is full" if full else f"{target.name} cannot be written"
        advice = "make room and run it again: it goes on from there" if full else error.strerror or str(error)
        raise WeightsError(what, f"{advice} ({target.parent})") from error


def _fill(file: IO[bytes], weights: Declared, owner: Owner, on_progress: OnProgress) -> None:
    """Append what is missing, over several connections if they are cut."""
    for attempt in range(TRIES):
        before = _come(file)
        if weights.size and before == weights.size:
            return
        if weights.size and before > weights.size:
            file.truncate(0)
            before = 0
        try:
            try:
                _one_connection(file, before, weights, owner, on_progress)
            except StaleError:
                file.truncate(0)
                before = 0
                _one_connection(file, 0, weights, owner, on_progress)
            return
        except CutError as error:
            here = _come(file)
            if here <= before or attempt == TRIES - 1:
                advice = f"{here} bytes are kept; run it again to go on from there"
                raise WeightsError("The connection was cut", f"{error}; {advice} ({weights.url})") from error


def _come(file: IO[bytes]) -> int:
    """Return how many bytes have come."""
    return os.fstat(file.fileno()).st_size


def _one_connection(
    file: IO[bytes], start: int, weights: Declared, owner: Owner, on_progress: OnProgress
) -> None:  # fmt: skip
    answer = web.ask(weights, start)
    if answer is None:
        return  # all of it was there
    with answer:
        first = web.beginning(answer)
        if _is_page(answer, first, start):  # before what is here is thrown away for it
            raise page_error(weights, owner)
        if start and not web.goes_on(answer, start):
            file.truncate(0)
            start = 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdigit() else weights.size
        _refuse_longer(weights, total)
        _room(weights, total - start)
        done = _copy(answer, first, file, start, total, weights, on_progress)
        if total and done < total:
            raise CutError(f"{done} of {total} bytes came")


def _is_page(answer: Any, first: bytes, start: int) -> bool:
    """Say whether a web page came in place of the file: by its type, or by its beginning if that is the file's."""
    named = answer.headers.get_content_type() in ("text/html", "application/xhtml+xml")
    return named or (not web.goes_on(answer, start) and web_page(first))


def _room(weights: Declared, needed: int) -> None:
    """Raise WeightsError if the disk would be full after so many bytes more."""
    free = shutil.disk_usage(folder()).free
    missing = max(0, needed) + SPARE - free
    if missing > 0:
        told = f"{missing} bytes are missing on the disk; make room and run it again: it goes on from there"
        raise WeightsError(f"There is no room for {weights.file}", f"{told} ({folder()})")


def _refuse_longer(weights: Declared, size: int) -> None:
    """Raise WeightsError if a file of this size is longer than the one that was declared, or than any."""
    if size > (weights.size or LARGEST):
        expected = f"{weights.size} bytes expected" if weights.size else f"no network has more than {LARGEST} bytes"
        raise WeightsError(f"{weights.file} is too long", f"{expected} ({weights.url})")


def _copy(
    answer: Any, block: bytes, file: IO[bytes], start: int, total: int, weights: Declared, on_progress: OnProgress
) -> int:  # fmt: skip
    """Append a block and all that follows it; return how much is there."""
    done = looked = start
    text = f"Fetching {weights.file}"
    while block:
        view = memoryview(block)
        while view:
            view = view[file.write(view) :]
        done += len(block)
        try:
            _refuse_longer(weights, done)
        except WeightsError:
            file.truncate(0)
            raise
        if done - looked >= LOOK:
            _room(weights, total - done)
            looked = done
        on_progress(text, done, total)
        block = web.block(answer, BLOCK)
    os.fsync(file.fileno())
    return done


def _refuse_page(part: Path, weights: Declared, owner: Owner) -> None:
    with part.open("rb") as file:
        if web_page(file.read(HEAD)):
            part.unlink()
            raise page_error(weights, owner)


def page_error(weights: Declared, owner: Owner | None = None) -> WeightsError:
    """Return the error for a web page that came in place of a file."""
    host = urllib.parse.urlsplit(weights.url).hostname or ""
    why = "Google Drive asks for a confirmation" if "google" in host else "a login, a warning or an error page"
    tool = owner.id if owner else "ID"
    advice = f"open {weights.url} in a browser, save the file, then: termwand models add {tool} FILE"
    return WeightsError(f"A web page came in place of {weights.file}", f"{why}; {advice}")


def _checked(part: Path, weights: Declared, on_progress: OnProgress) -> Checked:
    """Return what arrived, checked; a file of the wrong size or checksum is deleted."""
    size = part.stat().st_size
    try:
        if weights.size and size != weights.size:
            raise WeightsError(f"{weights.file} has the wrong size", f"{weights.size} bytes expected, {size} came")
        return check(part, weights.digest, on_progress, name=weights.file)
    except WeightsError:
        part.unlink()
        raise
