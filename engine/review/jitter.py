"""A box that trembles: its steps turn round from frame to frame more than the track's usual ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats

STEPS = 4
"""Second differences that a jump there and back makes: that alone is no trembling."""
ROUNDED = 1e-9
SPEC = FindingSpec(
    "jitter", "an object that trembles", 1.0, "second difference by the largest usual one", "tracks",
    parameters=(
        Parameter("window", "frames over which it is averaged", "frames", 9),
        Parameter("least", "trembling that is never too much", "sizes of the object", 0.036),
        Parameter("times", "how many times the track's median is usual", "", 1.2),
        Parameter("most", "a median that is higher counts as this", "sizes of the object", 0.06),
    ),
    reach=4, middle=0.85, width=0.2,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches in which the sides of the box tremble."""
    window = int(given["window"])
    if len(course) < window + 2:
        return
    second = trembling(course)
    going = second[course.bends[1:-1]]
    # the median, which no fault of less than half of the track moves: what is lower may be of a calm stretch
    usual = min(float(np.median(going)), given["most"]) if len(going) else 0.0
    explained = given["least"] + given["times"] * usual
    mean = np.zeros(len(course))
    mean[1 + window // 2 :][: len(second) - window + 1] = calmest(second, window, explained * given["threshold"])
    scores = np.where(course.human, 0.0, mean / explained)
    yield from marked(SPEC, course, scores, given, lambda place: f"trembles by {mean[place]:.2f} of its size")


def calmest(second: Floats, window: int, least: float) -> Floats:
    """Return the mean of each `window` values but the highest `STEPS`; 0 where that is less than `least`."""
    low = max(window - STEPS, 1)
    total = np.concatenate(([0], np.cumsum(second >= least * (1 - ROUNDED))))
    found = np.zeros(len(second) - window + 1)
    at = np.flatnonzero(total[window:] - total[:-window] > window - low)
    found[at] = np.sort(second[at[:, None] + np.arange(window)], axis=1)[:, :low].mean(1)
    return found


def trembling(course: Course) -> Floats:
    """Return the second difference of the sides' places (n - 2,), in sizes of the object; 0 over gaps.

    Of two sides that face each other the one that trembles less: what stretches a limb moves one of them.
    """
    boxes = course.steady
    sides = np.abs(boxes[2:] - 2 * boxes[1:-1] + boxes[:-2])
    second = (np.minimum(sides[:, 0], sides[:, 2]) + np.minimum(sides[:, 1], sides[:, 3])) / 2 / course.extent[1:-1]
    return np.where(course.linked[1:] & course.linked[:-1], second, 0.0)


find = of_tracks(SPEC, in_track)
