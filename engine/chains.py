"""Where a chain of points comes nearest to another point, quick on chains of thousands; the exact ones are in geometry.

They are asked at every mouse move: from `FEW` points on arrays are quicker than plain Python, and are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.document import Point
from engine.geometry import EdgeHit, nearest_edge, nearest_vertex
from engine.geometry import contains as contains_few
from engine.memo import ByIdentity

FEW = 64
"""Points of a chain up to which plain Python is quicker than arrays."""

array_of: ByIdentity[Sequence[Point], NDArray[np.float64]] = ByIdentity(
    lambda points: np.asarray(points, np.float64).reshape(-1, 2), 8
)
"""Points as an array, made once for what is looked at again and again."""


def nearest_on(ring: Sequence[Point], point: Point, *, closed: bool) -> EdgeHit | None:
    """Return the nearest place on a chain; as `nearest_edge`, but quick on chains of thousands of points."""
    if len(ring) <= FEW:
        return nearest_edge(ring, point, closed=closed)
    a = array_of(ring)
    along = np.roll(a, -1, axis=0) - a
    to = np.asarray(point) - a
    t = np.clip((to * along).sum(axis=1) / np.maximum((along * along).sum(axis=1), 1e-12), 0, 1)
    away = np.hypot(*(to - along * t[:, None]).T)
    index = int(np.argmin(away if closed else away[:-1]))
    x, y = (a[index] + along[index] * t[index]).tolist()
    return EdgeHit(index, (x, y), float(away[index]))


def nearest_point(points: Sequence[Point], point: Point) -> tuple[int, float] | None:
    """Return number and distance of the nearest of many points, the last of several; None if there are none."""
    if not points:
        return None
    if len(points) <= FEW:
        index, away = nearest_vertex(points[::-1], point) or (0, 0.0)
        return len(points) - 1 - index, away
    distances = np.hypot(*(array_of(points) - point).T)[::-1]
    index = int(np.argmin(distances))
    return len(points) - 1 - index, float(distances[index])


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Say whether a point is inside a ring; as `geometry.contains`, but quick on rings of thousands of points."""
    if len(ring) <= FEW:
        return contains_few(ring, point)
    x, y = point
    after = array_of(ring)
    before = np.roll(after, 1, axis=0)
    crossing = (before[:, 1] > y) != (after[:, 1] > y)
    (x1, y1), (x2, y2) = before[crossing].T, after[crossing].T
    return bool(np.count_nonzero(x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)) % 2)
