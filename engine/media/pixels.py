"""Any pixel format to 8-bit RGB: deep samples, transparency, orientation. Pure functions on arrays.

Apart from the reading so that the rules by which a picture is made visible are in one place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.media.ranges import BLOCK_ROWS, Range, shown_range, valid

BACKGROUND = 128
"""Grey behind transparent pixels: neither a black nor a white drawing disappears on it."""
_Array = NDArray[Any]


def to_8bit(
    samples: _Array, *, nodata: float | None = None, stated: Range | None = None, inverted: bool = False
) -> NDArray[np.uint8]:
    """Return samples of any type as 0..255, by the range that is really used (`shown_range`).

    What was not measured (`nodata`, NaN, infinity) becomes 0, also where `inverted` turns black and white about.
    """
    if samples.dtype == np.bool_:
        samples = samples.astype(np.uint8) * np.uint8(255)
    if samples.dtype == np.uint8:
        return ~samples if inverted else samples
    low, high = shown_range(samples, nodata, stated)
    return _stretched(samples, *((high, low) if inverted else (low, high)), nodata)


def _stretched(samples: _Array, black: float, white: float, nodata: float | None = None) -> NDArray[np.uint8]:
    """Scale black..white to 0..255, a block of rows at a time."""
    result = np.empty(samples.shape, np.uint8)
    factor = 255.0 / (white - black) if white != black else 0.0
    for top in range(0, samples.shape[0], BLOCK_ROWS):
        block = np.nan_to_num((valid(samples[top : top + BLOCK_ROWS], nodata) - black) * factor, nan=0.0)
        result[top : top + BLOCK_ROWS] = np.clip(np.rint(block), 0, 255).astype(np.uint8)
    return result


def over_grey(rgba: NDArray[np.uint8], *, premultiplied: bool = False) -> NDArray[np.uint8]:
    """Return (H, W, 4) composited on mid-grey; its colours are whole, or already multiplied by alpha."""
    result = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, rgba.shape[0], BLOCK_ROWS):
        block = rgba[top : top + BLOCK_ROWS].astype(np.uint32)
        alpha = block[..., 3:]
        colours = block[..., :3] * (255 if premultiplied else alpha)
        mixed = (colours + BACKGROUND * (255 - alpha) + 127) // 255
        result[top : top + BLOCK_ROWS] = np.minimum(mixed, 255)
    return result


def to_rgb(samples: _Array) -> NDArray[np.uint8]:
    """Return grey (H, W), grey with alpha, RGB or RGBA samples of any type as 8-bit RGB."""
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.shape[2] in (2, 4):
        return over_grey(np.concatenate([three(to_8bit(samples[..., :-1])), alpha_8bit(samples[..., -1:])], axis=2))
    return three(to_8bit(samples))


def three(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return grey repeated thrice; bands beyond the third (infrared and the like) are not shown."""
    return np.repeat(samples[..., :1], 3, axis=2) if samples.shape[2] < 3 else samples[..., :3]


def alpha_8bit(samples: _Array) -> NDArray[np.uint8]:
    """Scale alpha by its type, not by the values in use: half transparent stays half transparent."""
    if samples.dtype == np.uint8:
        return samples
    if samples.dtype.kind in "iu":
        return _stretched(samples, 0.0, float(np.iinfo(samples.dtype).max))
    return _stretched(samples, 0.0, 1.0)


def orient(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return the pixels as an EXIF orientation (1..8) wants them shown; other values change nothing."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
