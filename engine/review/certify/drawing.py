"""Boxes drawn at random: what there is to draw, a sample without repeating any, and a digest of what it was drawn of.

A box is a shape on its frame, or a track on each frame of the media on which it stands: also where it is interpolated,
and where it stands still after its last keyframe. What is drawn follows from what there is and from the certificate's
number, so that nobody can draw until a sample suits, and anybody can draw it again.
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import get_args

import msgspec

from engine.document import Certificate, Document, Shape, Source, Track
from engine.errors import EditError, nearest
from engine.review.certify.bounds import SURE, needed
from engine.text import plain
from engine.tracks.spans import spans_of

_ENCODER = msgspec.json.Encoder()
Strip = tuple[int, int, int]
"""Id of a shape or track, first frame and last one on which it stands."""


def drawn(
    document: Document, share: float, *, label: str = "", source: str = "", seed: int | None = None, by: str = "",
    at: str = "",
) -> Certificate:  # fmt: skip
    """Return a new certificate with a sample large enough to rule out that a larger share is wrong, nothing answered.

    Of all boxes, or of those of a label or a source. Raise EditError where there are none, or no such label or source.
    """
    there = strips(document, label, source)
    ends = list(accumulate(last - first + 1 for _, first, last in there))
    if not ends:
        raise EditError(*_nothing(document, label, source))
    number, found = max(document.certificates, default=0) + 1, digest(document, label, source)
    if seed is None:
        seed = int.from_bytes(hashlib.blake2b(f"{found} {number}".encode(), digest_size=6).digest())
    places = random.Random(seed).sample(range(ends[-1]), needed(share, ends[-1]))
    crops = tuple(_at(there, ends, place) for place in places)
    return Certificate(
        number, ends[-1], crops, share, SURE, label=label, source=source, seed=seed, by=by, at=at, digest=found
    )


def strips(document: Document, label: str = "", source: str = "") -> list[Strip]:
    """Return what there is to draw: shapes by frame, then tracks by id; what is beyond the media is not there."""
    count = document.media.frames
    found = [(one.id, one.frame, one.frame) for one in _shapes(document, label, source) if one.frame < count]
    for track in _tracks(document, label, source):
        inside = ((first, min(last, count - 1)) for first, last in spans_of(track))
        found += [(track.id, first, last) for first, last in inside if first <= last]
    return found


def digest(document: Document, label: str = "", source: str = "") -> str:
    """Return a digest of what there is to draw, by its geometry and labels.

    Not by the numbers of a folder's pictures: those change with the folder, and a shape stays on its picture.
    """
    by_name, found = document.media.kind == "folder", hashlib.blake2b(digest_size=8)
    for one in sorted(_shapes(document, label, source), key=lambda shape: shape.id):
        found.update(_ENCODER.encode((one.id, one.label, one.source, one.type, one.points, one.rotation, one.mask)))
    for track in _tracks(document, label, source):
        start = track.keyframes[0].frame if by_name and track.keyframes else 0
        keys = [(key.frame - start, key.outside, key.points, key.rotation, key.mask) for key in track.keyframes]
        found.update(_ENCODER.encode((track.id, track.label, track.source, track.type, keys)))
    return found.hexdigest()


def is_still_so(document: Document, certificate: Certificate) -> bool:
    """Say whether what a certificate speaks of stands as it stood when its sample was drawn."""
    return digest(document, certificate.label, certificate.source) == certificate.digest


def _at(there: list[Strip], ends: list[int], place: int) -> tuple[int, int]:
    """Return (id, frame) of the box at a place among all."""
    index = bisect_right(ends, place)
    number, _, last = there[index]
    return number, last - (ends[index] - 1 - place)


def _shapes(document: Document, label: str, source: str) -> Iterator[Shape]:
    return (one for one in document.all_shapes() if label in ("", one.label) and source in ("", one.source))


def _tracks(document: Document, label: str, source: str) -> Iterator[Track]:
    tracks = (document.tracks[number] for number in sorted(document.tracks))
    return (one for one in tracks if label in ("", one.label) and source in ("", one.source))


def _nothing(document: Document, label: str, source: str) -> tuple[str, str]:
    """Return why there is nothing to draw, and what may have been meant."""
    labels, sources = [one.name for one in document.labels], get_args(Source)
    if label and label not in labels:
        return f'No label is called "{plain(label, 40)}"', plain(nearest(label, labels), 200)
    if source and source not in sources:
        return f'No source is called "{plain(source, 40)}"', nearest(source, sources)
    what = " ".join(filter(None, (source, plain(label, 40))))
    return "There is nothing to certify", f"no {what} box stands on a frame" if what else "no box stands on a frame"
