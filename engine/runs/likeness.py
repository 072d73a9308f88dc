"""How much what is inside a box looks like what was inside another one: the correlation of two small colour patches.

Each box is brought to the same square, so that the object's size does not matter; brightness and contrast are taken
out (normalised cross-correlation). Rotation of the object, or a new side of it, does lower it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.tools.base import Image

SIDE = 24
"""Pixels of a patch on a side."""
LEAST = 4.0
"""A smaller box is taken for one of this size."""
Patch = NDArray[np.float32]
"""(3 * SIDE * SIDE,), mean 0 in each colour, length 1; all zeros where there is nothing to see."""


def patch(image: Image, box: Box) -> Patch:
    """Return what is inside a box of an RGB frame (H, W, 3); beyond the frame its border goes on."""
    import cv2

    x1, y1, x2, y2 = box
    nothing = np.zeros(3 * SIDE * SIDE, np.float32)
    if not np.isfinite([x1, y1, x2, y2]).all():
        return nothing
    height, width = image.shape[:2]
    across, down = max(x2 - x1, LEAST), max(y2 - y1, LEAST)
    left, above = (x1 + x2 - across) / 2, (y1 + y2 - down) / 2
    if left >= width or above >= height or left + across <= 0 or above + down <= 0:
        return nothing
    # only what lies about the box, halved until a pixel of the patch is no more than two of the picture: no aliasing
    window = _window(left, across, width), _window(above, down, height)
    crop: Image = image[slice(*window[1]), slice(*window[0])]
    left, above = left - window[0][0], above - window[1][0]
    while min(across, down) >= 4 * SIDE and min(crop.shape[:2]) >= 4:
        half = crop.shape[1] // 2, crop.shape[0] // 2
        crop = np.asarray(cv2.resize(crop, half, interpolation=cv2.INTER_AREA), np.uint8)
        left, above, across, down = left / 2, above / 2, across / 2, down / 2
    scale = SIDE / across, SIDE / down
    # OpenCV's whole numbers are centres of pixels, ours their corners
    way = np.array([
        [scale[0], 0, (0.5 - left) * scale[0] - 0.5],
        [0, scale[1], (0.5 - above) * scale[1] - 0.5],
    ])  # fmt: skip
    small = cv2.warpAffine(np.ascontiguousarray(crop), way, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    values = small.astype(np.float32).reshape(-1, 3)
    values -= values.mean(0)
    length = float(np.linalg.norm(values))
    return (values / length).ravel() if length > 1 else nothing


def _window(start: float, length: float, most: int) -> tuple[int, int]:
    return max(0, int(start) - 2), min(most, int(np.ceil(start + length)) + 2)


def likeness(one: Patch, other: Patch) -> float:
    """Return how alike two patches are, -1..1; 0 where there is nothing to see."""
    return float(one @ other)
