"""An object that leaves its course: over some frames it goes another way than before and after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats
from engine.tracks.series import MAD, usual

SPEC = FindingSpec(
    "course", "an object that leaves its course", 1.0, "the way off its course by the longest usual one", "tracks",
    parameters=(
        Parameter("window", "frames that say what its course is", "frames", 41),
        Parameter("steps", "frames over which it leaves it", "frames", 6),
        Parameter("least", "a way that is never too long", "sizes of the object", 0.35),
        Parameter("spread", "standard deviations of such ways that are usual", "", 4.0),
    ),
    reach=3, middle=0.9, width=0.3,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches over which it gets off its course; of short tracks nothing is known."""
    steps = int(given["steps"])
    if len(course) < 3 * steps:
        return
    off = off_course(course, int(given["window"]), steps)
    explained = given["least"] + given["spread"] * MAD * float(np.median(off))
    scores = np.where(course.human, 0.0, off / explained)
    yield from marked(SPEC, course, scores, given, lambda place: f"leaves its course by {off[place]:.2f} of its size")


def off_course(course: Course, window: int, steps: int) -> Floats:
    """Return how far `steps` frames about each (n,) lead off the usual way, in sizes; 0 over gaps and cuts."""
    moves = np.where(course.told, np.diff(course.centres), 0.0)
    off = (moves - usual(moves.real, window) - 1j * usual(moves.imag, window)) / course.extent[1:]
    total = np.concatenate(([0.0], np.cumsum(off)))
    far = np.abs(total[steps:] - total[:-steps])
    found, middle = np.zeros(len(course)), steps // 2
    found[middle : middle + len(far)] = far
    return found


find = of_tracks(SPEC, in_track)
