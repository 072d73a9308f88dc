"""Character cells that come as near as possible to small blocks of pixels: two colours and one of a set of symbols.

Apart from the surface because it is pure: an array in, arrays out. Every cell has a grid of sub-cells (sextants 2 x 3,
quadrants 2 x 2, half blocks 1 x 2). For each way to part a cell's sub-cells in two, the best two colours are the means
of the parts; the parting with the least square error is the one with the largest sum of |sum of a part|^2 / size.
All partings of all cells are tried at once, by one matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from tui.surfaces.base import Rgb, Rgba
from tui.surfaces.palette import nearest

Kind = Literal["sextant", "quadrant", "half"]
FLAT = 160.0
"""Square error of a cell (6 pixels, 3 channels) below which it is shown in one colour: unseen, and shorter."""
DITHER = 14.0
"""How far a colour is shifted at most, up and down, before the nearest of 256 is taken."""
DRAWN = ("kitty", "ghostty", "foot", "konsole", "wezterm", "vte", "contour", "rio", "iterm2", "windows terminal")
"""Terminals that draw sextants themselves; others need a font with them, and few fonts have them."""
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 15 - 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """A set of symbols: sub-cells per cell, and the symbol for each pattern (bit 0 is the upper left sub-cell)."""

    columns: int
    rows: int
    symbols: str
    """One per pattern whose last (lower right) sub-cell is background; the others are these with colours swapped."""


def kind_for(terminal: str, environment: Mapping[str, str]) -> Kind:
    """Return the finest symbols that a terminal is sure to have; TERMWAND_SYMBOLS overrides."""
    wanted = environment.get("TERMWAND_SYMBOLS", "")
    if wanted in get_args(Kind):
        return cast("Kind", wanted)
    if environment.get("TERM") == "linux":
        return "half"
    return "sextant" if any(name in terminal.lower() for name in DRAWN) else "quadrant"


@cache
def glyphs(kind: Kind) -> Glyphs:
    """Return a set of symbols."""
    if kind == "half":
        return Glyphs(1, 2, " ▀")
    if kind == "quadrant":
        return Glyphs(2, 2, " ▘▝▀▖▌▞▛")
    return Glyphs(2, 3, "".join(_sextant(pattern) for pattern in range(32)))


def _sextant(pattern: int) -> str:
    """Return a sextant; U+1FB00 and following leave out the empty cell and the left half, which exist elsewhere."""
    if pattern == 0:
        return " "
    left_half = 0b010101
    return "▌" if pattern == left_half else chr(0x1FB00 + pattern - 1 - (pattern > left_half))


def matched(small: Rgb, kind: Kind) -> tuple[NDArray[np.uint8], Rgb, Rgb]:
    """Return pattern (rows, columns), foreground and background (rows, columns, 3) for a picture of sub-cells."""
    set_ = glyphs(kind)
    rows, columns, size = small.shape[0] // set_.rows, small.shape[1] // set_.columns, set_.rows * set_.columns
    blocks = small.reshape(rows, set_.rows, columns, set_.columns, 3).transpose(1, 3, 4, 0, 2)
    pixels = blocks.reshape(size, -1).astype(np.float32)
    patterns = (np.arange(len(set_.symbols))[:, None] >> np.arange(size) & 1).astype(np.float32)
    ones = np.maximum(patterns.sum(axis=1), 1)[:, None]
    zeros = size - patterns.sum(axis=1)[:, None]
    over = (patterns @ pixels).reshape(len(patterns), 3, -1)
    under = pixels.sum(axis=0).reshape(3, -1) - over
    score = (over * over).sum(axis=1) / ones + (under * under).sum(axis=1) / zeros
    score[0] += FLAT
    best = score.argmax(axis=0)
    at = np.arange(best.size)
    front = (over[best, :, at] / ones[best] + 0.5).astype(np.uint8).reshape(rows, columns, 3)
    back = (under[best, :, at] / zeros[best] + 0.5).astype(np.uint8).reshape(rows, columns, 3)
    return best.astype(np.uint8).reshape(rows, columns), front, back


def strongest(layer: Rgba, *, columns: int, rows: int) -> Rgba:
    """Return a layer made smaller so that thin outlines stay: of the pixels of a sub-cell, the most opaque one.

    Among equally opaque ones the brightest in red, green, blue order is taken, so a coloured line beats its dark halo.
    """
    order = layer[..., [2, 1, 0, 3]].copy().view("<u4")[..., 0]
    starts = [np.arange(count) * side // count for count, side in ((rows, layer.shape[0]), (columns, layer.shape[1]))]
    order = np.maximum.reduceat(np.maximum.reduceat(order, starts[0], axis=0), starts[1], axis=1)
    return np.ascontiguousarray(order).view(np.uint8).reshape(rows, columns, 4)[..., [2, 1, 0, 3]]


def indexed(colours: Rgb, *, column: int, row: int, sign: int) -> NDArray[np.uint8]:
    """Return the number in the terminal's 256 colours for the colours of cells, dithered by where the cells are."""
    rows, columns = colours.shape[:2]
    pattern = BAYER[np.ix_((np.arange(rows) + row) % 4, (np.arange(columns) + column) % 4)]
    shifted = np.clip(colours + sign * 2 * DITHER * pattern[..., None], 0, 255).astype(np.uint16) >> 3
    found: NDArray[np.uint8] = _table()[shifted[..., 0] << 10 | shifted[..., 1] << 5 | shifted[..., 2]]
    return found


@cache
def _table() -> NDArray[np.uint8]:
    """Return the nearest of colours 16 to 255 (a cube of 6 levels, 24 greys) for every 15-bit colour.

    The first 16 are left out: every user has other ones.
    """
    levels = np.array([0, 95, 135, 175, 215, 255], np.float32)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.repeat(np.arange(8, 248, 10, dtype=np.float32)[:, None], 3, axis=1)
    every = np.concatenate([np.zeros((16, 3), np.float32), cube, greys])
    return nearest(every / 2.55, np.arange(16, 256))
