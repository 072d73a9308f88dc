"""Pictures in Sixel: what xterm -ti vt340, foot, Konsole, Windows Terminal, mlterm and others show.

Sixel has one layer and no way to change a picture but to paint over it. But an image may have holes, so the composed
picture is kept here, every update is compared with what was sent, and an image of whole cells (Sixel images begin at
cell corners) paints only the pixels that differ; all pixels of the cells that do where a terminal paints holes black.
Colours come from one palette that is kept as long as it suits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.viewport import Rect
from tui.surfaces.base import Area, Quality, Rgb
from tui.surfaces.composed import WASTE, Point, merged, pixels_of
from tui.surfaces.over_cells import OverCells, placed
from tui.surfaces.palette import Palette, palette_for
from tui.surfaces.sixel_code import LEAVE, encoded

WASTE_HOLES = 64
"""Unchanged cells that an image may contain before two are cheaper: holes are short, a second palette is not."""


class SixelSurface(OverCells):
    """Composes, compares with what is shown, sends the cells that differ."""

    def __init__(self, *, holes: bool = True) -> None:
        """Say whether the terminal leaves pixels alone that an image does not paint (xterm, foot; not Konsole)."""
        super().__init__()
        self.holes = holes
        self._palette: Palette | None = None
        self._shown: NDArray[np.uint8] | None = None
        """Palette indices that the terminal shows, (h, w); None where nothing can be assumed."""
        self._has_base = False

    def resize(self, area: Area) -> bytes:
        """Take a new area; what it shows is unknown until the next base."""
        self._shown, self._has_base = None, False
        return super().resize(area)

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture; a draft has fewer colours."""
        whole, self._has_base = self.picture.set_base(pixels), True
        if self._palette is None or not self._palette.suits(self.picture.base):
            self._palette, self._shown = palette_for(self.picture.base), None
        return self._send([whole], quality)

    def cursor(self, point: Point | None) -> bytes:
        """Move the crosshair, a short cross: the old one's pixels are painted again, and the new one's."""
        return self._send(self.picture.set_cursor(point), colours=False)

    def damaged(self, rows: range) -> bytes:
        """Paint some rows of cells again, whatever is there."""
        area = self.picture.area
        self._stand_in.hide()
        first, last = max(rows.start, 0), min(rows.stop, area.rows)
        if not self._has_base or last <= first:
            return b""
        if self._shown is None:  # a picture has come while symbols stood in for it
            self._shown = np.full(self.picture.base.shape[:2], LEAVE, np.uint8)
        rect = pixels_of((0, first, area.columns, last - first), area.cell)
        self._shown[rect[1] : rect[1] + rect[3]] = LEAVE
        return self._send([rect])

    def close(self) -> bytes:
        """Return nothing: images go with the cells that show them."""
        self._shown = None
        return b""

    def _send(self, rects: list[Rect], quality: Quality = "full", *, colours: bool = True) -> bytes:
        """Send what looks different within some rectangles of view pixels; `colours`: new ones may be needed for it."""
        if self._is_away() or self._palette is None:
            return b""
        grid = self.picture.grid([self.picture.whole] if self._shown is None else rects)
        if not grid.any():
            return b""
        x, y, width, height = around = pixels_of(_bounds(grid), self.picture.area.cell)
        pixels = self.picture.compose(around)
        if colours:
            self._give_colours(pixels, around)
        index = self._palette.indices(pixels, quality)
        if self._shown is None:
            self._shown = np.full(self.picture.base.shape[:2], LEAVE, np.uint8)
        shown = self._shown[y : y + height, x : x + width]
        same = index == shown
        shown[:] = index
        return self._written(index, ~same, (x, y))

    def _give_colours(self, pixels: Rgb, rect: Rect) -> None:
        """Take colours into the palette for what is drawn over the base in a rectangle, if it has none near them."""
        x, y, width, height = rect
        covered = self.picture.layer[y : y + height, x : x + width, 3] > 0
        if self._palette is None or not covered.any():
            return
        self._palette, changed = self._palette.extended(pixels[covered])
        if changed.size and self._shown is not None:
            self._shown[(self._shown >= changed.min()) & (self._shown <= changed.max())] = LEAVE

    def _written(self, index: NDArray[np.uint8], differs: NDArray[np.bool_], origin: tuple[int, int]) -> bytes:
        """Return images of the pixels that differ in whole cells whose upper left pixel is at a view point."""
        if self._palette is None:
            return b""
        area, parts = self.picture.area, []
        cw, ch = area.cell
        blocks = differs.reshape(index.shape[0] // ch, ch, index.shape[1] // cw, cw)
        used: NDArray[np.bool_] = np.asarray(blocks.any(axis=(1, 3)))
        left, top = origin[0] // cw, origin[1] // ch
        used[max(self.picture.usable_rows - top, 0) :] = False
        hidden = self.picture.hidden[top : top + used.shape[0], left : left + used.shape[1]]
        used &= ~hidden
        if hidden.any():
            differs = differs & ~hidden.repeat(ch, axis=0).repeat(cw, axis=1)
        if self.holes:
            index = np.where(differs, index, np.uint8(LEAVE))
        for cells in merged(used, waste=WASTE_HOLES if self.holes else 0 if hidden.any() else WASTE):
            x, y, width, height = pixels_of(cells, area.cell)
            row, column = area.row + top + cells[1], area.column + left + cells[0]
            image = encoded(index[y : y + height, x : x + width], self._palette.percent)
            parts.append(b"\x1b[%d;%dH" % (row + 1, column + 1) + image)
        return placed(parts)


def _bounds(grid: NDArray[np.bool_]) -> Rect:
    """Return the rectangle, in cells, that bounds the set cells of a grid with at least one."""
    rows, columns = np.flatnonzero(grid.any(axis=1)), np.flatnonzero(grid.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
