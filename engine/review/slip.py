"""A box that slides off what is in it: the points in it move otherwise than it does, always to the same side.

A short pass of a tracker, forwards and backwards at once, where no pass was made. What the box and its content move is
summed over a window, so that the box's own trembling counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_pixels
from engine.runs.seen import Seen
from engine.tracks.course import Course, Floats

SPEC = FindingSpec(
    "slip", "a box that slides off its object", 1.0, "the slip by the largest usual one", "tracks", "pixels",
    parameters=(
        Parameter("window", "frames over which it is summed", "frames", 10),
        Parameter("least", "a slip that is never too much", "sizes of the object", 0.5),
        Parameter("times", "how many times the track's lower quartile of slips is usual", "", 3.0),
        Parameter("most", "a lower quartile that is higher counts as this", "sizes of the object", 0.25),
    ),
    reach=5, middle=1.0, width=0.3,
)  # fmt: skip


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield stretches over which the box has slid off by a part of its size."""
    if len(course) < 3:
        return
    sights = seen.of(course)
    slid = [summed(slips(course, moved), int(given["window"])) for moved in (sights.shifts, sights.backs)]
    far = np.minimum(*slid)
    usual = given["least"] + given["times"] * min(float(np.percentile(far, 25)), given["most"])
    scores = np.where(course.human, 0.0, far / usual)
    yield from marked(SPEC, course, scores, given, lambda place: f"has slid off by {far[place]:.2f} of its size")


def slips(course: Course, moved: Floats) -> Floats:
    """Return what each step (n - 1, 2) of the box is more than that of its content, in sizes; 0 where unknown."""
    middles = (course.boxes[:, :2] + course.boxes[:, 2:]) / 2
    size = np.sqrt(np.maximum((course.boxes[:, 2:] - course.boxes[:, :2]).prod(1), 1.0))
    off = (np.diff(middles, axis=0) - moved) / size[:-1, None]
    return np.where(np.isfinite(off) & course.linked[:, None], off, 0.0)


def summed(off: Floats, window: int) -> Floats:
    """Return for each frame (n,) how far the longest sum of `window` steps or fewer about it leads."""
    window = min(window, len(off))
    total = np.concatenate((np.zeros((1, 2)), np.cumsum(off, axis=0)))
    far = np.hypot(*(total[window:] - total[:-window]).T)
    score = np.zeros(len(total))
    middle = window // 2
    score[middle : middle + len(far)] = far
    score[:middle], score[middle + len(far) :] = far[0], far[-1]
    return score


find = of_pixels()
