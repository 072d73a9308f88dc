"""Which values of deep samples are shown as black and as white.

Apart from the stretching because this is judgement: files hold twelve bits in sixteen, measurements of any size, values
that stand for "nothing was measured" (told by a tag or not), and single samples that a sensor got wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[Any]
Range = tuple[float, float]
BLOCK_ROWS = 256
"""Rows that are worked on at a time: a float copy of the whole would need much memory."""
_LOOKED_AT = 1 << 16
"""Samples that are sorted to judge by; least and greatest are sought among all."""
_CORE = (1, 99)
"""Percentiles between which nearly everything lies."""
_FAR = 4.0
"""Spans of the core by which a value must lie outside of it to be left out."""
_WHISKER = 1.5
"""Spans beside the core that are still shown in full where something lies far."""
_KINDS = 16
"""Different values below which none is an exception: they may all be labels."""


def valid(block: _Array, nodata: float | None) -> NDArray[np.float64]:
    """Return samples as floats, NaN where nothing was measured."""
    values = block.astype(np.float64)
    if nodata is not None and np.isfinite(nodata):
        near = abs(nodata) * 1e-6 if block.dtype.kind == "f" else 0.0  # the tag is in decimals, a sample in 32 bits
        values[np.abs(values - nodata) <= near] = np.nan
    values[~np.isfinite(values)] = np.nan
    return values


def shown_range(samples: _Array, nodata: float | None = None, stated: Range | None = None) -> Range:
    """Return (black, white) for samples of a deep type; equal if there is nothing to tell apart.

    `stated` is what the file claims, believed where the samples fill it fairly. Whole numbers from 0 keep the range of
    16 or 32 bits if they use its upper half; else 0..maximum is the range, so that twelve bits in a 16-bit file are not
    black. Floats within 0..1 or 0..255 keep that range if they fill a quarter of it. All else (negative values,
    measurements) reaches from minimum to maximum. What lies far outside of nearly all samples does not count.
    """
    least, most = _extremes(samples, nodata)
    if least > most:
        return 0.0, 0.0
    values = _without_fills(_looked_at(samples, nodata))
    core = float(np.percentile(values, _CORE[0])), float(np.percentile(values, _CORE[1]))
    if stated is not None and _fills(core, stated):
        return stated
    whole = samples.dtype.kind in "iu"
    if whole and least >= 0 and core[0] <= 0.75 * core[1]:  # else a level far from 0, as of a thermal camera
        return 0.0, _full(_within(values, (0.0, core[1]), 0.0, most)[1])
    low, high = _within(values, core, least, most)
    if whole:
        return (low, high) if high > low or low < 0 else (0.0, _full(high))
    return _float_range(low, high)


def _extremes(samples: _Array, nodata: float | None) -> Range:
    """Return the least and the greatest valid sample; least > greatest where there is none."""
    if nodata is None and samples.dtype.kind in "iu" and samples.size:
        return float(samples.min()), float(samples.max())
    least, most = np.inf, -np.inf
    for top in range(0, samples.shape[0], BLOCK_ROWS):
        block = valid(samples[top : top + BLOCK_ROWS], nodata)
        if not np.isnan(block).all():
            least, most = min(least, np.nanmin(block)), max(most, np.nanmax(block))
    return float(least), float(most)


def _looked_at(samples: _Array, nodata: float | None) -> NDArray[np.float64]:
    """Return valid samples from all over the picture, sorted; all of them if the grid meets none."""
    step = max(1, int(np.ceil(np.sqrt(samples.size / _LOOKED_AT))))
    for every in (step, 1):
        values = valid(samples[::every, ::every], nodata)
        values = values[~np.isnan(values)]
        if values.size:
            break
    return np.sort(values)


def _without_fills(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop what stands for "nothing" without a tag that says so: a least or greatest value far from all others."""
    while True:
        kinds = np.unique(values)
        if kinds.size <= _KINDS:
            return values
        if kinds[-1] - kinds[-2] > _FAR * (kinds[-2] - kinds[0]):
            values = values[values < kinds[-1]]
        elif kinds[1] - kinds[0] > _FAR * (kinds[-1] - kinds[1]):
            values = values[values > kinds[0]]
        else:
            return values


def _within(values: NDArray[np.float64], core: Range, least: float, most: float) -> Range:
    """Return the least and greatest that count: all, or those near the core where some lie far from it."""
    span = core[1] - core[0]
    if span <= 0:
        return max(least, values[0]), min(most, values[-1])
    if least < core[0] - _FAR * span:
        least = values[np.searchsorted(values, core[0] - _WHISKER * span)]
    if most > core[1] + _FAR * span:
        most = values[np.searchsorted(values, core[1] + _WHISKER * span, side="right") - 1]
    return float(least), float(most)


def _fills(core: Range, stated: Range) -> bool:
    """Say whether the samples lie in a range and use a quarter of it: writers put what they like into such tags."""
    inside = stated[0] <= core[0] and core[1] <= stated[1]
    return inside and 4 * (core[1] - core[0]) >= stated[1] - stated[0] > 0


def _full(high: float) -> float:
    """Return the greatest number of a type whose upper half is used, else the greatest sample."""
    full = next(2.0**bits - 1 for bits in (16, 32, 64) if high < 2.0**bits)
    return full if high > full / 2 else max(1.0, high)


def _float_range(low: float, high: float) -> Range:
    for full in (1.0, 255.0):
        if low >= 0 and high <= full and (high == low or 4 * (high - low) >= full):
            return 0.0, full
    return low, high
