"""A box that stands still over changing pixels: its tracker has frozen, the object moves on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_pixels
from engine.runs.seen import Seen
from engine.tracks.course import Course
from engine.tracks.series import stretches

SPEC = FindingSpec(
    "frozen", "a box that stands still over changing pixels", 0.2, "sizes by which its content moves on", "tracks",
    "pixels",
    parameters=(
        Parameter("still", "a box that moves less from frame to frame stands still", "frame pixels", 0.02),
        Parameter("least", "a shorter standstill is none", "frames", 4),
    ),
    middle=0.35, width=0.1,
)  # fmt: skip


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield standstills over which what is in the box, or the scene about it, has moved on."""
    if len(course) < 3:
        return
    still = (np.abs(np.diff(course.boxes, axis=0)).max(1) < given["still"]) & course.linked
    if not still.any():
        return
    sights = seen.of(course)
    moved = np.nan_to_num(sights.shifts)
    for first, last in stretches(still, course.frames[:-1]):
        size = float(np.sqrt((course.boxes[first, 2:] - course.boxes[first, :2]).prod()))
        along = moved[first : last + 1]
        # what goes through a box that stands still is not one thing: sums and single steps both say it
        away = np.hypot(*np.cumsum(along, axis=0).T).max() / max(size, 1.0)
        if last - first + 1 >= given["least"] and away >= given["threshold"]:
            a, b = int(course.frames[first + 1]), int(course.frames[last + 1])
            text = (
                f"{called(course)} stands still for {b - a + 1} frames while its content moves {away:.2f} of its size"
            )
            yield Finding(SPEC.id, a, b, _worst(course, a, b), (course.track.id,), float(away), text)


def _worst(course: Course, first: int, last: int) -> int:
    """Return the last frame that is not a person's keyframe."""
    places = np.flatnonzero((course.frames >= first) & (course.frames <= last) & ~course.human)
    return int(course.frames[places[-1]]) if len(places) else last


find = of_pixels()
