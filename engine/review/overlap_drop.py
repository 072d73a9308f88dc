"""A box that has little in common with the one on the frame before, with the camera's motion taken out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats
from engine.tracks.series import at_frames, usual

SPEC = FindingSpec(
    "overlap", "an object that overlaps with itself a frame before less than usual", 0.35, "IoU, drop", "tracks",
    parameters=(Parameter("window", "steps that say what is usual about a frame", "frames", 9),),
    middle=0.45, width=0.08,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames between which the overlap drops."""
    shared = overlaps(course)
    drop = usual(shared, int(given["window"])) - shared
    scores = at_frames(course, np.where(course.linked, drop, np.nan))
    least = 1 - at_frames(course, 1 - shared)
    text = "overlaps with itself a frame before or after by {:.2f} only"
    yield from marked(SPEC, course, scores, given, lambda place: text.format(least[place]))


def overlaps(course: Course) -> Floats:
    """Return the IoU of each box with the next one (n - 1,), both in the scene."""
    one, other = course.steady[:-1], course.steady[1:]
    common = np.clip(np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2]), 0, None).prod(1)
    areas = course.sides.prod(1)
    return np.asarray(common / (areas[1:] + areas[:-1] - common))


find = of_tracks(SPEC, in_track)
