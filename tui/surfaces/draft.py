"""A coarse picture that lies over a fine one while that is sent in tiles: where it may go, and what is left of it.

A terminal enlarges it and mixes each pixel with those beside it. So a pixel goes only when the fine picture is there
under its neighbours too: else what lay there before would shine through along the edge of a tile. And a pixel that has
gone, but lies beside one that has not, keeps its colour, which is mixed in. Apart from `kitty.py` because it is pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.viewport import Rect
from tui.surfaces.base import Rgb, Rgba


class Draft:
    """The coarse picture and the parts of it that are no longer needed."""

    def __init__(self, pixels: Rgb, full_size: tuple[int, int]) -> None:
        self.pixels, self._full = pixels, full_size
        self._fine = np.zeros(pixels.shape[:2], np.bool_)
        """Pixels under which the fine picture is there."""

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def is_needed(self) -> bool:
        """Whether anything of the fine picture is not there yet."""
        return not self._fine.all()

    def uncover(self, rect: Rect) -> tuple[Rect, Rgba]:
        """Note that the fine picture is there in a rectangle; return where the coarse one changes, and to what."""
        width, height = self.size
        left, right = (_border(x, width, self._full[0]) for x in (rect[0], rect[0] + rect[2]))
        top, bottom = (_border(y, height, self._full[1]) for y in (rect[1], rect[1] + rect[3]))
        self._fine[top:bottom, left:right] = True
        left, top, right, bottom = max(left - 1, 0), max(top - 1, 0), min(right + 1, width), min(bottom + 1, height)
        inside = slice(top, bottom), slice(left, right)
        gone = _shrunk(self._fine)[inside]
        part = np.dstack([self.pixels[inside], np.where(gone, 0, 255).astype(np.uint8)])
        unseen = _shrunk(_shrunk(self._fine))[inside]
        if unseen.any():  # one colour takes the fewest bytes
            part[unseen, :3] = part[unseen, :3].mean(axis=0).astype(np.uint8)
        return (left, top, right - left, bottom - top), part


def _border(fine: int, length: int, full: int) -> int:
    """Return the border between two pixels that is nearest to one of the fine picture; the last is the end alone."""
    return length if fine == full else min(round(fine * length / full), length - 1)


def _shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask without its pixels that have one beside them, also across a corner, that is not in it."""
    padded = np.pad(mask, 1, constant_values=True)
    rows = padded[:-2] & padded[1:-1] & padded[2:]
    return np.asarray(rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:])
