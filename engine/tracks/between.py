"""Interpolation from one keyframe to another: straight lines for points, the shortest arc for angles.

Points are rounded as they are saved, so that a shape between two keyframes is the same whether it is drawn or written.
Long outlines of many tracks at once go through arrays: made once for a keyframe, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from engine.document import Keyframe, Point
from engine.kept import ByIdentity

SHORT = 8
"""Points up to which plain numbers are faster than arrays."""
Span = tuple[Keyframe, Keyframe, float]
"""Two keyframes with equally many points, and which part of the way from one to the other, 0 to 1."""


def points_between(spans: list[Span]) -> list[tuple[Point, ...]]:
    """Return the points at each place, in the order of the spans."""
    if not any(len(left.points) > SHORT for left, _, _ in spans):
        return [_short(left.points, right.points, t) for left, right, t in spans]
    counts = [len(left.points) for left, _, _ in spans]
    left = np.concatenate([_flat(left) for left, _, _ in spans])
    right = np.concatenate([_flat(right) for _, right, _ in spans])
    part = np.repeat([t for _, _, t in spans], [2 * count for count in counts])
    numbers = iter((np.rint((left + (right - left) * part) * 100) / 100 + 0.0).tolist())
    pairs = zip(numbers, numbers, strict=True)
    return [tuple(islice(pairs, count)) for count in counts]


def _short(left: Iterable[Point], right: Iterable[Point], t: float) -> tuple[Point, ...]:
    return tuple(
        (round(a + (c - a) * t, 2), round(b + (d - b) * t, 2)) for (a, b), (c, d) in zip(left, right, strict=True)
    )


def _flattened(keyframe: Keyframe) -> NDArray[np.float64]:
    return np.fromiter(chain.from_iterable(keyframe.points), np.float64, 2 * len(keyframe.points))


_flat = ByIdentity(_flattened, 20_000)


def angle_between(left: float, right: float, t: float) -> float:
    """Return the angle at the part `t` of the shortest arc from left to right, in degrees, 0 <= angle < 360."""
    if left == right:
        return left
    arc = (right - left + 180.0) % 360.0 - 180.0
    return round((left + arc * t) % 360.0, 2) % 360.0
