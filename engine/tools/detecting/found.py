"""Detections from arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.tools.base import Detection, Prediction


def detections(
    boxes: NDArray[Any], scores: NDArray[Any], classes: NDArray[Any], labels: Sequence[str], threshold: float,
    mask: Callable[[int], Prediction | None] = lambda number: None, rotations: Sequence[float] = (),
) -> list[Detection]:  # fmt: skip
    """Return detections, best first, of boxes (n, 4) x1, y1, x2, y2 of frame pixels with scores and class numbers.

    Left out: what scores less, is no number, has no extent, or is of a class without a label. `mask` gives the mask of
    a row, `rotations` are the degrees by which each box is turned.
    """
    found = list[Detection]()
    order = np.argsort(-np.asarray(scores), kind="stable")
    likely = order[(scores[order] >= threshold) & np.isfinite(scores[order]) & np.isfinite(classes[order])]
    for number in likely.tolist():
        kind, score = int(classes[number]), float(scores[number])
        if not 0 <= kind < len(labels) or not labels[kind]:
            continue
        x1, y1, x2, y2 = map(float, boxes[number])
        if x2 > x1 and y2 > y1 and np.isfinite((x1, y1, x2, y2)).all():
            box: Box = (x1, y1, x2, y2)
            rotation = float(rotations[number]) if len(rotations) else 0.0
            found.append(Detection(labels[kind], min(score, 1.0), box, mask(number), rotation=rotation))
    return found
