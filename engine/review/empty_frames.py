"""A frame without an object between annotated ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.document import Document
from engine.review.base import Finding, FindingSpec, Given, Parameter, of_table
from engine.tracks import spans

if TYPE_CHECKING:
    from engine.review.table import Table

SPEC = FindingSpec(
    "empty", "a frame without an object between annotated ones", -3.0, "frames without one, negative", "tracks",
    parameters=(Parameter("beside", "annotated frames there must be on each side", "frames", 2),),
    middle=-3.0, width=1.0,
)  # fmt: skip


def in_table(table: Table, given: Given) -> Iterator[Finding]:
    """Yield gaps of so few frames; the shape or track before the gap stands for what is missing."""
    document = table.document
    joined = list[tuple[int, int]]()
    for first, last in sorted([*_runs(table), *spans(document.tracks)]):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    beside = given["beside"]
    for (first, last), (following, end) in pairwise(joined):
        length = following - last - 1
        if -length >= given["threshold"] and last - first + 1 >= beside and end - following + 1 >= beside:
            ids = _standing(document, last)
            if ids:
                text = "nothing is on it, and something on the frames before and after"
                yield Finding(SPEC.id, last + 1, following - 1, last + 1, ids, float(-length), text)


def _runs(table: Table) -> list[tuple[int, int]]:
    """Return first and last of the frames in a row on which shapes or tags are."""
    tags = np.fromiter(table.document.tags, np.int64, len(table.document.tags))
    frames = np.unique(np.concatenate((table.numbers("frame"), tags)))
    if not len(frames):
        return []
    ends = np.flatnonzero(np.diff(frames) > 1)
    first, last = frames[np.concatenate(([0], ends + 1))], frames[np.concatenate((ends, [-1]))]
    return [*zip(first.tolist(), last.tolist(), strict=True)]


def _standing(document: Document, frame: int) -> tuple[int, ...]:
    """Return the id of a shape or track on a frame."""
    if shapes := document.shapes(frame):
        return (shapes[0].id,)
    return next(((t.id,) for t in document.tracks.values() if t.keyframes and t.keyframes[0].frame <= frame), ())


find = of_table(SPEC, in_table)
