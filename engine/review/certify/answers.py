"""What was found wrong in a sample: the certificate after each answer, and what follows from it for each label."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from engine.document import Certificate, Document
from engine.review.certify.bounds import at_most, statement
from engine.review.certify.drawing import strips


class Share(NamedTuple):
    """What a sample says of the boxes of one label and source."""

    label: str
    source: str
    wrong: int
    looked: int
    population: int
    at_most: float
    """The largest share of wrong ones that is believable, 0..1; each of these by itself."""


def toggled(certificate: Certificate, place: int) -> Certificate:
    """Return it with the crop of a place wrong, or no longer."""
    return _told(replace(certificate, wrong=tuple(sorted({*certificate.wrong} ^ {place}))))


def looked(certificate: Certificate, through: int, *, by: str, at: str) -> Certificate:
    """Return it with all crops before a place looked at, by whom and when."""
    answered = max(certificate.answered, min(through, len(certificate.crops)))
    return _told(replace(certificate, answered=answered, by=by or certificate.by, at=at))


def _told(one: Certificate) -> Certificate:
    count = len(one.crops)
    return replace(one, statement=statement(len(one.wrong), count, one.population, one.sure) if one.is_done else "")


def shares(document: Document, certificate: Certificate) -> list[Share]:
    """Return what a sample says of each label and source in it, as they are now; what is gone since is left out.

    Each is a random sample of its own kind, however many of it there are in the whole one.
    """
    kinds = {shape.id: (shape.label, shape.source) for shape in document.all_shapes()}
    kinds |= {track.id: (track.label, track.source) for track in document.tracks.values()}
    sizes, seen, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for number, first, last in strips(document, certificate.label, certificate.source):
        sizes[kinds[number]] += last - first + 1
    for place, (number, _) in enumerate(certificate.crops[: certificate.answered]):
        if number in kinds:
            seen[kinds[number]] += 1
            wrong[kinds[number]] += place in certificate.wrong
    return [
        Share(*kind, wrong[kind], seen[kind], sizes[kind],
              at_most(wrong[kind], seen[kind], max(sizes[kind], seen[kind]), certificate.sure))
        for kind in sorted(seen)
    ]  # fmt: skip
