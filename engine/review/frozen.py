"""A box that stands still over changing pixels: its tracker has frozen, the object moves on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_pixels
from engine.runs.seen import Seen
from engine.tracks.course import Course
from engine.tracks.series import stretches

SPEC = FindingSpec(
    "frozen", "a box that stands still over changing pixels", 0.2, "sizes that its content moves", "tracks",
    "pixels",
    parameters=(
        Parameter("still", "a box that moves less from frame to frame stands still", "frame pixels", 0.02),
        Parameter("least", "a shorter standstill is none", "frames", 4),
    ),
    middle=0.25, width=0.08,
)  # fmt: skip


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield standstills over which what is in the box, or the scene about it, has moved on."""
    if len(course) < 3:
        return
    still = (np.abs(np.diff(course.boxes, axis=0)).max(1) < given["still"]) & course.linked
    if not still.any():
        return
    sights = seen.of(course)
    moved, looks = np.nan_to_num(sights.shifts), np.nan_to_num(sights.looks, nan=1.0)
    for first, last in stretches(still, course.frames[:-1]):
        size = max(1.0, float(np.sqrt((course.boxes[first, 2:] - course.boxes[first, :2]).prod())))
        away = float(np.hypot(*np.cumsum(moved[first : last + 1], axis=0).T).max() / size)
        unlike = float(1 - (looks[first + 1 : last + 2] @ looks[first]).min())
        score = max(away, unlike / 2)
        if last - first + 1 >= given["least"] and score >= given["threshold"]:
            a, b = int(course.frames[first + 1]), int(course.frames[last + 1])
            how = f"moves by {away:.2f} of its size" if away >= unlike / 2 else "becomes another"
            text = f"{called(course)} stands still for {b - a + 1} frames while what is in it {how}"
            yield Finding(SPEC.id, a, b, _worst(course, a, b), (course.track.id,), score, text)


def _worst(course: Course, first: int, last: int) -> int:
    """Return the last frame that is not a person's keyframe."""
    places = np.flatnonzero((course.frames >= first) & (course.frames <= last) & ~course.human)
    return int(course.frames[places[-1]]) if len(places) else last


find = of_pixels()
