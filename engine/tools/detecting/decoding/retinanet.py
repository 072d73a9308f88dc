"""Boxes of RetinaNet's heads: at every place of five grids nine anchors, each with a score for every class.

Lin et al.: Focal Loss for Dense Object Detection (2017). Boxes are half-open: x2, y2 are the right and lower borders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import best, from_centres
from engine.tools.detecting.decoding.rows import Rows, none_more

LEAST = 0.05
"""Scores below it are not looked at, as published."""
SUREST = 1 - 1e-9
"""Threshold at most: what the logistic function makes 1 of is infinite."""
CANDIDATES = 1000
"""Of each level."""
OVERLAP = 0.5
"""Of one class, a box that overlaps a better one by more is dropped."""
MOST = 100
"""Objects of one picture."""
LARGEST = log(1000 / 16)
"""Exponent by which a side may grow."""


@dataclass(frozen=True, slots=True)
class Level:
    """One grid of a picture."""

    logits: NDArray[np.float32]
    """(anchors * classes, H, W), an anchor's classes together."""
    moves: NDArray[np.float32]
    """(anchors * 4, H, W): x, y, width, height."""
    anchors: NDArray[np.float64]
    """(anchors, 4) x1, y1, x2, y2 in pixels of the input, of the first place."""
    stride: int
    activated: bool = False
    """The logistic function has been applied."""


def anchors_by_size(base: float, *, ratios: Sequence[float] = (0.5, 1, 2), middle: float = 0) -> NDArray[np.float64]:
    """Return nine anchors round (middle, middle): for each of three sizes one of each ratio of height to width."""
    sizes = [base * 2 ** (third / 3) for third in range(3)]
    rows = [(middle, middle, size / ratio**0.5, size * ratio**0.5) for size in sizes for ratio in ratios]
    return from_centres(np.array(rows))


def decoded(levels: Sequence[Level], threshold: float, *, bounded: bool = False) -> Rows:
    """Return what scores more than a threshold, best first, none of a class over another.

    `bounded`: boxes are cut off at the grid's border before they are compared.
    """
    least = min(max(threshold, LEAST), SUREST)
    parts = [_candidates(level, least, bounded=bounded) for level in levels]
    boxes, scores, classes = (np.concatenate(each) for each in zip(*parts, strict=True))
    found = Rows(boxes, scores, classes, none_more(len(boxes)))
    return found.of(best(found.boxes, found.scores, found.classes, OVERLAP)[:MOST])


def _candidates(
    level: Level, least: float, *, bounded: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return boxes (n, 4), scores and classes of a level's best, as many as may be looked at."""
    count, (height, width) = len(level.anchors), level.logits.shape[1:]
    flat = level.logits.ravel()
    near = np.flatnonzero(flat > (least if level.activated else log(least / (1 - least)) - 1e-3))
    scores = flat[near].astype(np.float64) if level.activated else 1 / (1 + np.exp(-flat[near].astype(np.float64)))
    order = np.argsort(-scores, kind="stable")[:CANDIDATES]
    order = order[scores[order] > least]
    channel, y, x = np.unravel_index(near[order], level.logits.shape)
    anchor, kind = np.divmod(channel, len(level.logits) // count)
    moves = level.moves.reshape(count, 4, height, width)[anchor, :, y, x].astype(np.float64)
    boxes = moved(level.anchors[anchor] + np.stack((x, y, x, y), 1) * level.stride, moves)
    if bounded:
        boxes = np.clip(boxes, 0, np.array([width, height, width, height]) * level.stride)
    return boxes, scores[order], kind


def moved(anchors: NDArray[Any], moves: NDArray[Any]) -> NDArray[np.float64]:
    """Return boxes (n, 4) of anchors (n, 4) moved by parts of their sides, sides stretched by exponents."""
    sides = anchors[:, 2:] - anchors[:, :2]
    centres = anchors[:, :2] + sides / 2 + moves[:, :2] * sides
    return from_centres(np.concatenate((centres, sides * np.exp(np.minimum(moves[:, 2:], LARGEST))), 1))
