"""The picture of a terminal that has no layers: base, overlay and crosshair put together here, rectangle by rectangle.

Apart from the surfaces because Sixel and iTerm2 images differ only in how they encode the pixels that this gives.
Nothing is ever "restored" on the screen: a crosshair that moved makes its old and its new cells dirty, and composing
them again gives the right pixels whatever lies there.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from engine.viewport import Rect, rect_union
from tui.surfaces.base import Area, Rgb, Rgba

Point = tuple[float, float]
ARM = 26
"""View pixels from the crosshair's centre to the end of an arm."""
GAP = 4
"""View pixels round the centre that stay free, so that the pixel aimed at is seen."""
WASTE = 8
"""Unchanged cells that one rectangle may contain before two are cheaper."""
MANY = 24
"""More rectangles than this in one update cost more time than the spared cells are worth."""


def clipped(rect: Rect, size: tuple[int, int]) -> Rect:
    """Return the part of a rectangle that lies within width, height (zero width or height: nothing does)."""
    x, y, width, height = rect
    left, top = max(x, 0), max(y, 0)
    return left, top, max(min(x + width, size[0]) - left, 0), max(min(y + height, size[1]) - top, 0)


def cells_of(rect: Rect, area: Area) -> Rect:
    """Return the smallest rectangle of whole cells, in cells, round a rectangle in view pixels."""
    x, y, width, height = clipped(rect, area.size)
    if not (width and height):
        return 0, 0, 0, 0
    (cw, ch), left, top = area.cell, x // area.cell[0], y // area.cell[1]
    return left, top, -(-(x + width) // cw) - left, -(-(y + height) // ch) - top


def pixels_of(cells: Rect, cell: tuple[int, int]) -> Rect:
    """Return a rectangle of cells in view pixels."""
    return cells[0] * cell[0], cells[1] * cell[1], cells[2] * cell[0], cells[3] * cell[1]


def merged(grid: NDArray[np.bool_], *, waste: int = WASTE) -> list[Rect]:
    """Return few rectangles, in cells, that cover the set cells of a (rows, columns) grid and little else.

    With no waste allowed they cover nothing else, however many they are.
    """
    if grid.all():  # a new picture: no need to look for it row by row
        return [(0, 0, grid.shape[1], grid.shape[0])]
    while len(rects := _covered(grid, waste)) > MANY and waste:
        waste *= 2
    return rects


def _covered(grid: NDArray[np.bool_], waste: int) -> list[Rect]:
    done: list[Rect] = []
    for row in np.flatnonzero(grid.any(axis=1)):
        for left, right in _runs(np.flatnonzero(grid[row]), waste):
            _add(done, (left, int(row), right - left, 1), waste)
    return done


def _runs(columns: NDArray[np.intp], waste: int) -> list[tuple[int, int]]:
    """Return [left, right) runs of ascending columns, closing gaps of up to so many cells."""
    breaks = np.flatnonzero(np.diff(columns) > waste + 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(columns, breaks)]


def _add(done: list[Rect], rect: Rect, waste: int) -> None:
    """Join a run to a rectangle above it where that adds little, else begin a new rectangle."""
    for index, old in enumerate(done):
        both = rect_union(old, rect)
        if both[2] * both[3] - old[2] * old[3] - rect[2] * rect[3] <= waste:
            done[index] = both
            return
    done.append(rect)


def blank(columns: int) -> Strip:
    """Return black cells to paint on: a terminal's own background may be white."""
    return Strip.blank(columns, Style.from_color(None, Color.from_rgb(0, 0, 0)))


def drawn_cells(layer: Rgba, cell: tuple[int, int]) -> Rect | None:
    """Return the cells in which something is drawn: to do something with every pixel of a layer takes longer."""
    values, (width, height) = layer.view("<u4")[..., 0], cell
    rows = np.flatnonzero(values.any(axis=1)) // height
    if not len(rows):
        return None
    columns = np.flatnonzero(values[rows[0] * height : (rows[-1] + 1) * height].any(axis=0)) // width
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)


def blended(base: Rgb, layer: Rgba) -> Rgb:
    """Return the base with a straight-alpha layer of the same size over it; costs what the layer covers."""
    out = np.array(base, copy=True, order="C")
    covered = np.flatnonzero(layer[..., 3])
    if covered.size:
        over = layer.reshape(-1, 4)[covered].astype(np.uint16)
        alpha, flat = over[:, 3:], out.reshape(-1, 3)
        flat[covered] = (flat[covered] * (255 - alpha) + over[:, :3] * alpha + 127) // 255
    return out


