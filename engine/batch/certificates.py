"""What was certified of clips, read without a screen, and whether what stands there is still what was certified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.document import Certificate, Document
from engine.formats import base as formats
from engine.opening import open_session
from engine.options import Options
from engine.review.certify import Share, is_still_so, shares


@dataclass(frozen=True)
class Standing:
    """A certificate, and what it is worth now."""

    certificate: Certificate
    is_so: bool
    """What it speaks of was not changed since."""
    shares: tuple[Share, ...]
    """What it says of each label and source."""


def certificates(path: Path) -> tuple[Standing, ...]:
    """Return what was certified of a media, or in an annotation file; raise AppError if it cannot be opened."""
    known = formats.format_of(path) if path.is_file() else None
    if known is not None:
        return standing(known.read(path).document)
    opened = open_session(Options((path,), read_only=True))
    try:
        return standing(opened.session.document)
    finally:
        opened.close()


def standing(document: Document) -> tuple[Standing, ...]:
    """Return a document's certificates, the newest last."""
    every = (document.certificates[number] for number in sorted(document.certificates))
    return tuple(Standing(one, is_still_so(document, one), tuple(shares(document, one))) for one in every)
