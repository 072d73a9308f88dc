"""Outputs of YOLOX for one picture.

Ge, Liu, Wang, Li, Sun: YOLOX: Exceeding YOLO Series in 2021 (2021), arXiv 2107.08430.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import from_centres
from engine.tools.detecting.decoding.rows import Rows, none_more

STRIDES = (8, 16, 32)
P6 = (8, 16, 32, 64)


@lru_cache(4)
def cells(size: tuple[int, int], strides: tuple[int, ...] = STRIDES) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (n, 2) column and row of every cell of an input (height, width), and (n, 1) its side in input pixels."""
    places, sides = list[NDArray[Any]](), list[NDArray[Any]]()
    for stride in strides:
        rows, columns = np.mgrid[: size[0] // stride, : size[1] // stride]
        places.append(np.stack((columns, rows), -1).reshape(-1, 2))
        sides.append(np.full((rows.size, 1), stride))
    return np.concatenate(places).astype(np.float32), np.concatenate(sides).astype(np.float32)


def count(size: tuple[int, int], strides: tuple[int, ...] = STRIDES) -> int:
    """Return how many cells an input (height, width) has."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in strides)


def decoded(output: NDArray[Any], size: tuple[int, int], threshold: float, *, inside: bool) -> Rows:
    """Read (n, 5 + classes): centre, width, height, objectness, scores that it is multiplied with.

    Unless that is done `inside` the network, centres are in cells from the cell's corner and sizes are logarithms.
    """
    likely = np.flatnonzero(output[:, 4] >= threshold)
    scores = output[likely, 5:] * output[likely, 4:5]
    top = scores.max(1) if len(likely) else np.zeros(0)
    kept = np.flatnonzero(top >= threshold)
    numbers = likely[kept]
    boxes = output[numbers, :4]
    if not inside:
        places, sides = cells(size)
        centres = (boxes[:, :2] + places[numbers]) * sides[numbers]
        with np.errstate(over="ignore"):
            boxes = np.concatenate((centres, np.exp(boxes[:, 2:4]) * sides[numbers]), 1)
    return Rows(from_centres(boxes), top[kept], scores[kept].argmax(1), none_more(len(kept)))
