"""What a person has said of ranges of tracks, and whether it still counts: it was said of what stood there then.

A range is unseen where nobody said anything, or where what was judged has changed since. What stood there is kept as a
digest of the track's keyframes about the range, so that edits elsewhere leave it alone.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import Literal

from msgspec.structs import replace

from engine.document import Review, ReviewState, Track
from engine.memo import ByIdentity

State = Literal["unseen", "accepted", "fixed", "flagged"]
SETTLED = frozenset({"accepted", "fixed"})
"""States in which a range is silent."""


def evidence(track: Track, first: int, last: int) -> str:
    """Return a digest of what a track shows from a first frame to a last one, by the keyframes that say it."""
    frames = [key.frame for key in track.keyframes]
    low, high = bisect_left(frames, first), bisect_right(frames, last)
    if low == len(frames) or frames[low] > first:  # what stands on the first frame comes from the keyframe before
        low = max(low - 1, 0)
    if high == 0 or frames[high - 1] < last:
        high += 1
    shown = [
        (key.frame - first, key.points, key.rotation, key.outside, key.mask and (key.mask.size, key.mask.counts))
        for key in track.keyframes[low:high]
    ]
    return hashlib.blake2b(repr((track.label, track.type, shown)).encode(), digest_size=8).hexdigest()


def counts(track: Track, review: Review) -> bool:
    """Say whether a review still is of what stands there; one without a digest, from elsewhere, always is."""
    return not review.evidence or review.evidence == evidence(track, review.first, review.last)


def _standing(track: Track) -> tuple[Review, ...]:
    return tuple(review for review in track.review if counts(track, review))


standing = ByIdentity(_standing, 20_000)
"""Track -> its reviews that still count, the newest last."""


def state_of(track: Track, first: int, last: int) -> State:
    """Return the state of a range: what was last said of all of it, unseen where part of it was not judged."""
    for review in reversed(standing(track)):
        if review.first <= first and last <= review.last:
            return review.state
    return "unseen"


def settled(track: Track, frame: int) -> bool:
    """Say whether a frame lies in an accepted or mended range."""
    for review in reversed(standing(track)):
        if review.first <= frame <= review.last:
            return review.state in SETTLED
    return False


def judged(
    track: Track,
    first: int,
    last: int,
    state: ReviewState,
    *,
    reason: str = "",
    comment: str = "",
    by: str = "",
    at: str = "",
) -> tuple[Review, ...]:
    """Return the reviews of a track after one more, for `PutReview`; earlier ones are cut to what is left of them.

    `reason` is the id of the kind that it answers, `at` the time as ISO 8601.
    """  # fmt: skip
    new = Review(first, last, state, reason, comment, by, at, evidence(track, first, last))
    kept = [part for review in track.review for part in _cut(track, review, first, last)]
    return tuple(sorted((*kept, new), key=lambda review: (review.first, review.last)))


def unseen(track: Track, first: int, last: int) -> tuple[Review, ...]:
    """Return the reviews of a track without what was said of a range."""
    return tuple(part for review in track.review for part in _cut(track, review, first, last))


def progress(track: Track) -> Counter[str]:
    """Return how many reviews that still count are in each state."""
    return Counter(review.state for review in standing(track))


def _cut(track: Track, review: Review, first: int, last: int) -> list[Review]:
    """Return what of a review lies outside a range; parts of one that counted go on counting."""
    if review.last < first or last < review.first:
        return [review]
    alive = bool(review.evidence) and counts(track, review)
    ends = [(review.first, min(review.last, first - 1)), (max(review.first, last + 1), review.last)]
    return [
        replace(review, first=a, last=b, evidence=evidence(track, a, b) if alive else review.evidence)
        for a, b in ends
        if a <= b
    ]
