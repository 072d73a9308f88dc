"""Overlaps of turned boxes, and the best of those that overlap.

Llerena, Zeni, Kristen, Jung: Gaussian Bounding Boxes and Probabilistic Intersection-over-Union for Object Detection
(2021), arXiv 2106.06072: a box is taken for a normal distribution, as ultralytics does when it suppresses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.decoding.rows import CANDIDATES, MOST, Rows

Floats = NDArray[np.float64]
SMALL = 1e-7


def _spread(boxes: NDArray[Any], angles: NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Return the covariances xx, yy, xy of boxes (n, 4) x1, y1, x2, y2 turned by angles (n,) in radians."""
    wide, high = ((boxes[:, 2 + axis] - boxes[:, axis]) ** 2 / 12 for axis in (0, 1))
    cos, sin = np.cos(angles), np.sin(angles)
    return wide * cos**2 + high * sin**2, wide * sin**2 + high * cos**2, (wide - high) * cos * sin


def overlaps(
    box: NDArray[Any], angle: float, others: NDArray[Any], angles: NDArray[Any]
) -> Floats:  # fmt: skip
    """Return (n,) overlaps of one box (4,) with others (n, 4), all turned on their centres: 1 less Hellinger's."""
    xx, yy, xy = _spread(np.concatenate((box[None], others)), np.concatenate(([angle], angles)))
    own = np.clip(xx * yy - xy**2, 0, None)
    xx, yy, xy = xx[0] + xx[1:], yy[0] + yy[1:], xy[0] + xy[1:]
    dx, dy = ((others[:, axis] + others[:, 2 + axis] - box[axis] - box[2 + axis]) / 2 for axis in (0, 1))
    det = xx * yy - xy**2
    away = (xx * dy**2 + yy * dx**2 - 2 * xy * dx * dy) / (det + SMALL) / 4
    shape = np.log(det / (4 * np.sqrt(own[0] * own[1:]) + SMALL) + SMALL) / 2
    distance = np.clip(away + shape, SMALL, 100)
    return np.asarray(1 - np.sqrt(1 - np.exp(-distance) + SMALL), np.float64)


def apart(rows: Rows, most: float) -> Rows:
    """Return the best of those of a class that overlap by more; `more` is (n, 1) angles in radians."""
    some = rows.strongest(CANDIDATES)
    boxes, angles = np.asarray(some.boxes, np.float64), np.asarray(some.more[:, 0], np.float64)
    waiting, kept = np.arange(len(boxes)), list[int]()
    while len(waiting) and len(kept) < MOST:
        first, rest = int(waiting[0]), waiting[1:]
        kept.append(first)
        over = overlaps(boxes[first], float(angles[first]), boxes[rest], angles[rest]) > most
        waiting = rest[~(over & (some.classes[rest] == some.classes[first]))]
    return some.of(np.asarray(kept, np.int64))
