"""A centre that jumps, against how the object itself moves in the scene."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course, Floats
from engine.tracks.series import at_frames, spread, usual

SPEC = FindingSpec(
    "jump", "an object that jumps", 1.0, "the jump by the largest one that its own motion explains", "tracks",
    parameters=(
        Parameter("window", "steps that say how it moves about a frame", "frames", 9),
        Parameter("least", "a jump that is never too far", "sizes of the object", 0.2),
        Parameter("spread", "standard deviations of its steps that its motion explains", "", 4.0),
    ),
    middle=1.2, width=0.25,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames that a jump leads to or from."""
    far = jumps(course, int(given["window"]))
    explained = given["least"] + given["spread"] * spread(far)
    scores = at_frames(course, far / explained)
    steps = at_frames(course, far)
    yield from marked(SPEC, course, scores, given, lambda place: f"jumps by {steps[place]:.2f} of its size")


def jumps(course: Course, window: int) -> Floats:
    """Return how far each step (n - 1,) is from the usual ones about it, in sizes of the object; NaN over gaps."""
    size = np.minimum(course.extent[1:], course.extent[:-1])
    moves = np.diff(course.centres) / size
    off = np.abs(moves - (usual(moves.real, window) + 1j * usual(moves.imag, window)))
    return np.where(course.linked, off, np.nan)


find = of_tracks(SPEC, in_track)
