"""A box that stays at the border of the frame: the object has left, and its track goes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_tracks
from engine.tracks.course import Bools, Course
from engine.tracks.series import stretches

SPEC = FindingSpec(
    "border", "an object that stays at the border of the frame", 15.0, "frames at the border", "tracks",
    parameters=(
        Parameter("reach", "a side that is nearer to the border touches it", "frame pixels", 1.0),
        Parameter("still", "a middle that moves less from frame to frame stays", "sizes of the object", 0.02),
    ),
    reach=20, middle=60.0, width=20.0,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches that a box spends at one border without moving, but for those that begin the track."""
    if not all(course.size):
        return
    for side in sides_at_border(course, given["reach"]):
        still = np.concatenate(([False], np.abs(np.diff(course.centres)) < given["still"] * course.extent[1:]))
        for first, last in stretches(side & still & ~course.human, course.frames):
            if first and last - first + 1 >= given["threshold"]:
                a, b = int(course.frames[first]), int(course.frames[last])
                text = f"{called(course)} stays at the border of the frame for {b - a + 1} frames"
                yield Finding(SPEC.id, a, b, a, (course.track.id,), float(b - a + 1), text)


def sides_at_border(course: Course, reach: float) -> list[Bools]:
    """Return for the left, upper, right and lower side on which frames (n,) it touches the frame's border."""
    width, height = course.size
    x1, y1, x2, y2 = course.boxes.T
    return [x1 <= reach, y1 <= reach, x2 >= width - reach, y2 >= height - reach]


find = of_tracks(SPEC, in_track)
