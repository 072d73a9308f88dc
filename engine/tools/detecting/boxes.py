"""Boxes as detectors need them: other ways to write them, overlaps, and the best of those that overlap.

Arrays of boxes are (n, 4) x1, y1, x2, y2 unless a name says otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def whole(numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Return class numbers that a network gives as fractions, -1 for what is no number."""
    return np.asarray(np.nan_to_num(numbers, nan=-1, posinf=-1, neginf=-1), np.int64)


def from_centres(boxes: NDArray[Any]) -> Floats:
    """Return boxes from (n, 4) centre x, centre y, width, height."""
    centres, halves = np.asarray(boxes[:, :2], np.float64), np.asarray(boxes[:, 2:4], np.float64) / 2
    return np.concatenate((centres - halves, centres + halves), 1)


def from_rows(boxes: NDArray[Any]) -> Floats:
    """Return boxes from (n, 4) y1, x1, y2, x2."""
    return np.asarray(boxes, np.float64)[:, [1, 0, 3, 2]]


def areas(boxes: NDArray[Any]) -> Floats:
    """Return the area of each box, 0 of one without extent."""
    sides = np.clip(boxes[:, 2:4] - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float64)


def overlaps(one: NDArray[Any], others: NDArray[Any], *, of_smaller: bool = False) -> Floats:
    """Return (n, m) intersections over unions, or over the smaller of both areas."""
    low = np.maximum(one[:, None, :2], others[None, :, :2])
    high = np.minimum(one[:, None, 2:4], others[None, :, 2:4])
    sides = np.clip(high - low, 0, None)
    both = sides[..., 0] * sides[..., 1]
    own, other = areas(one)[:, None], areas(others)[None]
    whole = np.minimum(own, other) if of_smaller else own + other - both
    return np.asarray(np.divide(both, whole, out=np.zeros(both.shape), where=whole > 0), np.float64)


def best(
    boxes: NDArray[Any], scores: NDArray[Any], classes: NDArray[Any] | None, most: float, *, of_smaller: bool = False
) -> NDArray[np.int64]:
    """Return the numbers of the boxes that stay, best score first: greedy non-maximum suppression.

    A box goes where it overlaps a better one of its class (of any, if `classes` is None) by more than `most`.
    """
    boxes = np.asarray(boxes, np.float64)
    waiting = np.argsort(-np.asarray(scores), kind="stable")
    kept = list[int]()
    while len(waiting):
        first, rest = int(waiting[0]), waiting[1:]
        kept.append(first)
        over = overlaps(boxes[first : first + 1], boxes[rest], of_smaller=of_smaller)[0] > most
        if classes is not None:
            over &= classes[rest] == classes[first]
        waiting = rest[~over]
    return np.array(kept, np.int64)
