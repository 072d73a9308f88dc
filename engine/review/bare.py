"""A picture of a folder without an object among ones with many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, of_table
from engine.tracks import spans

if TYPE_CHECKING:
    from engine.review.table import Table

SPEC = FindingSpec(
    "bare", "a picture without an object among ones with many", 1.5, "objects of a picture about it", "tracks",
    parameters=(
        Parameter("window", "pictures before it and after it that are asked", "pictures", 8),
        Parameter("share", "of them must have an object, on each side", "share, 0..1", 0.75),
    ),
    middle=3.0, width=1.0,
)  # fmt: skip


def in_table(table: Table, given: Given) -> Iterator[Finding]:
    """Yield pictures on which nothing is, not even a tag; the object before stands for what may be missing."""
    document = table.document
    count = document.media.frames
    if document.media.kind != "folder" or not len(table) or table.column("frame").min() >= count:
        return
    objects = np.bincount(table.numbers("frame"), minlength=count)[:count]
    taken, filled = objects > 0, np.flatnonzero(objects)
    taken[[frame for frame in document.tags if frame < count]] = True
    for first, last in spans(document.tracks):
        taken[first : last + 1] = True
    places, window = np.flatnonzero(~taken), int(given["window"])
    full, sums = (np.concatenate(([0], np.cumsum(some))) for some in (taken, objects))
    low, high = np.maximum(places - window, 0), np.minimum(places + window + 1, count)
    before, after = places - low, high - places - 1
    # the first picture has none before it; what comes after the last annotated one was perhaps not looked at yet
    earlier = np.where(before > 0, (full[places] - full[low]) / np.maximum(before, 1), 1.0)
    share = np.minimum(earlier, (full[high] - full[places + 1]) / np.maximum(after, 1))
    about = (sums[high] - sums[low]) / np.maximum(before + after, 1)
    for place in np.flatnonzero((share >= given["share"]) & (about >= given["threshold"])):
        frame, score = int(places[place]), float(about[place])
        near = int(filled[max(int(np.searchsorted(filled, frame)) - 1, 0)])
        text = f"nothing is on it, and about {score:.0f} objects on those about it"
        yield Finding(SPEC.id, frame, frame, frame, (document.shapes(near)[0].id,), score, text)


find = of_table(SPEC, in_table)
