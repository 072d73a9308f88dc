"""One connection to a publisher: asked for a file or its rest, held to encrypted addresses, its failures told apart.

This is the one file of the program that opens a connection.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from engine.errors import WeightsError
from engine.specs import WeightFile

TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as cut."""
HEAD = 512
"""Bytes that show whether a page came in place of the file."""


class CutError(Exception):
    """The connection ended before the file did."""


class StaleError(Exception):
    """What is kept is no beginning of what the publisher has: it is longer."""


def ask(item: WeightFile, start: int) -> Any:
    """Return the publisher's answer, or None where nothing is missing; raise CutError, StaleError or WeightsError."""
    try:
        refuse_address(item.url, item)
        request = urllib.request.Request(item.url, headers={"User-Agent": "termwand"})
        if start:
            request.add_header("Range", f"bytes={start}-")
        return urllib.request.build_opener(_Redirects(item)).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            return _refusal(error, item, start)
    except urllib.error.URLError as error:
        raise WeightsError("The publisher cannot be reached", f"{error.reason} ({item.url})") from error
    except (UnicodeError, http.client.InvalidURL) as error:
        raise WeightsError("The publisher leads to an address that is none", f"{error} ({item.url})") from error
    except (OSError, http.client.HTTPException) as error:
        raise cut(error) from error
    except ValueError as error:
        raise WeightsError("The publisher leads to an address that is none", f"{error} ({item.url})") from error


def refuse_address(url: str, item: WeightFile) -> None:
    """Raise WeightsError unless the address is encrypted, or a checksum is known for what comes from a plain one.

    A plain address is declared only where the publisher has no other.
    """
    scheme = urllib.parse.urlsplit(url).scheme
    if scheme not in ("http", "https"):
        raise WeightsError("The address is not one of the web", url)
    if scheme == "http" and not item.digest:
        why = "what comes could be anybody's, for no checksum of the file is known; fetch it yourself and add it"
        raise WeightsError("The address is not encrypted", f"{why} ({url})")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to addresses that might have been declared, but never from an encrypted one to a plain one."""

    def __init__(self, item: WeightFile) -> None:
        self.item = item

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        refuse_address(newurl, self.item)
        old, new = (urllib.parse.urlsplit(url).scheme for url in (req.full_url, newurl))
        if old == "https" != new:
            raise WeightsError("The publisher leads to an address that is not encrypted", newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refusal(error: urllib.error.HTTPError, item: WeightFile, start: int) -> None:
    """Return where the publisher says that nothing is missing; raise StaleError or WeightsError."""
    if error.code != 416 or not start:
        told = f"the publisher answers {error.code} {error.reason} ({item.url})"
        raise WeightsError(f"{item.file} is not to be had", told) from error
    if not _whole(error.headers.get("Content-Range", ""), start, item):
        raise StaleError from error


def _whole(answered: str, start: int, item: WeightFile) -> bool:
    """Say whether a publisher that has nothing from `start` on means that all is here; a checksum may tell instead."""
    return answered == f"bytes */{start}" or (not answered and bool(item.digest))


def block(answer: Any, size: int) -> bytes:
    """Return what is there, so that a slow link is seen to move; b"" at the end. Raise CutError."""
    try:
        found: bytes = answer.read1(size)
    except (OSError, http.client.HTTPException) as error:
        raise cut(error) from error
    return found


def beginning(answer: Any) -> bytes:
    """Return the first bytes, enough to tell a web page unless there are fewer."""
    head = b""
    while len(head) < HEAD and (more := block(answer, HEAD - len(head))):
        head += more
    return head


def cut(error: Exception) -> CutError:
    """Return a failure of the network as a cut that can be gone on from."""
    return CutError(" ".join(str(error).split()) or type(error).__name__)


def goes_on(answer: Any, start: int) -> bool:
    """Say whether the answer is the rest of the file; otherwise it is all of it."""
    return answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {start}-")
