"""Boxes of YOLO v3's heads: each cell of a grid says how its anchors are moved and stretched, and what is in them.

Sources: Redmon, Farhadi: YOLOv3 (2018); pjreddie/darknet, src/yolo_layer.c and src/box.c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import best, from_centres

OVERLAP = 0.45
"""Of one class, a box that overlaps a better one by more is dropped (darknet's `nms`)."""
MOST = 5_000
"""Candidates that are compared with each other; published networks stay far below at any threshold that is of use."""
FARTHEST = 20.0
"""Exponent of a side: e^20 anchors is wider than any picture, and does not overflow."""


@dataclass(frozen=True, slots=True)
class Head:
    """One grid: (rows, columns, anchors, 5 + classes) of x, y, width, height, objectness, classes; and its anchors."""

    values: NDArray[np.float32]
    anchors: tuple[tuple[float, float], ...]
    """Width and height in pixels of the input."""
    activated: bool = False
    """All but width and height went through the logistic function already."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Boxes (n, 4) x1, y1, x2, y2 in pixels of the input, with their class and its probability."""

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    classes: NDArray[np.int64]


def head(
    values: NDArray[Any], anchors: tuple[tuple[float, float], ...], *, last: bool = False, activated: bool = False
) -> Head:
    """Return a head from (channels, H, W), or (H, W, channels) where the channels come `last`."""
    grid = np.asarray(values if last else values.transpose(1, 2, 0), np.float32)
    return Head(grid.reshape(*grid.shape[:2], len(anchors), -1), anchors, activated)


def rows(heads: Sequence[Head], size: tuple[int, int], threshold: float) -> Rows:
    """Return a row for each box and class above a threshold; `size` is the input's height and width.

    Both the objectness and its product with the class have to be above it.
    """
    parts = [_rows(one, size, threshold) for one in heads]
    boxes, scores, classes = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(-scores, kind="stable")[:MOST]
    return Rows(boxes[order], scores[order], classes[order])


def kept(found: Rows) -> Rows:
    """Return the rows that no better one of their class overlaps, best first."""
    stay = best(found.boxes, found.scores, found.classes, OVERLAP)
    return Rows(found.boxes[stay], found.scores[stay], found.classes[stay])


def _rows(
    one: Head, size: tuple[int, int], threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    down, across = one.values.shape[:2]
    sure = one.values[..., 4] if one.activated else _logistic(one.values[..., 4])
    y, x, anchor = np.nonzero(sure > threshold)
    chosen, sure = one.values[y, x, anchor].astype(np.float64), sure[y, x, anchor]
    probabilities = (chosen[:, 5:] if one.activated else _logistic(chosen[:, 5:])) * sure[:, None]
    places = chosen[:, :2] if one.activated else _logistic(chosen[:, :2])
    centres = (places + np.stack((x, y), 1)) * (size[1] / across, size[0] / down)
    sides = np.exp(np.minimum(chosen[:, 2:4], FARTHEST)) * np.asarray(one.anchors, np.float64)[anchor]
    boxes = from_centres(np.concatenate((centres, sides), 1))
    row, kind = np.nonzero(probabilities > threshold)
    return boxes[row], probabilities[row, kind], kind


def _logistic(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(values, np.float64))), np.float64)
