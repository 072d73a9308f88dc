"""The camera's motion from frame to frame, as similarities, and the way of the scene between any two frames.

A similarity takes the frame point x + iy to `turn` * (x + iy) + `shift`: both are complex numbers, so that chaining and
inverting are one line each. A Motion never changes; one that knows more is a new one, which is how what was computed
from it is known to be out of date. `engine.tracks.camera` measures a step, `engine.tracks.kept_motion` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.document import Box

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Similarity = tuple[complex, complex]
"""turn, shift in frame pixels."""
STILL: Similarity = (1 + 0j, 0j)


@dataclass(frozen=True, eq=False)
class Motion:
    """Steps of the scene: entry i takes a place on frame i to the same place of the scene on frame i + 1."""

    turns: Complexes
    """(frames - 1,); NaN where the step is not known yet."""
    shifts: Complexes
    """(frames - 1,), frame pixels."""

    @classmethod
    def unknown(cls, frames: int) -> Motion:
        """Return the motion of a clip of so many frames of which nothing is known yet."""
        steps = max(frames - 1, 0)
        return cls(np.full(steps, np.nan, np.complex128), np.zeros(steps, np.complex128))

    def with_steps(self, steps: dict[int, Similarity]) -> Motion:
        """Return the motion with steps more, by the number of the frame that each begins at."""
        turns, shifts = self.turns.copy(), self.shifts.copy()
        for frame, (turn, shift) in steps.items():
            turns[frame], shifts[frame] = turn, shift
        return Motion(turns, shifts)

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """Return the frames whose step to the next one is not known yet."""
        return tuple(np.flatnonzero(np.isnan(self.turns.real)).tolist())

    def knows(self, first: int, last: int) -> bool:
        """Say whether every step between two frames, in either order, is known."""
        low, high = min(first, last), max(first, last)
        return low >= 0 and high <= len(self.turns) and bool(self._gaps[high] == self._gaps[low])

    def between(self, start: int, end: int) -> Similarity | None:
        """Return what takes a frame point on one frame to the same place of the scene on another; None if unknown."""
        if not self.knows(start, end):
            return None
        turns, shifts = self._totals
        turn = turns[end] / turns[start]
        return complex(turn), complex(shifts[end] - turn * shifts[start])

    def matrix(self, start: int, end: int) -> Floats | None:
        """Return `between` as a matrix (2, 3) for columns (x, y, 1); None if unknown."""
        found = self.between(start, end)
        if found is None:
            return None
        turn, shift = found
        return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])

    def since_start(self, frames: NDArray[np.int64]) -> tuple[Complexes, Complexes]:
        """Return turns and shifts from the first frame to each of some; what is not known counts as still."""
        turns, shifts = self._totals
        there = np.clip(frames, 0, len(self.turns))
        return turns[there], shifts[there]

    @cached_property
    def _gaps(self) -> NDArray[np.int64]:
        return np.concatenate(([0], np.cumsum(np.isnan(self.turns.real)))).astype(np.int64)

    @cached_property
    def _totals(self) -> tuple[Complexes, Complexes]:
        """Return the similarities from the beginning to each frame; an unknown step counts as none."""
        turns, shifts = np.ones(len(self.turns) + 1, np.complex128), np.zeros(len(self.turns) + 1, np.complex128)
        for step, turn in enumerate(self.turns.tolist()):
            known = turn == turn
            turns[step + 1] = turns[step] * turn if known else turns[step]
            shifts[step + 1] = shifts[step] * turn + self.shifts[step] if known else shifts[step]
        return turns, shifts


def moved(points: Floats, similarity: Similarity) -> Floats:
    """Return points, x and y by turns (2n,), where a similarity takes them."""
    turn, shift = similarity
    return (points.view(np.complex128) * turn + shift).view(np.float64)


def carried(points: Floats, similarity: Similarity) -> Floats:
    """Return an upright box (x1, y1, x2, y2) whose middle goes along and whose size is scaled, not turned."""
    turn, shift = similarity
    middle, half = (points[:2] + points[2:]) / 2, (points[2:] - points[:2]) / 2 * abs(turn)
    there = complex(middle[0], middle[1]) * turn + shift
    return np.array([there.real - half[0], there.imag - half[1], there.real + half[0], there.imag + half[1]])


def carried_box(box: Box, similarity: Similarity) -> Box:
    """Return a box as `carried`."""
    x1, y1, x2, y2 = carried(np.asarray(box, np.float64), similarity).tolist()
    return x1, y1, x2, y2
