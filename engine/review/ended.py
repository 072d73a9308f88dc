"""A track that a machine ended, or began anew, in the middle of the frame: the object may still be there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "ended", "an object that ends in the middle of the frame", 0.3, "sizes of the object to the border", "tracks",
    parameters=(Parameter("soonest", "frames before the media's end from which an end counts", "frames", 3),),
    middle=0.5, width=0.25,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the keyframes of machines at which an object goes outside, by how far from the border it was."""
    if not all(course.size) or not len(course):
        return
    keys, (width, height) = course.track.keyframes, course.size
    for before, key in pairwise(keys):
        if not key.outside or before.outside or key.by == "human" or course.count - key.frame < given["soonest"]:
            continue
        place = int(np.searchsorted(course.frames, key.frame)) - 1
        x1, y1, x2, y2 = course.boxes[place].tolist()
        away = min(x1, y1, width - x2, height - y2) / float(np.sqrt(max((x2 - x1) * (y2 - y1), 1.0)))
        if away >= given["threshold"]:
            text = f"{called(course)} ends {away:.1f} of its size away from the border of the frame"
            yield Finding(SPEC.id, key.frame, key.frame, key.frame, (course.track.id,), away, text)


find = of_tracks(SPEC, in_track)
