"""What a person has said of ranges of tracks, and whether it still counts: it was said of what stood there then.

A range is unseen where nobody said anything, or where what was judged has changed since. What stood there is kept as a
digest of the track's keyframes about the range, so that edits elsewhere leave it alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from engine.document import Document, Review, ReviewState, Track
from engine.edits import CutKeyframes, DropKeyframe, Edit, PutKeyframe, PutKeyframes, PutReview, PutTrack, apply_all
from engine.tracks.evidence import counts, evidence, restated, standing

State = Literal["unseen", "accepted", "fixed", "flagged"]
SETTLED = frozenset({"accepted", "fixed"})
"""States in which a range is silent."""


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


def kept(document: Document, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return what is to be done after some edits so that ranges of which nothing is shown otherwise stay judged."""
    numbers = {number for edit in edits if (number := _edited(edit)) is not None}
    judged = [number for number in numbers if number in document.tracks and document.tracks[number].review]
    if not judged:
        return ()
    after, _ = apply_all(document, edits)
    found = list[Edit]()
    for number in sorted(judged):
        old, new = document.tracks[number], after.tracks.get(number)
        if new is not None and (reviews := restated(old, new, document.motion)) != new.review:
            found.append(PutReview(number, reviews))
    return tuple(found)


def _edited(edit: Edit) -> int | None:
    """Return the track whose keyframes an edit changes."""
    match edit:
        case PutTrack(track=track):
            return track.id
        case PutKeyframe() | PutKeyframes() | DropKeyframe() | CutKeyframes():
            return edit.track
        case _:
            return None


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
