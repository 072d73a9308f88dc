"""Outputs of ultralytics' exports (YOLO v3u, v8, v11, v26, RT-DETR) and of YOLO v5 and v7, for one picture.

https://docs.ultralytics.com/modes/export; the shapes are those of files exported by ultralytics 8.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import from_centres, whole
from engine.tools.detecting.decoding.rows import Rows, none_more

Array = NDArray[Any]


def anchored(output: Array, classes: int, threshold: float) -> Rows:
    """Read (4 + classes + k, n): centre x, centre y, width, height in input pixels, final scores, k values more."""
    scores = output[4 : 4 + classes]
    top = scores.max(0)
    kept = np.flatnonzero(top >= threshold)
    some = output[:, kept].T
    return Rows(from_centres(some), top[kept], scores[:, kept].argmax(0), some[:, 4 + classes :])


def with_objectness(output: Array, threshold: float) -> Rows:
    """Read (n, 5 + classes): centre, width, height in input pixels, objectness, scores that it is multiplied with."""
    likely = output[output[:, 4] >= threshold]
    scores = likely[:, 5:] * likely[:, 4:5]
    top = scores.max(1) if len(likely) else np.zeros(0)
    kept = np.flatnonzero(top >= threshold)
    return Rows(from_centres(likely[kept]), top[kept], scores[kept].argmax(1), none_more(len(kept)))


def ended(output: Array, threshold: float) -> Rows:
    """Read (n, 6 + k): x1, y1, x2, y2 in input pixels, score, class, k values more; rows of zeros are empty."""
    some = output[output[:, 4] >= max(threshold, 1e-6)]
    return Rows(some[:, :4], some[:, 4], whole(some[:, 5]), some[:, 6:])


def turned(output: Array, threshold: float) -> Rows:
    """Read (n, 7): centre, width, height in input pixels, score, class, angle in radians, which is kept as `more`."""
    rows = ended(output, threshold)
    return Rows(from_centres(rows.boxes), rows.scores, rows.classes, rows.more)


def normalised(output: Array, size: tuple[int, int], threshold: float) -> Rows:
    """Read (n, 6): centre, width, height as parts of the input's `size` (height, width), score, class."""
    rows = ended(output, threshold)
    boxes = from_centres(rows.boxes) * (size[1], size[0], size[1], size[0])
    return Rows(boxes, rows.scores, rows.classes, rows.more)


def normalised_scores(output: Array, size: tuple[int, int], threshold: float) -> Rows:
    """Read (n, 4 + classes): centre, width, height as parts of the input's `size` (height, width), final scores."""
    rows = anchored(output.T, output.shape[1] - 4, threshold)
    return Rows(rows.boxes * (size[1], size[0], size[1], size[0]), rows.scores, rows.classes, rows.more)


def by_picture(output: Array, threshold: float) -> Rows:
    """Read (n, 7) of one picture: its number in the batch, x1, y1, x2, y2 in input pixels, class, score."""
    some = output[output[:, 6] >= threshold]
    return Rows(some[:, 1:5], some[:, 6], whole(some[:, 5]), none_more(len(some)))
