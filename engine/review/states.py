"""What a person has said of ranges of tracks, and whether it still counts: it was said of what stood there then.

A range is unseen where nobody said anything, or where what was judged has changed since. What stood there is kept as a
digest of the track's keyframes about the range, so that edits elsewhere leave it alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from engine.document import Document, Review, ReviewState, Track
from engine.edits import CutKeyframes, DropKeyframe, Edit, PutKeyframe, PutKeyframes, PutReview, PutTrack, apply_all
from engine.tracks.evidence import counts, evidence, restated, standing

if TYPE_CHECKING:
    from engine.review.base import Finding

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


def state_about(document: Document, ids: Sequence[int], first: int, last: int, findings: Iterable[Finding]) -> State:
    """Return the state of an entry: its first track's range is settled once the others are where the findings are."""
    track = document.tracks[ids[0]]
    state = state_of(track, first, last)
    if state in SETTLED and not all(settled(document.tracks[number], at) for number, at in others(document, findings)):
        return "unseen"
    return state


def others(document: Document, findings: Iterable[Finding]) -> list[tuple[int, int]]:
    """Return which tracks findings are about beside their first, and the frame on which each looks worst."""
    found = ((number, finding.worst) for finding in findings for number in finding.ids[1:])
    return [(number, worst) for number, worst in dict.fromkeys(found) if number in document.tracks]


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
    of: int = 0,
) -> tuple[Review, ...]:
    """Return the reviews of a track after one more, for `PutReview`; earlier ones are cut to what is left of them.

    `reason` is the id of the kind that it answers, `at` the time as ISO 8601, `of` the track whose entry it is, where
    that is another one.
    """  # fmt: skip
    new = Review(first, last, state, reason, comment, by, at, evidence(track, first, last), of)
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
    """Return how many reviews that still count are in each state; what was said of another's entry counts there."""
    return Counter(review.state for review in standing(track) if not review.of)


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
