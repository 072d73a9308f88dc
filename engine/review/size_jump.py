"""A size or shape that changes at once, against how it changes otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats
from engine.tracks.series import at_frames, own, steps, tail, usual

SPEC = FindingSpec(
    "size", "an object whose size or shape changes at once", 1.15, "the change by the largest usual one", "tracks",
    parameters=(
        Parameter("window", "steps that say how it changes about a frame", "frames", 9),
        Parameter("least", "a change of area or aspect that is never too large", "natural logarithm", 0.35),
        Parameter("spread", "standard deviations of its changes that are usual", "", 3.0),
    ),
    middle=0.8, width=0.3,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames between which the area or the aspect changes."""
    sides = np.log(course.sides)
    changes = [_off(course, values, int(given["window"])) for values in (sides.sum(1), sides[:, 0] - sides[:, 1])]
    area, aspect = (off / (given["least"] + given["spread"] * tail(own(course, off))) for off in changes)
    scores = at_frames(course, np.fmax(area, aspect))
    grown = at_frames(course, changes[0]), at_frames(course, changes[1])

    def text(place: int) -> str:
        name, values = ("size", grown[0]) if grown[0][place] >= grown[1][place] else ("aspect", grown[1])
        return f"changes its {name} {np.exp(values[place]):.2f}-fold at once"

    yield from marked(SPEC, course, scores, given, text)


def _off(course: Course, values: Floats, window: int) -> Floats:
    """Return how far each step's change (n - 1,) is from the usual ones about it; NaN over gaps."""
    change = np.diff(values)
    return np.where(course.linked, np.abs(change - usual(change, window)), steps(course, values))


find = of_tracks(SPEC, in_track)
