"""The jump's grid: names of places over the picture, or in a lens that shows the chosen cell magnified.

Apart from the other marks because of the wire: it comes and goes as a whole, so what it is made of compresses well.
No shade and no lines over the view, plates that are all alike, and few colours in the lens.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine.render.base import paint_base
from engine.render.layer import Layer, Rgba
from engine.render.names import PLATE, name_plate
from engine.render.shapes import WHITE, view_box
from engine.scene import Color, GridView, Scene
from engine.viewport import Rect, Viewport

AMBER: Color = (255, 200, 60)
ARM = 4
"""View pixels from the middle of the mark at cells' corners to its ends."""
SAMPLES = (6, 4)
"""Pixels of the lens's picture across and down a place, which is no larger than 4 pixels of the view itself."""
COLORS = 11
"""Of the lens's picture: with the plates' they make a palette."""


def shown_box(scene: Scene, grid: GridView) -> tuple[float, float, float, float]:
    """Return where a grid stands, in view pixels."""
    if grid.lens is None:
        return view_box(scene.viewport, grid.box)
    x, y, width, height = grid.lens
    return x, y, x + width, y + height


def paint_grid(layer: Layer, scene: Scene, grid: GridView) -> None:
    """Draw the grid, the lens first where there is one."""
    edges = _edges(scene, grid)
    if grid.lens is not None:
        _lens(layer, scene, grid, grid.lens)
    elif not grid.typed and grid.texts:
        _corners(layer, edges)
    for number, text in enumerate(grid.texts):
        if text.startswith(grid.typed):
            row, column = divmod(number, grid.columns)
            color = AMBER if grid.typed else WHITE
            plate = name_plate(text[len(grid.typed) :] or text, grid.text_size, color)
            high, wide = plate.shape[:2]
            x, y = ((pair[at] + pair[at + 1]) // 2 for pair, at in zip(edges, (column, row), strict=True))
            layer.put(plate, (x - wide // 2, y - high // 2))


def _edges(scene: Scene, grid: GridView) -> tuple[list[int], list[int]]:
    """Return the whole view pixels at which columns and rows begin, and the last ones end."""
    x1, y1, x2, y2 = shown_box(scene, grid)
    across = [round(x1 + (x2 - x1) * at / grid.columns) for at in range(grid.columns + 1)]
    return across, [round(y1 + (y2 - y1) * at / grid.rows) for at in range(grid.rows + 1)]


def _corners(layer: Layer, edges: tuple[list[int], list[int]]) -> None:
    """Mark where cells meet."""
    bars = [np.full(shape, (*PLATE, 255), np.uint8) for shape in ((3, 2 * ARM + 1, 4), (2 * ARM + 1, 3, 4))]
    bars += [np.full(shape, (*WHITE, 255), np.uint8) for shape in ((1, 2 * ARM - 1, 4), (2 * ARM - 1, 1, 4))]
    for y in edges[1][1:-1]:
        for x in edges[0][1:-1]:
            for bar in bars:
                layer.put(bar, (x - bar.shape[1] // 2, y - bar.shape[0] // 2))


def _lens(layer: Layer, scene: Scene, grid: GridView, lens: Rect) -> None:
    x, y, width, height = lens
    left, top, across, down = layer.rect
    if x - 2 >= left + across or y - 2 >= top + down or x + width + 2 <= left or y + height + 2 <= top:
        return
    frame = np.full((height + 4, width + 4, 4), 255, np.uint8)
    frame[0] = frame[-1] = frame[:, 0] = frame[:, -1] = (*PLATE, 255)
    frame[2:-2, 2:-2] = magnified(scene, grid, (width, height))
    layer.put(frame, (x - 2, y - 2))


def magnified(scene: Scene, grid: GridView, size: tuple[int, int]) -> Rgba:
    """Return the box's part of the frame at a size in pixels, in few colours and samples: (h, w, 4), opaque."""
    import cv2
    from PIL import Image

    x1, y1, x2, y2 = grid.box
    scale = max(grid.columns * SAMPLES[0] / (x2 - x1), grid.rows * SAMPLES[1] / (y2 - y1))
    samples = max(math.ceil((x2 - x1) * scale), 1), max(math.ceil((y2 - y1) * scale), 1)
    part = replace(scene, viewport=Viewport(scene.viewport.frame_size, samples, scale, (x1, y1)))
    few = Image.fromarray(paint_base(part)).quantize(COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    large = cv2.resize(np.asarray(few.convert("RGB")), size, interpolation=cv2.INTER_NEAREST)
    return np.dstack((large, np.full(large.shape[:2], 255, np.uint8)))
