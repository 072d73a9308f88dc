"""Masks that networks give as a coarse map of the whole input, brought to the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.base import Prediction
from engine.tools.detecting.fitting import Fitted


def in_box(logits: NDArray[Any], box: NDArray[Any], given: Fitted) -> Prediction | None:
    """Return where a map (h, w) of the input is above 0 inside a box x1, y1, x2, y2 of the frame; None if nowhere.

    Values between the map's are interpolated linearly; a pixel is in the box if its centre is.
    """
    import cv2

    width, height = given.frame
    left, top = max(round(float(box[0])), 0), max(round(float(box[1])), 0)
    right, bottom = min(round(float(box[2])), width), min(round(float(box[3])), height)
    if right <= left or bottom <= top:
        return None
    # a frame pixel's centre -> input pixels -> the map's, whose pixel centres lie at halves, too
    x_by, y_by = logits.shape[1] / given.size[1], logits.shape[0] / given.size[0]
    x_scale, y_scale = given.scale[0] * x_by, given.scale[1] * y_by
    x_start = (left + 0.5) * x_scale + given.offset[0] * x_by - 0.5
    y_start = (top + 0.5) * y_scale + given.offset[1] * y_by - 0.5
    back = np.array([[x_scale, 0, x_start], [0, y_scale, y_start]], np.float64)
    grown = cv2.warpAffine(
        np.asarray(logits, np.float32), back, (right - left, bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    inside = grown > 0
    return Prediction(inside, (left, top)) if inside.any() else None


def anywhere(logits: NDArray[Any], given: Fitted) -> Prediction | None:
    """Return where a map (h, w) of the input is above 0 in the frame, cut to what is; None if nowhere."""
    whole = in_box(logits, np.array([0, 0, *given.frame]), given)
    if whole is None:
        return None
    rows, columns = np.flatnonzero(whole.mask.any(1)), np.flatnonzero(whole.mask.any(0))
    top, left = int(rows[0]), int(columns[0])
    cut = np.ascontiguousarray(whole.mask[top : rows[-1] + 1, left : columns[-1] + 1])
    return Prediction(cut, (left, top))
