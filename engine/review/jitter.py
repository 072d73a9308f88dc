"""A box that trembles: its steps turn round from frame to frame more than the track's usual ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats
from engine.tracks.series import ordered

SPEC = FindingSpec(
    "jitter", "an object that trembles", 1.0, "second difference by the largest usual one", "tracks",
    parameters=(
        Parameter("window", "frames over which it is averaged", "frames", 5),
        Parameter("least", "trembling that is never too much", "sizes of the object", 0.045),
        Parameter("times", "how many times the track's median is usual", "", 1.5),
        Parameter("most", "a median that is higher counts as this", "sizes of the object", 0.06),
    ),
    reach=2, middle=0.85, width=0.4,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches in which the sides of the box tremble."""
    window = int(given["window"])
    if len(course) < window + 2:
        return
    second = trembling(course)
    mean = np.zeros(len(course))
    reach = window // 2
    rows = len(second) - window + 1
    columns = [second[at : at + rows] for at in range(window)]
    # without the two highest: one jump alone is none of ours
    mean[1 + reach : len(course) - 1 - reach] = np.mean(ordered(columns, tuple(range(window - 2))), axis=0)
    # the median, which no fault of less than half of the track moves: what is lower may be of a calm stretch
    going = second[course.bends[1:-1]]
    usual = min(float(np.median(going)), given["most"]) if len(going) else 0.0
    scores = np.where(course.human, 0.0, mean / (given["least"] + given["times"] * usual))
    yield from marked(SPEC, course, scores, given, lambda place: f"trembles by {mean[place]:.2f} of its size")


def trembling(course: Course) -> Floats:
    """Return the second difference of the sides' places (n - 2,), in sizes of the object; 0 over gaps.

    Of two sides that face each other the one that trembles less: what stretches a limb moves one of them.
    """
    boxes = course.steady
    sides = np.abs(boxes[2:] - 2 * boxes[1:-1] + boxes[:-2])
    second = (np.minimum(sides[:, 0], sides[:, 2]) + np.minimum(sides[:, 1], sides[:, 3])) / 2 / course.extent[1:-1]
    return np.where(course.linked[1:] & course.linked[:-1], second, 0.0)


find = of_tracks(SPEC, in_track)
