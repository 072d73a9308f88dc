"""Change a picture's brightness and keep its colours: what the equalizing filters share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.tools.base import Image


def with_luma(image: Image, change: Callable[[Any], Any]) -> Image:
    """Return a new picture whose luma (YUV, 8 bit) went through `change`; a picture without colour, (H, W), is luma."""
    import cv2

    if image.ndim == 2:
        return np.ascontiguousarray(change(image))
    yuv = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2YUV)
    yuv[..., 0] = change(np.ascontiguousarray(yuv[..., 0]))
    return np.ascontiguousarray(cv2.cvtColor(yuv, cv2.COLOR_YUV2RGB), np.uint8)
