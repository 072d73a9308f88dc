"""A centre that jumps, against how the object itself moves in the scene."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.runs.seen import Seen
from engine.tracks.course import Course, Floats
from engine.tracks.series import at_frames, own, spread, usual

SPEC = FindingSpec(
    "jump", "an object that jumps", 1.25, "the jump by the largest one that its own motion explains", "tracks",
    parameters=(
        Parameter("window", "steps that say how it moves about a frame", "frames", 9),
        Parameter("least", "a jump that is never too far", "sizes of the object", 0.2),
        Parameter("alike", "likeness from which on the box has stayed on its object", "correlation", 0.7),
        Parameter("spread", "standard deviations of its steps that its motion explains", "", 4.0),
    ),
    middle=1.1, width=0.25,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames that a jump leads to or from."""
    far = jumps(course, int(given["window"]))
    yield from _found(course, far, spread(own(course, far)), given)


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield the same, but for jumps that what is in the box goes along with: the object or the camera did that."""
    far = jumps(course, int(given["window"]))
    noise, sights = spread(own(course, far)), seen.of(course)
    along = np.maximum(unfollowed(course, sights.shifts), unfollowed(course, sights.backs))  # NaN if either is
    far = np.where(sights.alike >= given["alike"], 0.0, far)
    yield from _found(course, np.fmin(far, along), noise, given)


def _found(course: Course, far: Floats, noise: float, given: Given) -> Iterator[Finding]:
    scores = at_frames(course, far / (given["least"] + given["spread"] * noise))
    steps = at_frames(course, far)
    yield from marked(SPEC, course, scores, given, lambda place: f"jumps by {steps[place]:.2f} of its size")


def unfollowed(course: Course, moved: Floats) -> Floats:
    """Return how far each step (n - 1,) is from what its content moved (n - 1, 2), in sizes; NaN where unknown."""
    middles = (course.boxes[:, :2] + course.boxes[:, 2:]) / 2
    size = np.sqrt(np.maximum((course.boxes[:, 2:] - course.boxes[:, :2]).prod(1), 1.0))
    return np.asarray(np.hypot(*(np.diff(middles, axis=0) - moved).T) / size[:-1])


def jumps(course: Course, window: int) -> Floats:
    """Return how far each step (n - 1,) is from the usual ones about it, in sizes; NaN over gaps and cuts."""
    size = np.minimum(course.extent[1:], course.extent[:-1])
    moves = np.diff(course.centres) / size
    off = np.abs(moves - (usual(moves.real, window) + 1j * usual(moves.imag, window)))
    return np.where(course.told, off, np.nan)


find = of_tracks(SPEC, in_track)
