"""Small masks of networks, grown to their boxes in the frame."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.tools.base import Prediction


def pasted(
    mask: NDArray[Any], box: NDArray[Any], frame: tuple[int, int], *, threshold: float = 0.5,
    interpolation: Literal["linear", "cubic"] = "linear", inclusive: bool = True,
) -> Prediction | None:  # fmt: skip
    """Return a mask (h, w) of probabilities, grown to a box x1, y1, x2, y2 of a frame (width, height); None if empty.

    The box is cut down to whole pixels; `inclusive`: its last pixel belongs to it (x2 - x1 + 1 columns), as with
    Mask R-CNN. Pixels above `threshold` are the object's.
    """
    import cv2

    sides = np.array([*frame, *frame], np.float64)  # a box of no trained network is beyond a frame's width outside
    x1, y1, x2, y2 = (int(value) for value in np.clip(box, -sides, 2 * sides))
    width, height = max(x2 - x1 + inclusive, 1), max(y2 - y1 + inclusive, 1)
    flag = cv2.INTER_CUBIC if interpolation == "cubic" else cv2.INTER_LINEAR
    grown = cv2.resize(np.asarray(mask, np.float32), (width, height), interpolation=flag) > threshold
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x1 + width, frame[0]), min(y1 + height, frame[1])
    if right <= left or bottom <= top:
        return None
    inside = np.ascontiguousarray(grown[top - y1 : bottom - y1, left - x1 : right - x1])
    return Prediction(inside, (left, top)) if inside.any() else None
