"""Contact sheets: crops of frames side by side, each with its box, as one picture that is shown as a frame is.

Pure: frames and shapes in, pixels and shapes in sheet points out. The boxes, their names and letters stay shapes and
hints over the picture, so that a mark costs no new picture, and terminals that show characters get them as such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.document import Point, Shape
from engine.outlines import shape_box, shape_rings
from engine.render.base import BACKDROP, paint_base
from engine.scene import Picture, Scene
from engine.viewport import Rect, Viewport

Rgb = NDArray[np.uint8]
MARGIN = 0.35
"""Of the box's longer side: what is shown round it."""
LEAST = 12.0
"""Frame pixels that are shown round a box at least."""
LARGEST = 8.0
"""View pixels a frame pixel takes at most."""
NARROWEST = (11, 6)
"""Columns and rows of the terminal that a crop takes at least, with its caption."""
CAPTION = 24
"""View pixels above a crop, for its name."""
GAP = 6
"""View pixels between two crops."""
EMPTY = (38, 38, 42)
"""Where a crop is not there yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A crop as it is shown: its pixels, how they lie on the frame, and what is certified; or why there is none."""

    pixels: Rgb
    viewport: Viewport
    shape: Shape | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where crops stand on a sheet: row by row, each of the same size."""

    view_size: tuple[int, int]
    columns: int
    rows: int

    @property
    def count(self) -> int:
        """How many crops there are on it."""
        return self.columns * self.rows

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height of a crop's pixels."""
        width, height = self.view_size
        return max(width // self.columns - GAP, 1), max(height // self.rows - CAPTION - GAP, 1)

    def rect(self, place: int) -> Rect:
        """Return where a crop's pixels are."""
        row, column = divmod(place, self.columns)
        width, height = self.view_size
        return column * (width // self.columns) + GAP // 2, row * (height // self.rows) + CAPTION, *self.tile

    def at(self, point: Point) -> int | None:
        """Return the place that a view point is in, its caption and half of the gaps included."""
        width, height = self.view_size
        column, row = int(point[0] // (width // self.columns)), int(point[1] // (height // self.rows))
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return row * self.columns + column if inside else None


def layout(view_size: tuple[int, int], cell: tuple[int, int], most: int) -> Layout:
    """Return the sheet for a view: as many crops as it has room for, at most so many, nearly square ones."""
    width, height = max(view_size[0], 1), max(view_size[1], 1)
    columns = max(width // (NARROWEST[0] * cell[0]), 1)
    rows = max(height // max(NARROWEST[1] * cell[1], 1), 1)
    fits = [(c, min(rows, most // c)) for c in range(1, min(columns, most) + 1)]

    def squareness(grid: tuple[int, int]) -> float:
        wide, high = Layout((width, height), *grid).tile
        return min(wide, high) / max(wide, high)

    largest = max(c * r for c, r in fits)
    # a few crops less are worth it where the others are seen better
    good = [grid for grid in fits if grid[0] * grid[1] >= 0.75 * largest]
    return Layout((width, height), *max(good, key=lambda grid: (round(squareness(grid), 1), grid[0] * grid[1])))


def tile_of(frame: Rgb, shape: Shape, size: tuple[int, int]) -> Tile:
    """Return the crop of a shape with some of what is round it, in so many pixels (width, height)."""
    box = shape_box(shape) or (0.0, 0.0, 1.0, 1.0)
    wide, high = box[2] - box[0], box[3] - box[1]
    round_it = 2 * max(MARGIN * max(wide, high), LEAST)
    scale = min(size[0] / (wide + round_it), size[1] / (high + round_it), LARGEST)
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    origin = middle[0] - size[0] / 2 / scale, middle[1] - size[1] / 2 / scale
    viewport = Viewport((frame.shape[1], frame.shape[0]), size, scale, origin)
    return Tile(paint_base(Scene(Picture(frame, None), viewport)), viewport, shape)


def blank(size: tuple[int, int], problem: str) -> Tile:
    """Return a crop of which there is nothing to be seen, and why."""
    return Tile(np.full((size[1], size[0], 3), EMPTY, np.uint8), Viewport(size, size), problem=problem)


def composed(sheet: Layout, tiles: tuple[Tile | None, ...]) -> Rgb:
    """Return the sheet's picture; a crop that is None is not there yet."""
    width, height = sheet.view_size
    out = np.empty((height, width, 3), np.uint8)
    out[:] = BACKDROP
    for place, tile in enumerate(tiles):
        x, y, wide, high = sheet.rect(place)
        part = out[y : y + high, x : x + wide]
        part[:] = EMPTY if tile is None else tile.pixels[: part.shape[0], : part.shape[1]]
    return out


def on_sheet(tile: Tile, rect: Rect) -> list[Shape]:
    """Return what a crop's shape looks like on the sheet, in its points; a mask as its outlines."""
    shape = tile.shape
    if shape is None:
        return []
    (ox, oy), scale = tile.viewport.origin, tile.viewport.scale

    def to(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((rect[0] + (x - ox) * scale, rect[1] + (y - oy) * scale) for x, y in points)

    if shape.type == "mask":
        rings = [ring for ring in shape_rings(shape) if len(ring) > 2]
        return [replace(shape, type="polygon", points=to(ring), mask=None) for ring in rings]
    return [replace(shape, points=to(shape.points))]
