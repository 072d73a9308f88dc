"""A part of a picture turned upright: what is worked out for upright boxes holds there for turned ones."""

from __future__ import annotations

import numpy as np

from engine.document import Point
from engine.errors import ToolError
from engine.tools.base import Image

LARGEST = 30_000
"""Pixels of a side that OpenCV can turn."""


def upright(image: Image, middle: Point, degrees: float, size: tuple[int, int]) -> Image:
    """Return a picture of `size` = (width, height) round a frame point, turned back by so many degrees clockwise.

    Beyond the frame it goes on with the pixels of the border.
    """
    import cv2

    width, height = size
    if max(size) > LARGEST:
        raise ToolError("This box is too large to be turned", f"{width} x {height} pixels, at most {LARGEST}")
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turn = np.array(((cos, -sin), (sin, cos)))
    reach = np.abs(turn) @ (width / 2, height / 2) + 2
    low = np.clip(np.floor(middle - reach), 0, (image.shape[1] - 1, image.shape[0] - 1)).astype(int)
    high = np.clip(np.ceil(middle + reach), low + 1, (image.shape[1], image.shape[0])).astype(int)
    part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    if max(part.shape[:2]) > LARGEST:
        raise ToolError("This box is too large to be turned", f"it needs {part.shape[1]} x {part.shape[0]} pixels")
    first = np.asarray(middle) - low - 0.5 + turn @ (0.5 - width / 2, 0.5 - height / 2)
    matrix = np.column_stack((turn, first))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE), np.uint8)
