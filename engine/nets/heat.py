"""Points as heat maps, and crops that may reach outside the picture. Shared by DEXTR and IOG.

Points are (x, y) pixels with the first centre at 0; a box is (x0, y0, x1, y1) with both ends included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PixelBox = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole pixels, x2 and y2 counted."""
Pixel = tuple[float, float]
Floats = NDArray[np.float32]
WIDTH = 10.0
"""Full width at half maximum of a point's bell, in pixels of the network's input."""
RADIUS = 48
"""Pixels: exp(-4 ln 2 (48 / 10)^2) = 2e-28."""


def heat(points: Sequence[Pixel], side: int) -> NDArray[np.float64]:
    """Return (side, side): exp(-4 ln 2 d^2 / WIDTH^2) of the nearest point, zero without points.

    Only within `RADIUS` of a point, beyond which it is less than a float32 tells from nothing beside 1.
    """
    best = np.zeros((side, side))
    for point in points:
        columns, rows = (_near(at, side) for at in point)
        across, down = (
            np.exp(-4 * np.log(2) * (np.arange(near.start, near.stop) - at) ** 2 / WIDTH**2)
            for near, at in zip((columns, rows), point, strict=True)
        )
        part = best[rows, columns]
        np.maximum(part, np.outer(down, across), out=part)
    return best


def _near(at: float, side: int) -> slice:
    first = min(max(math.floor(at) - RADIUS, 0), side)
    return slice(first, max(first, min(math.ceil(at) + RADIUS + 1, side)))


def to_bytes(maps: NDArray[np.float64]) -> Floats:
    """Return the maps, all together, stretched to 0..255; constant maps become 0."""
    values = maps.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.zeros_like(values)
    return ((values - low) * (255.0 / (high - low))).astype(np.float32)


def around(points: Sequence[Pixel], margin: int) -> PixelBox:
    """Return the points' bounds and a margin; the points are whole numbers."""
    xs, ys = [int(x) for x, _ in points], [int(y) for _, y in points]
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def size_of(box: PixelBox) -> tuple[int, int]:
    """Return (width, height)."""
    return box[2] - box[0] + 1, box[3] - box[1] + 1


def cut(image: NDArray[np.uint8], box: PixelBox) -> NDArray[np.uint8]:
    """Return the box of an (H, W, 3) image, zeros where it reaches outside."""
    out = np.zeros((box[3] - box[1] + 1, box[2] - box[0] + 1, 3), np.uint8)
    inner = _inside(box, image.shape[:2])
    x, y = inner[0] - box[0], inner[1] - box[1]
    part = image[inner[1] : inner[3] + 1, inner[0] : inner[2] + 1]
    out[y : y + part.shape[0], x : x + part.shape[1]] = part
    return out


def _inside(box: PixelBox, shape: tuple[int, ...]) -> PixelBox:
    return max(box[0], 0), max(box[1], 0), min(box[2], shape[1] - 1), min(box[3], shape[0] - 1)


def resized(values: NDArray[Any], size: tuple[int, int], how: int) -> NDArray[Any]:
    """Return an (H, W) or (H, W, C) array resized to (width, height) by a method of OpenCV."""
    import cv2

    return np.asarray(cv2.resize(values, size, interpolation=how))
