"""What was said of ranges of tracks goes by what stood there then: the digest of that, kept through edits elsewhere.

A digest is of the keyframes about a range. Some edits set or take keyframes there and still show the same on all of
its frames (a track is parted behind it, a keyframe is set where it is anyway): then the digest is made anew.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter

from msgspec.structs import replace

from engine.document import Review, Track
from engine.memo import ByIdentity
from engine.rounding import rounded
from engine.tracks.at_frame import shape_at
from engine.tracks.motion import Motion
from engine.tracks.witness import SEEN, Piece, apart

MOST = 300
"""Frames of a range that are compared one by one; of a longer one those with keyframes, between which nothing turns."""


def evidence(track: Track, first: int, last: int) -> str:
    """Return a digest of what a track shows from a first frame to a last one, by the keyframes that say it."""
    keys = track.keyframes
    low = bisect_left(keys, first, key=attrgetter("frame"))
    high = bisect_right(keys, last, key=attrgetter("frame"))
    if low == len(keys) or keys[low].frame > first:  # what stands on the first frame comes from the keyframe before
        low = max(low - 1, 0)
    if high == 0 or keys[high - 1].frame < last:
        high += 1
    shown = [
        (key.frame - first, key.points, key.rotation, key.outside, key.mask and (key.mask.size, key.mask.counts))
        for key in keys[low:high]
    ]
    return hashlib.blake2b(repr((track.label, track.type, shown)).encode(), digest_size=8).hexdigest()


def counts(track: Track, review: Review) -> bool:
    """Say whether a review still is of what stands there; one without a digest, from elsewhere, always is."""
    return not review.evidence or review.evidence == evidence(track, review.first, review.last)


def _standing(track: Track) -> tuple[Review, ...]:
    return tuple(review for review in track.review if counts(track, review))


standing = ByIdentity(_standing, 20_000)
"""Track -> its reviews that still count, the newest last."""


def handed_on(whole: Track, pieces: Sequence[Piece]) -> tuple[Review, ...]:
    """Return what was said of the pieces, in order, that a track is made of: each cut to the frames of its piece.

    What counted goes on counting, unless the label is another one; what says the same on both sides of a seam is one.
    """
    exact = replace(whole, keyframes=tuple(map(rounded, whole.keyframes)))  # as it will be kept
    found, alive = list[Review](), set[Review]()
    for source, first, last in pieces:
        known = frozenset(standing(source) if source.label == whole.label else ())
        for review in sorted(source.review, key=lambda one: (one.first, one.last)):
            if review.last < first or last < review.first:
                continue
            part = replace(review, first=max(review.first, first), last=min(review.last, last))
            is_alive = bool(review.evidence) and review in known
            before = found[-1] if found and part.first == first and found[-1].last == first - 1 else None
            if before and (before in alive) == is_alive and _says_the_same(before, part, is_alive):
                part = replace(part, first=found.pop().first)
            if is_alive:
                part = replace(part, evidence=evidence(exact, part.first, part.last))
                alive.add(part)
            found.append(part)
    return tuple(found)


def _says_the_same(one: Review, other: Review, are_alive: bool) -> bool:
    ends = {"first": other.first, "last": other.last}
    return replace(one, **ends, evidence=other.evidence if are_alive else one.evidence) == other


def restated(before: Track, after: Track, motion: Motion | None) -> tuple[Review, ...]:
    """Return an edited track's reviews; those go on counting of whose frames none is shown otherwise than before."""
    if before.label != after.label or before.type != after.type:
        return after.review
    known, still = ({*standing(track)} for track in (before, after))
    return tuple(
        replace(review, evidence=evidence(after, review.first, review.last))
        if review in known and review not in still and _shows_the_same(before, after, review, motion)
        else review
        for review in after.review
    )


def _shows_the_same(before: Track, after: Track, review: Review, motion: Motion | None) -> bool:
    def is_same(frame: int) -> bool:
        one, other = (shape_at(track, frame, motion=motion) for track in (before, after))
        if one is None or other is None:
            return one is other
        is_moved = one.points != other.points and apart(one.points, other.points) > SEEN
        return not is_moved and one.mask == other.mask and abs(one.rotation - other.rotation) <= SEEN

    return all(map(is_same, _compared(before, after, review.first, review.last)))


def _compared(before: Track, after: Track, first: int, last: int) -> Iterable[int]:
    if last - first < MOST:
        return range(first, last + 1)
    keys = {key.frame for track in (before, after) for key in track.keyframes if first <= key.frame <= last}
    return sorted({first, last} | keys)
