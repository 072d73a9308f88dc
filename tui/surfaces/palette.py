"""255 colours for a picture, and the way from any colour to the nearest of them.

Apart from the surface because a palette outlives many updates: it is made for a picture and then kept, so that a patch
or a moved outline never changes the colour of what lies beside it, and no update pays for finding colours.
64 colours are always the same cube, 143 come from the picture, and 48 are left for what is drawn over it: outlines in
their exact colours, fills blended with what lies below. The last number of a byte is left over to say "no colour".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.surfaces.base import Quality, Rgb

OWN = 143
"""Colours that are taken from the picture."""
OWN_COARSE = 24
"""How many of them a draft uses: it takes half the bytes (1.0 to 0.5 MB for a photograph of 1600x900)."""
EXTRA, AT_ONCE = 48, 12
"""Entries for later colours, and how many are taken at a time; the oldest are given up when all are taken."""
BAD = 24.0
"""Mean square error per channel, above twice the picture's own, from which drawn pixels get colours of their own."""
SAMPLES = 40_000
"""Pixels of a picture that are looked at to find them."""


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """255 colours, in percent as Sixel has them, and a table from 15-bit colours to them."""

    percent: NDArray[np.uint8]
    """(255, 3), 0 to 100."""
    table: NDArray[np.uint8]
    """(32768,): the nearest colour of r, g, b with 5 bits each."""
    coarse: NDArray[np.uint8]
    """The same with the cube and the few most used colours only: longer runs, fewer bytes."""
    error: float
    """Mean square error per channel of the picture that it was made for."""
    taken: int = 0
    """How many of the entries for later colours were taken up to now."""

    def indices(self, pixels: Rgb, quality: Quality = "full") -> NDArray[np.uint8]:
        """Return the palette index of every pixel of an (h, w, 3) picture, as (h, w)."""
        return (self.coarse if quality != "full" else self.table)[_key(pixels)]

    def suits(self, pixels: Rgb) -> bool:
        """Return whether a picture is shown about as well as the one that the palette was made for."""
        sample = _sample(pixels)
        return _error(sample, self.percent, self.table) <= 1.5 * self.error + 8.0

    def extended(self, pixels: Rgb) -> tuple[Palette, NDArray[np.intp]]:
        """Return it with colours of (n, 3) pixels, if it shows them badly, and the entries that changed."""
        sample = pixels[:: max(len(pixels) // 4096, 1)][None]
        if not sample.size or _error(sample, self.percent, self.table) <= 2 * self.error + BAD:
            return self, np.empty(0, np.intp)
        entries = 255 - EXTRA + (self.taken + np.arange(AT_ONCE)) % EXTRA
        percent = self.percent.copy()
        percent[entries] = _percent(_frequent(sample, AT_ONCE))
        known = np.setdiff1d(np.arange(min(255, 255 - EXTRA + self.taken + AT_ONCE)), entries)
        table = nearest(percent, np.concatenate([known, entries]))
        return replace(self, percent=percent, table=table, taken=self.taken + AT_ONCE), entries


def palette_for(pixels: Rgb) -> Palette:
    """Return a palette that suits a picture."""
    sample = _sample(pixels)
    levels = np.array([0, 33, 67, 100], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    own = _percent(_frequent(sample, OWN))
    percent = np.concatenate([cube, own, np.zeros((255 - len(cube) - len(own), 3), np.uint8)])
    known = np.arange(len(cube) + len(own))
    table = nearest(percent, known)
    counts = np.bincount(table[_key(sample)].ravel(), minlength=255)[len(cube) :]
    few = len(cube) + np.argsort(counts)[::-1][:OWN_COARSE]
    coarse = nearest(percent, np.concatenate([known[: len(cube)], few]))
    return Palette(percent, table, coarse, _error(sample, percent, table))


def rgb_of(percent: NDArray[np.uint8]) -> Rgb:
    """Return percent as 0 to 255, the way terminals do it."""
    return (percent.astype(np.uint16) * 255 // 100).astype(np.uint8)


def _key(pixels: Rgb) -> NDArray[np.uint16]:
    red, green, blue = (pixels[..., i].astype(np.uint16) for i in range(3))
    red >>= 3
    red <<= 5
    green >>= 3
    red |= green
    red <<= 5
    blue >>= 3
    red |= blue
    return red


def _sample(pixels: Rgb) -> Rgb:
    step = max(int((pixels.shape[0] * pixels.shape[1] / SAMPLES) ** 0.5), 1)
    return np.ascontiguousarray(pixels[step // 2 :: step, step // 2 :: step])


def _frequent(sample: Rgb, count: int) -> Rgb:
    """Return so many colours (count, 3) that suit a sample; some may be there twice."""
    from PIL import Image  # not needed before the first picture

    image = Image.fromarray(sample).quantize(count, method=Image.Quantize.FASTOCTREE)
    found = np.array(image.getpalette() or [0, 0, 0], np.uint8).reshape(-1, 3)[:count]
    return np.concatenate([found, found[:1].repeat(count - len(found), axis=0)])


def _percent(colours: Rgb) -> NDArray[np.uint8]:
    return np.round(colours.astype(np.float32) / 2.55).astype(np.uint8)


def nearest(percent: NDArray[Any], known: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return for every 15-bit colour which of some palette entries is nearest: |c|^2 - 2 c.p is smallest."""
    steps = (np.arange(32, dtype=np.float32) * 8 + 4) / 2.55
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    entries = percent[known].astype(np.float32)
    distance = colours @ (-2 * entries.T)
    distance += (entries * entries).sum(axis=1)
    found: NDArray[np.uint8] = known[distance.argmin(axis=1)].astype(np.uint8)
    return found


def _error(sample: Rgb, percent: NDArray[np.uint8], table: NDArray[np.uint8]) -> float:
    shown = rgb_of(percent)[table[_key(sample)]]
    return float(np.mean((shown.astype(np.float32) - sample) ** 2))
