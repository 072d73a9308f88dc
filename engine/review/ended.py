"""A track that a machine ended, or began anew, in the middle of the frame: the object may still be there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "ended", "an object that ends in the middle of the frame", 0.6, "share of it that would be in sight soon after",
    "tracks",
    parameters=(
        Parameter("soon", "frames after its end at which it would be in sight", "frames", 5),
        Parameter("soonest", "frames before the media's end from which an end counts", "frames", 3),
    ),
    middle=0.6, width=0.1,
)  # fmt: skip
BEFORE = 6
"""Frames that say where it is going."""


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the keyframes of machines at which an object goes outside, by how much of it has not left the frame."""
    if not all(course.size) or not len(course):
        return
    for before, key in pairwise(course.track.keyframes):
        if not key.outside or before.outside or key.by == "human" or course.count - key.frame < given["soonest"]:
            continue
        share = in_sight(course, int(np.searchsorted(course.frames, key.frame)) - 1, given["soon"])
        if share >= given["threshold"]:
            text = f"{called(course)} ends though {share:.0%} of it would be in sight {given['soon']:.0f} frames later"
            yield Finding(SPEC.id, key.frame, key.frame, key.frame, (course.track.id,), share, text)


def in_sight(course: Course, place: int, soon: float) -> float:
    """Return which share of the box will be in the frame `soon` frames on, if it goes on as it does."""
    first = max(place - BEFORE, 0)
    passed = max(int(course.frames[place] - course.frames[first]), 1)
    box = course.boxes[place] + (course.boxes[place] - course.boxes[first]) / passed * soon
    seen = np.clip(box, 0, [*course.size, *course.size])
    whole = (box[2:] - box[:2]).prod()
    return float((seen[2:] - seen[:2]).prod() / whole) if whole > 0 else 0.0


find = of_tracks(SPEC, in_track)
