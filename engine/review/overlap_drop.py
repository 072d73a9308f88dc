"""A box that has little in common with the one on the frame before, with the camera's motion taken out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.runs.seen import Seen
from engine.tracks.course import Course, Floats
from engine.tracks.series import at_frames, own, tail, usual

SPEC = FindingSpec(
    "overlap", "an object that overlaps with itself a frame before less than usual", 1.6,
    "the drop of IoU by the largest usual one", "tracks",
    parameters=(
        Parameter("window", "steps that say what is usual about a frame", "frames", 9),
        Parameter("least", "a drop that is never too much", "IoU", 0.3),
        Parameter("alike", "likeness from which on the box has stayed on its object", "correlation", 0.7),
        Parameter("spread", "standard deviations of the drops that are usual", "", 3.0),
    ),
    middle=1.6, width=0.25,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames between which the overlap drops."""
    shared = overlaps(course.steady)
    yield from _found(course, shared, shared, given)


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield the same, but for drops that are none once the box is carried along with what is in it."""
    shared, sights = overlaps(course.steady), seen.of(course)
    along = [overlaps(course.boxes, np.hstack((moved, moved))) for moved in (sights.shifts, sights.backs)]
    carried = np.where(sights.alike >= given["alike"], 1.0, np.fmax(shared, np.minimum(*along)))
    yield from _found(course, shared, carried, given)


def _found(course: Course, shared: Floats, carried: Floats, given: Given) -> Iterator[Finding]:
    """Yield the drops of `carried`; what is usual is told by the overlaps as they are (n - 1,)."""
    middle = usual(shared, int(given["window"]))
    drop = np.where(course.told, middle - carried, np.nan)
    scores = at_frames(course, drop / (given["least"] + given["spread"] * tail(own(course, middle - shared))))
    least = 1 - at_frames(course, 1 - shared)
    text = "overlaps with itself a frame before or after by {:.2f} only"
    yield from marked(SPEC, course, scores, given, lambda place: text.format(least[place]))


def overlaps(boxes: Floats, moved: Floats | float = 0.0) -> Floats:
    """Return the IoU of each box (n, 4), moved by so much, with the next one (n - 1,)."""
    one, other = (boxes[:-1] + moved).T, boxes[1:].T
    across, down = (np.minimum(one[i + 2], other[i + 2]) - np.maximum(one[i], other[i]) for i in (0, 1))
    common = np.maximum(across, 0) * np.maximum(down, 0)
    areas = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-9)
    return np.asarray(common / (areas[1:] + areas[:-1] - common))


find = of_tracks(SPEC, in_track)
