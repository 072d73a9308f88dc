"""Any pixel format to 8-bit RGB: deep samples, transparency, orientation. Pure functions on arrays.

Apart from the reading so that the rules by which a picture is made visible are in one place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BACKGROUND = 128
"""Grey behind transparent pixels: neither a black nor a white drawing disappears on it."""
_ROWS = 256
_Array = NDArray[Any]


def to_8bit(samples: _Array) -> NDArray[np.uint8]:
    """Return samples of any type as 0..255, by the range that is really used.

    Whole numbers from 0 keep the range of 16 or 32 bits if they use its upper half; else 0..maximum is the range, so
    that twelve bits in a 16-bit file are not black. Floats within 0..1 or 0..255 keep that range. All else (negative
    values, measurements) is stretched from minimum to maximum; NaN and infinity become 0.
    """
    if samples.dtype == np.uint8:
        return samples
    if samples.dtype == np.bool_:
        return samples.astype(np.uint8) * np.uint8(255)
    finite = samples if samples.dtype.kind in "iu" else samples[np.isfinite(samples)]
    if finite.size == 0:
        return np.zeros(samples.shape, np.uint8)
    low, high = _range(float(finite.min()), float(finite.max()), whole=samples.dtype.kind in "iu")
    return _stretched(samples, low=low, high=high)


def _range(low: float, high: float, *, whole: bool) -> tuple[float, float]:
    if low >= 0 and whole:
        full = next(2.0**bits - 1 for bits in (16, 32, 64) if high < 2.0**bits)
        return 0.0, full if high > full / 2 else max(1.0, high)
    if low >= 0 and high <= 255:
        return 0.0, 1.0 if high <= 1 else 255.0
    return low, high


def _stretched(samples: _Array, *, low: float, high: float) -> NDArray[np.uint8]:
    """Scale low..high to 0..255 a block of rows at a time: a float copy of the whole would need much memory."""
    result = np.empty(samples.shape, np.uint8)
    factor = 255.0 / (high - low) if high > low else 0.0
    for top in range(0, samples.shape[0], _ROWS):
        block = (samples[top : top + _ROWS].astype(np.float64) - low) * factor
        block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        result[top : top + _ROWS] = np.clip(np.rint(block), 0, 255).astype(np.uint8)
    return result


def over_grey(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (H, W, 4) straight alpha composited on mid-grey."""
    result = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, rgba.shape[0], _ROWS):
        block = rgba[top : top + _ROWS].astype(np.uint32)
        alpha = block[..., 3:]
        result[top : top + _ROWS] = (block[..., :3] * alpha + BACKGROUND * (255 - alpha) + 127) // 255
    return result


def to_rgb(samples: _Array) -> NDArray[np.uint8]:
    """Return grey (H, W), grey with alpha, RGB or RGBA samples of any type as 8-bit RGB."""
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.shape[2] in (2, 4) and samples.dtype != np.uint8:
        return over_grey(np.concatenate([_three(to_8bit(samples[..., :-1])), _alpha(samples[..., -1:])], axis=2))
    bytes_ = to_8bit(samples)
    if bytes_.shape[2] in (2, 4):
        return over_grey(np.concatenate([_three(bytes_[..., :-1]), bytes_[..., -1:]], axis=2))
    return _three(bytes_)


def _three(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return grey repeated thrice; bands beyond the third (infrared and the like) are not shown."""
    return np.repeat(samples, 3, axis=2) if samples.shape[2] == 1 else samples[..., :3]


def _alpha(samples: _Array) -> NDArray[np.uint8]:
    """Scale alpha by its type, not by the values in use: half transparent stays half transparent."""
    high = float(np.iinfo(samples.dtype).max) if samples.dtype.kind in "iu" else 1.0
    return _stretched(samples, low=0.0, high=high)


def orient(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return the pixels as an EXIF orientation (1..8) wants them shown; other values change nothing."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
