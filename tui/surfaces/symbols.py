"""Pictures out of symbols, for terminals without graphics: two colours and a sextant, quadrant or half block a cell.

Cells are compared with what was sent and only those that differ are written, straight to the terminal like the images
of other surfaces: so they take part in the pacing by acknowledgement, and a moved crosshair costs some cells instead
of the line from the canvas's edge to them that Textual would draw. `line` has the same cells for when it does draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from engine.scene import Scene
from engine.viewport import Rect
from tui.surfaces.base import Area, Quality, Rgb, Rgba, Surface
from tui.surfaces.composed import Composed, Point, blended, clipped, drawn_cells, merged, pixels_of
from tui.surfaces.glyphs import Kind, glyphs, indexed, matched, strongest
from tui.surfaces.symbol_code import CELL, LETTERS, character, written
from tui.surfaces.words import Words, words_of

INK, PAPER = (231, 0, 0), (234, 0, 0)
"""Letters' colours where there are 256: numbers of colours."""
PLAIN = (24, 24, 24)
SHADE = 0.42
"""Of the picture under many letters: white on it has a contrast of 5 at least."""
WIDE = 0xFE00
"""Code points from here on are not written as letters: they fit no pattern, or are marks that change what is before."""
ARM = (9, 5)
"""Cells from the crosshair's centre to the end of an arm at most, across and down: less in a small area."""


