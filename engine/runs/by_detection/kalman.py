"""A Kalman filter of constant velocity over four measured numbers of a box, for frames at any distance in time.

State: the four numbers, then the velocities of the first ones, per nominal frame. Pure: a belief in, a belief out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MEASURED = 4
JITTER = 0.004
"""Seconds by which a step may miss the nominal frame and still count as one: clocks round to milliseconds."""
NEAR = 0.1
"""The same in frames, where no rate is known."""


@dataclass(frozen=True)
class Step:
    """From one frame to the next: in nominal frames, and in seconds where frames have times."""

    frames: float = 1.0
    seconds: float | None = None
    rate: float | None = None
    """Nominal frames per second."""


@dataclass(frozen=True, eq=False)
class Noise:
    """Variances, as diagonals: of a measurement (4), of a nominal frame's motion (n), of what is believed first (n).

    n is 4 and the number of velocities.
    """

    measured: Floats
    motion: Floats
    first: Floats

    @property
    def velocities(self) -> int:
        """Return how many of the measured numbers have one; those come first."""
        return len(self.motion) - MEASURED


@dataclass(frozen=True, eq=False)
class Belief:
    """Mean (n,) and covariance (n, n)."""

    mean: Floats
    covariance: Floats


def begun(noise: Noise, measured: Floats) -> Belief:
    """Return what is believed after the first measurement: it is right, and stands still."""
    return Belief(np.concatenate([measured, np.zeros(noise.velocities)]), np.diag(noise.first))


def predicted(noise: Noise, belief: Belief, step: Step) -> Belief:
    """Return what is believed a step later."""
    size, count = len(noise.motion), noise.velocities
    moves = np.eye(size)
    moves[np.arange(count), MEASURED + np.arange(count)] = step.frames
    return Belief(moves @ belief.mean, moves @ belief.covariance @ moves.T + _drift(noise, step))


def _drift(noise: Noise, step: Step) -> Floats:
    """Return the covariance that a step adds.

    Of about a nominal frame the noise as it is; else that of an acceleration which is constant over the step and white
    from one to the next (Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation,
    section 6.3.2).
    """
    near = NEAR if step.rate is None else JITTER * step.rate
    found = np.diag(noise.motion)
    if abs(step.frames - 1) <= near:
        return found
    place = np.arange(noise.velocities)
    speed, variance = MEASURED + place, noise.motion[MEASURED:]
    found[place, place] = variance * step.frames**4 / 4
    found[place, speed] = found[speed, place] = variance * step.frames**3 / 2
    found[speed, speed] = variance * step.frames**2
    return found


def corrected(noise: Noise, belief: Belief, measured: Floats) -> Belief:
    """Return what is believed after one more measurement; the covariance in Joseph's form, which stays symmetric."""
    spread = np.diag(noise.measured)
    crossed = belief.covariance[:, :MEASURED]
    gain = crossed @ np.linalg.inv(belief.covariance[:MEASURED, :MEASURED] + spread)
    left = np.eye(len(belief.mean))
    left[:, :MEASURED] -= gain
    mean = belief.mean + gain @ (measured - belief.mean[:MEASURED])
    return Belief(mean, left @ belief.covariance @ left.T + gain @ spread @ gain.T)
