"""Fetching a checkpoint from its publisher: resumed after a cut, checked, and only then put in its place.

Apart from the store because this is the one file of the program that opens a connection. What has arrived is kept as
NAME.part; NAME itself appears whole and verified or not at all.
"""

from __future__ import annotations

import errno
import fcntl
import http.client
import os
import shutil
import stat
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from engine.errors import WeightsError
from engine.weights.declared import Declared, Owner
from engine.weights.digests import BLOCK, Checked, OnProgress, check, quiet, web_page
from engine.weights.store import Record, folder, installed, write

TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as cut."""
TRIES = 3
"""Connections made for one file as long as each brings something."""
APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""Never follow a link to somebody's file, never wait for the reader of a pipe."""
HEAD = 512
"""Bytes that show whether a page came in place of the file."""


class CutError(Exception):
    """The connection ended before the file did."""


class StaleError(Exception):
    """What is kept is no beginning of what the publisher has: it is longer."""


def fetch(owner: Owner, weights: Declared, on_progress: OnProgress = quiet) -> Record:
    """Fetch a checkpoint into the folder and return its record; raise WeightsError in one sentence that says why not.

    `on_progress` may raise to stop; what has arrived is kept, and the next call goes on from there.
    """
    if not weights.url:
        advice = f"fetch it yourself, then: termwand models add {owner.id} FILE"
        raise WeightsError(f"{weights.file} has no address to fetch it from", advice)
    installed(owner, weights, on_progress)
    target = folder() / weights.file
    part = target.with_name(target.name + ".part")
    with _disk(target), _alone(part) as file:
        _fill(file, part, weights, owner, on_progress)
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


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """Open the partial file for appending; refuse if another process is fetching it, or if it is a link or a pipe."""
    with _own(part) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WeightsError(f"{part.stem} is being fetched already", f"by another process ({part})") from error
        yield file


def _own(part: Path) -> IO[bytes]:
    try:
        file = os.fdopen(os.open(part, APPEND, 0o666), "ab", buffering=0)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        raise WeightsError(f"{part.name} is a link or a pipe, no file", f"delete it first ({part})") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise WeightsError(f"{part.name} is no file", f"delete it first ({part})")
    return file


def _fill(file: IO[bytes], part: Path, weights: Declared, owner: Owner, on_progress: OnProgress) -> None:
    """Append what is missing, over several connections if they are cut."""
    for attempt in range(TRIES):
        before = part.stat().st_size
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
                _one_connection(file, 0, weights, owner, on_progress)
            return
        except CutError as error:
            here = part.stat().st_size
            if here <= before or attempt == TRIES - 1:
                advice = f"{here} bytes are kept; run it again to go on from there"
                raise WeightsError("The connection was cut", f"{error}; {advice} ({weights.url})") from error


def _one_connection(
    file: IO[bytes], start: int, weights: Declared, owner: Owner, on_progress: OnProgress
) -> None:  # fmt: skip
    answer = _ask(weights, start)
    if answer is None:
        return  # all of it was there
    with answer:
        first = _head(answer)
        if _is_page(answer, first, start):  # before what is here is thrown away for it
            raise page_error(weights, owner)
        if start and not _goes_on(answer, start):
            file.truncate(0)
            start = 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdigit() else weights.size
        _room(weights, total - start)
        done = _copy(answer, first, file, start, total, weights, on_progress)
        if total and done < total:
            raise CutError(f"{done} of {total} bytes came")


def _ask(weights: Declared, start: int) -> Any:
    """Return the publisher's answer, or None where nothing is missing; raise CutError, StaleError or WeightsError."""
    request = urllib.request.Request(weights.url, headers={"User-Agent": "termwand"})
    if urllib.parse.urlsplit(weights.url).scheme not in ("http", "https"):
        raise WeightsError("The address is not one of the web", weights.url)
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        return urllib.request.build_opener(_Redirects).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            return _refusal(error, weights, start)
    except urllib.error.URLError as error:
        raise WeightsError("The publisher cannot be reached", f"{error.reason} ({weights.url})") from error
    except (UnicodeError, http.client.InvalidURL) as error:
        raise WeightsError("The publisher leads to an address that is none", f"{error} ({weights.url})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _cut(error) from error
    except ValueError as error:
        raise WeightsError("The publisher leads to an address that is none", f"{error} ({weights.url})") from error


def _refusal(error: urllib.error.HTTPError, weights: Declared, start: int) -> None:
    """Return where the publisher says that nothing is missing; raise StaleError or WeightsError."""
    if error.code != 416 or not start:
        told = f"the publisher answers {error.code} {error.reason} ({weights.url})"
        raise WeightsError(f"{weights.file} is not to be had", told) from error
    if not _whole(error.headers.get("Content-Range", ""), start, weights):
        raise StaleError from error


def _block(answer: Any, size: int) -> bytes:
    """Return what is there, so that a slow link is seen to move; b"" at the end. Raise CutError."""
    try:
        block: bytes = answer.read1(size)
    except (OSError, http.client.HTTPException) as error:
        raise _cut(error) from error
    return block


def _head(answer: Any) -> bytes:
    """Return the first bytes, enough to tell a web page unless there are fewer."""
    head = b""
    while len(head) < HEAD and (block := _block(answer, HEAD - len(head))):
        head += block
    return head


def _cut(error: Exception) -> CutError:
    return CutError(" ".join(str(error).split()) or type(error).__name__)


def _whole(answered: str, start: int, weights: Declared) -> bool:
    """Say whether a publisher that has nothing from `start` on means that all is here; a checksum may tell instead."""
    return answered == f"bytes */{start}" or (not answered and bool(weights.digest))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from an encrypted address to one that is not."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise WeightsError("The publisher leads to an address that is not encrypted", newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _goes_on(answer: Any, start: int) -> bool:
    """Say whether the answer is the rest of the file; otherwise it is all of it."""
    return answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {start}-")


def _is_page(answer: Any, first: bytes, start: int) -> bool:
    """Say whether a web page came in place of the file: by its type, or by its beginning if that is the file's."""
    named = answer.headers.get_content_type() in ("text/html", "application/xhtml+xml")
    return named or (not _goes_on(answer, start) and web_page(first))


def _room(weights: Declared, needed: int) -> None:
    free = shutil.disk_usage(folder()).free
    if needed > free:
        raise WeightsError(f"There is no room for {weights.file}", f"{needed} bytes needed, {free} free ({folder()})")


def _copy(
    answer: Any, block: bytes, file: IO[bytes], start: int, total: int, weights: Declared, on_progress: OnProgress
) -> int:  # fmt: skip
    """Append a block and all that follows it; return how much is there."""
    done = start
    text = f"Fetching {weights.file}"
    while block:
        view = memoryview(block)
        while view:
            view = view[file.write(view) :]
        done += len(block)
        if weights.size and done > weights.size:
            file.truncate(0)
            raise WeightsError(f"{weights.file} is too long", f"{weights.size} bytes expected ({weights.url})")
        on_progress(text, done, total)
        block = _block(answer, BLOCK)
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
        return check(part, weights.digest, on_progress)
    except WeightsError:
        part.unlink()
        raise
