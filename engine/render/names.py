"""Names of places: one or two capitals on a dark plate, all of one size, in very few colours.

Apart from other texts because there are hundreds at a time: letters at fixed distances on plates that are all alike
make rows of pixels that repeat, and with four colours a pixel takes two bits on the wire.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.scene import Color

Rgba = NDArray[np.uint8]
PLATE: Color = (17, 17, 17)
PAD = 2
"""Pixels of plate round the letters."""
WIDEST, HIGHEST = "W", "H"
LEVELS = 2
"""Steps from the plate's colour to the letters'."""


@lru_cache(maxsize=2048)
def name_plate(text: str, size: int, color: Color) -> Rgba:
    """Return the plate of a name in letters of `size` pixels: (h, w, 4), opaque."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    pitch, height = round(font.getlength(WIDEST)) + 1, -round(font.getbbox(HIGHEST, anchor="ms")[1])
    image = Image.new("L", (pitch * len(text) + 2 * PAD - 1, height + 2 * PAD), 0)
    pen = ImageDraw.Draw(image)
    for number, letter in enumerate(text):
        pen.text((PAD + (number + 0.5) * pitch - 0.5, PAD + height), letter, fill=255, font=font, anchor="ms")
    part = np.round(np.asarray(image, np.float64)[..., None] / 255 * LEVELS) / LEVELS
    ink = np.array(PLATE) * (1 - part) + np.array(color) * part
    return np.dstack((ink.astype(np.uint8), np.full(ink.shape[:2], 255, np.uint8)))