def fitted(pixels: Rgb, size: tuple[int, int]) -> Rgb:
    """Return pixels as large as width, height: a draft is enlarged by its whole factor, the rest cut or left black."""
    import cv2  # not needed before the first picture; ten times faster than repeating rows and columns

    width, height = size
    factor = max(round(width / max(pixels.shape[1], 1)), 1)
    if factor > 1:
        pixels = np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST), np.uint8)
    pixels = pixels[:height, :width]
    if pixels.shape[:2] == (height, width):
        return np.array(pixels, copy=True, order="C")
    out = np.zeros((height, width, 3), np.uint8)
    out[: pixels.shape[0], : pixels.shape[1]] = pixels
    return out


class Composed:
    """Base, overlay and crosshair of one area; every setter returns what became dirty, in view pixels."""

    def __init__(self) -> None:
        self.resize(Area(0, 0, 1, 1, (1, 1)))

    def resize(self, area: Area) -> None:
        """Take a new area and forget the picture."""
        width, height = area.size
        self.area = area
        self.base: Rgb = np.zeros((height, width, 3), np.uint8)
        self.layer: Rgba = np.zeros((height, width, 4), np.uint8)
        self.point: Point | None = None
        self.hidden = np.zeros((area.rows, area.columns), np.bool_)
        """Cells that a message lies over: they are not to be painted."""

    def hide(self, rects: Iterable[Rect]) -> None:
        """Say which cells messages lie over, as rectangles of cells; others are free again."""
        hidden = np.zeros_like(self.hidden)
        for x, y, width, height in rects:
            hidden[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)] = True
        self.hidden = hidden

    @property
    def whole(self) -> Rect:
        """The area as a rectangle of view pixels."""
        return 0, 0, *self.area.size

    @property
    def usable_rows(self) -> int:
        """Rows of the area without the screen's last one: terminals scroll when an image reaches it.

        xterm does so at the end of every Sixel band there, others because they leave the text cursor below an image.
        """
        area = self.area
        return min(area.rows, area.screen_rows - 1 - area.row) if area.screen_rows else area.rows

    def set_base(self, pixels: Rgb) -> Rect:
        """Take a new picture of the whole area."""
        self.base = fitted(pixels, self.area.size)
        return self.whole

    def set_patch(self, pixels: Rgb, rect: Rect) -> Rect:
        """Take other base pixels in a rectangle."""
        return self._put(self.base, pixels, rect)

    def set_overlay(self, pixels: Rgba, rect: Rect) -> Rect:
        """Take other overlay pixels in a rectangle."""
        return self._put(self.layer, pixels, rect)

    def set_cursor(self, point: Point | None) -> list[Rect]:
        """Move the crosshair; return the rectangles of the old one and of the new one."""
        old, self.point = self.point, point
        return [] if old == point else [rect for at in (old, point) if at is not None for rect in _bars(at)]

    def compose(self, rect: Rect) -> Rgb:
        """Return what a rectangle within the area looks like, contiguous."""
        x, y, width, height = rect
        out = blended(self.base[y : y + height, x : x + width], self.layer[y : y + height, x : x + width])
        if self.point is not None:
            _draw_cross(out, (self.point[0] - x, self.point[1] - y))
        return out

    def grid(self, rects: Iterable[Rect]) -> NDArray[np.bool_]:
        """Return which cells (rows, columns) some rectangles of view pixels touch."""
        out = np.zeros((self.area.rows, self.area.columns), np.bool_)
        for rect in rects:
            left, top, columns, rows = cells_of(rect, self.area)
            out[top : top + rows, left : left + columns] = True
        return out

    def _put(self, buffer: NDArray[np.uint8], pixels: NDArray[np.uint8], rect: Rect) -> Rect:
        left, top, width, height = clipped((*rect[:2], pixels.shape[1], pixels.shape[0]), self.area.size)
        dx, dy = left - rect[0], top - rect[1]
        buffer[top : top + height, left : left + width] = pixels[dy : dy + height, dx : dx + width]
        return left, top, width, height


def _bars(point: Point) -> list[Rect]:
    """Return the rectangles that the crosshair covers: its horizontal and its vertical bar, with their dark border."""
    x, y = int(point[0]), int(point[1])
    return [(x - ARM, y - 1, 2 * ARM + 1, 3), (x - 1, y - ARM, 3, 2 * ARM + 1)]


def _draw_cross(out: Rgb, point: Point) -> None:
    """Draw a white cross, bordered in black so that it is seen on any picture, with its centre left free."""
    x, y = int(point[0] // 1), int(point[1] // 1)
    for colour, border in ((0, 1), (255, 0)):
        for start in (-ARM, GAP):
            length = ARM - GAP + 1
            for left, top, width, height in (
                (x + start, y - border, length, 1 + 2 * border),
                (x - border, y + start, 1 + 2 * border, length),
            ):
                left, top, width, height = clipped((left, top, width, height), (out.shape[1], out.shape[0]))
                out[top : top + height, left : left + width] = colour
