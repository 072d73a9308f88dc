"""A frame without an object between annotated ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.document import Document
from engine.review.base import Finding, FindingSpec, Parameter
from engine.tracks import spans

SPEC = FindingSpec(
    "empty", "a frame without an object between annotated ones", -3.0, "frames without one, negative", "tracks",
    parameters=(Parameter("beside", "annotated frames there must be on each side", "frames", 2),),
    middle=-3.0, width=1.0,
)  # fmt: skip


def find(document: Document, threshold: float) -> Iterator[Finding]:
    """Yield gaps of so few frames; the shape or track before the gap stands for what is missing."""
    taken = {frame for frame, shapes in document.frames.items() if shapes} | {*document.tags}
    stretches = [(frame, frame) for frame in taken] + [*spans(document.tracks)]
    joined = list[tuple[int, int]]()
    for first, last in sorted(stretches):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    beside = SPEC.given["beside"]
    for (first, last), (following, end) in pairwise(joined):
        length = following - last - 1
        if -length >= threshold and last - first + 1 >= beside and end - following + 1 >= beside:
            ids = _standing(document, last)
            if ids:
                text = "nothing is on it, and something on the frames before and after"
                yield Finding(SPEC.id, last + 1, following - 1, last + 1, ids, float(-length), text)


def _standing(document: Document, frame: int) -> tuple[int, ...]:
    """Return the id of a shape or track on a frame."""
    if shapes := document.shapes(frame):
        return (shapes[0].id,)
    return next(((t.id,) for t in document.tracks.values() if t.keyframes and t.keyframes[0].frame <= frame), ())