class SymbolsSurface(Surface):
    """Makes cells of the picture, compares with what is shown, writes the cells that differ."""

    paints_cells = True
    writes_texts = True

    def __init__(self, *, kind: Kind = "sextant", truecolor: bool = True, direct: bool = True) -> None:
        """Take a set of symbols; `direct=False` writes nothing and reports cells for Textual to draw instead."""
        self.kind, self.truecolor, self.direct = kind, truecolor, direct
        self.picture = Composed()
        self._cells = np.zeros((1, 1), CELL)
        self._known = np.zeros((1, 1), np.bool_)
        """Cells that the terminal shows as they are in `_cells`."""
        self._stale = np.zeros((1, 1), np.bool_)
        """Cells that Textual last drew otherwise."""
        self._suspended = self._shows = False
        self._words: Words = {}
        self._many = False
        """The letters are the jump's grid."""
        self._reworded: set[tuple[int, int]] = set()
        """Cells whose letter is another since they were last made."""

    def say(self, scene: Scene) -> None:
        """Take the texts of a scene: they are written as letters, with the next overlay."""
        words = words_of(scene, self.picture.area.cell)
        self._reworded |= {place for place, _ in words.items() ^ self._words.items()}
        self._words, self._many = words, scene.grid is not None

    def resize(self, area: Area) -> bytes:
        """Take a new area and forget what was shown."""
        self.picture.resize(area)
        self._cells = np.zeros((area.rows, area.columns), CELL)
        self._known = np.zeros((area.rows, area.columns), np.bool_)
        self._stale = np.ones((area.rows, area.columns), np.bool_)
        self._shows = False
        return b""

    def line(self, row: int) -> Strip:
        """Return the cells of one row as Textual wants them."""
        cells = self._cells
        if not 0 <= row < len(cells):
            return Strip.blank(cells.shape[1])
        segments = [
            Segment(character(pattern, self.kind), _style(front, back, truecolor=self.truecolor))
            for pattern, front, back in cells[row].tolist()
        ]
        return Strip(segments, len(segments)).simplify()

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture."""
        self._shows = True
        return self._send([self.picture.set_base(pixels)])

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        """Show other base pixels in a rectangle."""
        return self._send([self.picture.set_patch(pixels, rect)])

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        """Show other overlay pixels in a rectangle."""
        reworded, self._reworded = self._reworded, set()
        cell = self.picture.area.cell
        letters = [pixels_of((column, row, 1, 1), cell) for column, row in reworded]
        return self._send([self.picture.set_overlay(pixels, rect), *letters])

    def cursor(self, point: Point | None) -> bytes:
        """Move the crosshair: a cross one sub-cell thin with its centre free, light or dark as the picture needs."""
        old, self.picture.point = self.picture.point, point
        if old == point:
            return b""
        return self._send([bar for at in (old, point) if at is not None for bar in self._bars(at)])

    def damaged(self, rows: range) -> bytes:
        """Write some rows again, whatever is there."""
        self._suspended = False
        if not self.direct:
            return b""
        again = np.zeros_like(self._known)
        again[max(rows.start, 0) : max(rows.stop, 0)] = True
        return self._written(again & self._known)

    def cover(self, cells: list[Rect]) -> None:
        """Leave cells alone that messages lie over, until told otherwise; they are damaged when those go."""
        self.picture.hide(cells)

    def suspend(self) -> bytes:
        """Let Textual draw the picture round a dialog."""
        self._suspended = True
        return b""

    def changed(self) -> list[Rect]:
        """Return cells for Textual to draw: all that changed when it is the one who draws, else what it has missed."""
        if self.direct and not self._suspended:
            return []
        rects = merged(self._stale)
        self._stale[:] = False
        return rects

    def close(self) -> bytes:
        """Forget what was shown: there is nothing in the terminal to free."""
        self._known[:] = False
        return b""

    def _send(self, rects: list[Rect]) -> bytes:
        if not self._shows:  # there is nothing yet to draw over: all of it comes with the base
            return b""
        grid = self.picture.grid(rects)
        changed = np.zeros_like(grid)
        for cells in merged(grid) if grid.any() else []:
            x, y, columns, rows = cells
            new = self._made(cells)
            inside = slice(y, y + rows), slice(x, x + columns)
            differs = (new != self._cells[inside]) | ~self._known[inside]
            self._cells[inside], self._known[inside] = new, True
            self._stale[inside] |= differs
            changed[inside] |= differs  # rectangles may overlap
        return self._written(changed) if self.direct and not self._suspended else b""

    def _made(self, cells: Rect) -> NDArray[np.void]:
        """Return the cells of a rectangle of cells."""
        small = self._small(cells)
        pattern, front, back = matched(small, self.kind)
        out = np.zeros(pattern.shape, CELL)
        out["pattern"] = pattern
        front[pattern == 0] = 0
        if self.truecolor:
            out["front"], out["back"] = front, back
        else:
            out["front"][..., 0] = indexed(front, column=cells[0], row=cells[1], sign=-1) * (pattern > 0)
            out["back"][..., 0] = indexed(back, column=cells[0], row=cells[1], sign=1)
        for (column, row), letter in self._words.items():
            if 0 <= column - cells[0] < cells[2] and 0 <= row - cells[1] < cells[3]:
                code = ord(letter) if ord(letter) < WIDE and cell_len(letter) == 1 else ord("?")
                place = row - cells[1], column - cells[0]
                paper = shaded(small, place, self.kind) if self._many else PLAIN
                ink, paper = ((255, 255, 255), paper) if self.truecolor else (INK, PAPER)
                out[place] = (LETTERS + code, ink, paper)
        return out

    def _small(self, cells: Rect) -> Rgb:
        """Return the sub-cells of a rectangle of cells: base averaged, outlines kept, crosshair on top."""
        import cv2  # not needed before the first picture

        set_ = glyphs(self.kind)
        columns, rows = cells[2] * set_.columns, cells[3] * set_.rows
        x, y, width, height = pixels_of(cells, self.picture.area.cell)
        inside = slice(y, y + height), slice(x, x + width)
        base: Any = self.picture.base[inside]
        if not any(side % 2 for side in self.picture.area.cell):  # pairs first: OpenCV is three times as fast at that
            base = cv2.resize(base, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        base = cv2.resize(base, (columns, rows), interpolation=cv2.INTER_AREA)
        out = np.asarray(base)
        if (drawn := drawn_cells(self.picture.layer[inside], self.picture.area.cell)) is not None:
            left, top, across, down = drawn
            x, y, width, height = pixels_of(drawn, self.picture.area.cell)
            layer = self.picture.layer[inside][y : y + height, x : x + width]
            small = strongest(layer, columns=across * set_.columns, rows=down * set_.rows)
            x, y = left * set_.columns, top * set_.rows
            part = out[y : y + small.shape[0], x : x + small.shape[1]]
            part[:] = blended(part, small)
        if self.picture.point is not None:
            self._draw_cross(out, (cells[0] * set_.columns, cells[1] * set_.rows))
        return out

    @property
    def _arms(self) -> tuple[int, int]:
        area = self.picture.area
        return min(ARM[0], max(area.columns // 12, 2)), min(ARM[1], max(area.rows // 8, 1))

    def _bars(self, point: Point) -> list[Rect]:
        (cw, ch), (across, down) = self.picture.area.cell, self._arms
        x, y = int(point[0]) // cw, int(point[1]) // ch
        bars = [(x - across, y, 2 * across + 1, 1), (x, y - down, 1, 2 * down + 1)]
        return [pixels_of(bar, (cw, ch)) for bar in bars]

    def _draw_cross(self, small: Rgb, origin: tuple[int, int]) -> None:
        assert self.picture.point is not None
        set_, (cw, ch) = glyphs(self.kind), self.picture.area.cell
        x = int(self.picture.point[0] * set_.columns // cw) - origin[0]
        y = int(self.picture.point[1] * set_.rows // ch) - origin[1]
        across, down = self._arms[0] * set_.columns - 1, self._arms[1] * set_.rows - 1
        bars = [(x - across, y, across, 1), (x + 1, y, across, 1), (x, y - down, 1, down), (x, y + 1, 1, down)]
        for bar in bars:
            left, top, width, height = clipped(bar, (small.shape[1], small.shape[0]))
            part = small[top : top + height, left : left + width]
            part[:] = np.where(part @ np.array([3, 6, 1], np.uint16) > 1275, 0, 255)[..., None]

    def _written(self, grid: NDArray[np.bool_]) -> bytes:
        grid = grid & ~self.picture.hidden
        places, area = np.argwhere(grid), self.picture.area
        if not len(places):
            return b""
        places += np.array([area.row, area.column])
        return b"\x1b7" + written(self._cells[grid], places, self.kind, truecolor=self.truecolor) + b"\x1b8"


def shaded(small: Rgb, place: tuple[int, int], kind: Kind) -> tuple[int, int, int]:
    """Return the mean colour of a (row, column) of sub-cells, darkened: letters on it hide little of the picture."""
    set_, (row, column) = glyphs(kind), place
    rows = slice(row * set_.rows, (row + 1) * set_.rows)
    mean = small[rows, column * set_.columns : (column + 1) * set_.columns].mean(axis=(0, 1))
    red, green, blue = (int(value * SHADE) for value in mean)
    return red, green, blue


def _style(front: list[int], back: list[int], *, truecolor: bool) -> Style:
    if truecolor:
        return Style.from_color(Color.from_rgb(*front), Color.from_rgb(*back))
    return Style.from_color(Color.from_ansi(front[0]), Color.from_ansi(back[0]))
