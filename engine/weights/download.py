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
from engine.specs import ToolSpec, WeightFile, Weights
from engine.textfile import is_web_page
from engine.weights import partial, web
from engine.weights.digests import BLOCK, Checked, OnProgress, check, quiet, summed
from engine.weights.records import Record, folder, home, need_folder, write
from engine.weights.sets import Here, set_of
from engine.weights.store import standing
from engine.weights.web import HEAD, CutError, StaleError

TRIES = 3
"""Connections made for one file as long as each brings something."""
LARGEST = 16 << 30
"""Bytes of a file whose size nobody declares; the largest published one has 2.6 GB."""
SPARE = 64 << 20
"""Bytes that are left free on the disk: it is others' too."""
LOOK = 16 << 20
"""Bytes between two looks at how much is free."""


def fetch(owner: ToolSpec, weights: Weights, on_progress: OnProgress = quiet) -> Here:
    """Fetch a set of weights into the folder and return it; raise WeightsError in one sentence that says why not.

    `on_progress` may raise to stop; what has arrived is kept, and the next call goes on from there: a file that has
    come whole stays and is not fetched again, whatever becomes of the set's others.
    """
    if not weights.fetchable:
        lacking = ", ".join(item.file for item in weights.files if not item.url and not item.optional)
        advice = f"fetch it yourself, then: termwand models add {owner.id} FILE"
        raise WeightsError(f"{lacking} has no address to fetch it from", advice)
    need_folder()
    wanted, before = [item for item in weights.files if item.url], 0
    whole = sum(item.size for item in wanted) if len(wanted) > 1 and all(item.size for item in wanted) else 0
    for item in wanted:
        told = summed(on_progress, before, whole)
        record = standing(owner, weights, item, told) or _fetched(owner, weights, item, told)
        before += record.size
    here = set_of(owner, weights.name)
    if here is None:
        raise WeightsError(f"{weights.name} has just been removed", f"it was in {home(owner.id, '')}")
    return here


def _fetched(owner: ToolSpec, weights: Weights, item: WeightFile, on_progress: OnProgress) -> Record:
    """Fetch one file of a set and return its record; raise WeightsError."""
    name = "" if weights.alone else weights.name
    target = home(owner.id, name) / item.file
    with _written(target), partial.alone(target) as (part, file):
        _fill(file, item, owner, on_progress)
        _refuse_page(part, item, owner)
        found = _checked(part, item, on_progress)
        part.replace(target)
    record = Record(
        file=item.file, tool=owner.id, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns,
        source=item.url, published=item.digest, licence=weights.licence,
        set=name, files=tuple(other.file for other in weights.files if other.url) if name else (),
    )  # fmt: skip
    write(record)
    return record


@contextmanager
def _written(target: Path) -> Iterator[None]:
    """Turn the disk's refusals into sentences."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "The disk is full" if full else f"{target.name} cannot be written"
        advice = "make room and run it again: it goes on from there" if full else error.strerror or str(error)
        raise WeightsError(what, f"{advice} ({target.parent})") from error


def _fill(file: IO[bytes], item: WeightFile, owner: ToolSpec, on_progress: OnProgress) -> None:
    """Append what is missing, over several connections if they are cut."""
    for attempt in range(TRIES):
        before = _come(file)
        if item.size and before == item.size:
            return
        if item.size and before > item.size:
            file.truncate(0)
            before = 0
        try:
            try:
                _one_connection(file, before, item, owner, on_progress)
            except StaleError:
                file.truncate(0)
                before = 0
                _one_connection(file, 0, item, owner, on_progress)
            return
        except CutError as error:
            here = _come(file)
            if here <= before or attempt == TRIES - 1:
                advice = f"{here} bytes are kept; run it again to go on from there"
                raise WeightsError("The connection was cut", f"{error}; {advice} ({item.url})") from error


def _come(file: IO[bytes]) -> int:
    """Return how many bytes have come."""
    return os.fstat(file.fileno()).st_size


def _one_connection(
    file: IO[bytes], start: int, item: WeightFile, owner: ToolSpec, on_progress: OnProgress
) -> None:  # fmt: skip
    answer = web.ask(item, start)
    if answer is None:
        return  # all of it was there
    with answer:
        first = web.beginning(answer)
        if _is_page(answer, first, start):  # before what is here is thrown away for it
            raise page_error(item, owner)
        if start and not web.goes_on(answer, start):
            file.truncate(0)
            start = 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdigit() else item.size
        _refuse_longer(item, total)
        _room(item, total - start)
        done = _copy(answer, first, file, start, total, item, on_progress)
        if total and done < total:
            raise CutError(f"{done} of {total} bytes came")


def _is_page(answer: Any, first: bytes, start: int) -> bool:
    """Say whether a web page came in place of the file: by its type, or by its beginning if that is the file's."""
    named = answer.headers.get_content_type() in ("text/html", "application/xhtml+xml")
    return named or (not web.goes_on(answer, start) and is_web_page(first))


def _room(item: WeightFile, needed: int) -> None:
    """Raise WeightsError if the disk would be full after so many bytes more."""
    free = shutil.disk_usage(folder()).free
    missing = max(0, needed) + SPARE - free
    if missing > 0:
        told = f"{missing} bytes are missing on the disk; make room and run it again: it goes on from there"
        raise WeightsError(f"There is no room for {item.file}", f"{told} ({folder()})")


def _refuse_longer(item: WeightFile, size: int) -> None:
    """Raise WeightsError if a file of this size is longer than the one that was declared, or than any."""
    if size > (item.size or LARGEST):
        expected = f"{item.size} bytes expected" if item.size else f"no network has more than {LARGEST} bytes"
        raise WeightsError(f"{item.file} is too long", f"{expected} ({item.url})")


def _copy(
    answer: Any, block: bytes, file: IO[bytes], start: int, total: int, item: WeightFile, on_progress: OnProgress
) -> int:  # fmt: skip
    """Append a block and all that follows it; return how much is there."""
    done = looked = start
    text = f"Fetching {item.file}"
    while block:
        view = memoryview(block)
        while view:
            view = view[file.write(view) :]
        done += len(block)
        try:
            _refuse_longer(item, done)
        except WeightsError:
            file.truncate(0)
            raise
        if done - looked >= LOOK:
            _room(item, total - done)
            looked = done
        on_progress(text, done, total)
        block = web.block(answer, BLOCK)
    os.fsync(file.fileno())
    return done


def _refuse_page(part: Path, item: WeightFile, owner: ToolSpec) -> None:
    with part.open("rb") as file:
        if is_web_page(file.read(HEAD)):
            part.unlink()
            raise page_error(item, owner)


def page_error(item: WeightFile, owner: ToolSpec | None = None) -> WeightsError:
    """Return the error for a web page that came in place of a file."""
    host = urllib.parse.urlsplit(item.url).hostname or ""
    why = "Google Drive asks for a confirmation" if "google" in host else "a login, a warning or an error page"
    tool = owner.id if owner else "ID"
    advice = f"open {item.url} in a browser, save the file, then: termwand models add {tool} FILE"
    return WeightsError(f"A web page came in place of {item.file}", f"{why}; {advice}")


def _checked(part: Path, item: WeightFile, on_progress: OnProgress) -> Checked:
    """Return what arrived, checked; a file of the wrong size or checksum is deleted."""
    size = part.stat().st_size
    try:
        if item.size and size != item.size:
            raise WeightsError(f"{item.file} has the wrong size", f"{item.size} bytes expected, {size} came")
        return check(part, item.digest, on_progress, name=item.file)
    except WeightsError:
        part.unlink()
        raise
