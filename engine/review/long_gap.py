"""A gap between keyframes that is far longer than the track's others: interpolation is only a guess there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "interpolated", "an object that is interpolated over long", 4.0, "the gap by the track's median gap", "tracks",
    parameters=(Parameter("least", "a shorter gap is never too long", "frames", 20),),
    middle=8.0, width=3.0,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield gaps, their middles as the worst frames; with fewer than three keyframes nothing is usual."""
    keys = course.track.keyframes
    gaps = np.diff([key.frame for key in keys])
    if len(gaps) < 2:
        return
    usual = max(1.0, float(np.median(gaps)))
    for place in np.flatnonzero((gaps >= given["threshold"] * usual) & (gaps >= given["least"])).tolist():
        left, right = keys[place], keys[place + 1]
        if not left.outside and left.points != right.points:
            text = f"{called(course)} is interpolated over {gaps[place] - 1} frames (as a rule {usual - 1:.0f})"
            middle = (left.frame + right.frame) // 2
            ids, score = (course.track.id,), float(gaps[place] / usual)
            yield Finding(SPEC.id, left.frame + 1, right.frame - 1, middle, ids, score, text)


find = of_tracks(SPEC, in_track)
