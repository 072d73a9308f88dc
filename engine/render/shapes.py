"""How a shape of the document looks: fill, outline with halo, vertices, and the plate with its name.

Apart from the marks (prompt, draft, preview) because these are what is saved and there may be thousands of them: what
is not in the rectangle to be drawn costs one comparison of an array.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.chains import array_of
from engine.document import Box
from engine.handles import handles
from engine.render.cache import Outlines
from engine.render.layer import Layer, dashes
from engine.render.text import LONGEST, Texts
from engine.render.thin import Chain, dense, spread, thinned
from engine.scene import Color, Scene, ShapeView
from engine.viewport import Rect, Viewport

HALO: Color = (12, 12, 14)
HALO_ALPHA = 170
WHITE: Color = (255, 255, 255)
Dash = tuple[float, float]
"""Lengths of a dash and of the gap after it, in view pixels."""
REACH = 12
"""View pixels by which a shape's drawing goes beyond its box at most: halo, handles, the hot vertex."""
CROWD = 600
"""Shapes in view from which only the selected one bears its name: as many plates cover half of a large terminal."""
GRAIN = 4.0
"""View pixels between marks of a shape that has thousands in one place."""
BOX_FILL = 0.4
"""Part of the opacity that the inside of a box gets: most of it is not the object, which has to be seen."""
SMALLEST = 14
"""View pixels that a shape must measure for its name to be drawn, unless it is selected."""


def to_view(viewport: Viewport, chain: Chain) -> Chain:
    """Return frame points as view points."""
    return np.asarray((chain - viewport.origin) * viewport.scale)


def view_box(viewport: Viewport, box: Box) -> Box:
    """Return a frame box in view pixels."""
    (ox, oy), s = viewport.origin, viewport.scale
    return (box[0] - ox) * s, (box[1] - oy) * s, (box[2] - ox) * s, (box[3] - oy) * s


def visible(scene: Scene, rect: Rect, outlines: Outlines) -> NDArray[np.intp]:
    """Return the indices of the shapes whose drawing may touch a view rectangle, plates not counted."""
    boxes = outlines.boxes(scene.shapes)
    (ox, oy), s = scene.viewport.origin, scene.viewport.scale
    x1, y1 = (rect[0] - REACH) / s + ox, (rect[1] - REACH) / s + oy
    x2, y2 = (rect[0] + rect[2] + REACH) / s + ox, (rect[1] + rect[3] + REACH) / s + oy
    near = (boxes[:, 0] <= x2) & (boxes[:, 2] >= x1) & (boxes[:, 1] <= y2) & (boxes[:, 3] >= y1)
    return np.flatnonzero(near)


def paint_shapes(layer: Layer, scene: Scene, outlines: Outlines, texts: Texts) -> None:
    """Draw the shapes that touch the layer, in their order, and over all their plates, the selected one's last."""
    if scene.style.hidden or not scene.shapes:
        return
    for index in visible(scene, layer.rect, outlines):
        _paint(layer, scene, scene.shapes[index], outlines)
    if not scene.style.texts:
        return
    if crowded(scene, outlines):
        indices = [index for index, view in enumerate(scene.shapes) if view.selected]
    else:
        # a plate lies above its box and may be far longer: look for boxes left and below of the rectangle
        x, y, width, height = layer.rect
        far = min(outlines.longest(scene.shapes), LONGEST) * scene.style.text_size + 16
        wide = (x - far, y, width + 2 * far, height + 3 * scene.style.text_size)
        indices = visible(scene, wide, outlines).tolist()
    for index in sorted(indices, key=lambda index: scene.shapes[index].selected):
        _paint_plate(layer, scene, scene.shapes[index], outlines, texts)


def plate_rect(scene: Scene, view: ShapeView, outlines: Outlines, texts: Texts) -> Rect | None:
    """Return where a shape's plate is on the view, None if it has none."""
    if not scene.style.texts or scene.style.hidden or not view.text:
        return None
    x1, y1, x2, y2 = view_box(scene.viewport, outlines.entry(view.shape).box)
    width, height = scene.viewport.usable
    if not (x1 < width and y1 < height and x2 > 0 and y2 > 0):
        return None
    if not view.selected and (max(x2 - x1, y2 - y1) < SMALLEST or crowded(scene, outlines)):
        return None
    rows, columns = _plate(view, scene, texts).shape[:2]
    x = min(max(round(x1) - 1, 0), max(width - columns, 0))
    y = round(y1) - rows - 4
    y = y if y >= 0 else min(max(round(y1) + 4, 2), max(height - rows, 0))
    return x, y, columns, rows


def crowded(scene: Scene, outlines: Outlines) -> bool:
    """Say whether so many shapes are in view that their names would hide them and each other."""
    return len(scene.shapes) > CROWD and outlines.seen(scene.shapes, scene.viewport) > CROWD


def _plate(view: ShapeView, scene: Scene, texts: Texts) -> NDArray[np.uint8]:
    ink = WHITE if view.selected else (225, 225, 228)
    return texts.plate(view.text, scene.style.text_size, ink, bar=view.color, alpha=225 if view.selected else 175)


def _paint_plate(layer: Layer, scene: Scene, view: ShapeView, outlines: Outlines, texts: Texts) -> None:
    rect = plate_rect(scene, view, outlines, texts)
    if rect is not None and _meet(rect, layer.rect):
        layer.paste(_plate(view, scene, texts), (rect[0], rect[1]))


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _paint(layer: Layer, scene: Scene, view: ShapeView, outlines: Outlines) -> None:
    shape, style = view.shape, scene.style
    whole = [to_view(scene.viewport, chain) for chain in outlines.entry(shape).chains]
    chains = thinned(whole, scene.viewport.view_size)
    color = brighter(view.color) if view.selected else view.color
    if shape.type == "points":
        for chain in chains:
            for x, y in apart(chain, layer.rect).tolist():
                dot(layer, (x, y), (5.0 if view.selected else 4.0) - is_thin(view), color)
    else:
        closed = shape.type != "polyline"
        if closed:
            opacity = style.fill * (1.6 if view.selected else 1.0) * (BOX_FILL if shape.type == "rectangle" else 1.0)
            layer.fill(chains, view.color, min(opacity, 1.0))
        width = max(style.outline + view.selected - is_thin(view), 1)
        paint_outline(layer, chains, color, width, closed=closed, dash=_dash(view, style.outline))
    if view.handles:
        _paint_handles(layer, scene.viewport, view, color)


def is_thin(view: ShapeView) -> bool:
    """Say whether no person drew a track's shape on this frame."""
    return view.origin not in ("", "human")


def _dash(view: ShapeView, width: int) -> Dash | None:
    """Return dash and gap: occluded shapes are dashed, locked ones dotted."""
    if view.locked:
        return 1.0, 3.0 * width
    return (4.0 * width, 3.0 * width) if view.shape.occluded else None


def paint_outline(
    layer: Layer,
    chains: list[Chain],
    color: Color,
    width: int,
    *,
    closed: bool,
    dash: tuple[float, float] | None = None,
) -> None:
    """Draw chains with a dark halo, so that they are seen on any background; what is all outline, as hairlines."""
    if dense(chains):
        layer.hairlines(chains, color, closed=closed)
        return
    layer.lines(chains, HALO, width + 2, closed=closed, alpha=HALO_ALPHA)
    if dash is None:
        layer.lines(chains, color, width, closed=closed)
        return
    cut = [dashes(chain, layer.rect, on=dash[0], off=dash[1], closed=closed) for chain in chains]
    layer.lines([piece for pieces in cut for piece in pieces], color, width)


def _paint_handles(layer: Layer, viewport: Viewport, view: ShapeView, color: Color) -> None:
    every = to_view(viewport, array_of(handles(view.shape)))
    for x, y in apart(every, layer.rect).tolist():
        handle(layer, (x, y), color, hot=False)
    if view.hot is not None and view.hot < len(every):
        x, y = every[view.hot].tolist()
        handle(layer, (x, y), color, hot=True)


def apart(points: Chain, rect: Rect) -> Chain:
    """Return of view points those that are seen in a rectangle, of very many only some in each place."""
    x, y, width, height = rect
    place = np.floor(points / GRAIN)  # whole places, so that two rectangles side by side choose the same points
    low, high = np.floor((np.array((x, y)) - REACH) / GRAIN), np.array((x + width, y + height)) / GRAIN + REACH / GRAIN
    near = ((place >= low) & (place <= high)).all(axis=1)
    return spread(points[near], GRAIN)


def handle(layer: Layer, point: tuple[float, float], color: Color, *, hot: bool) -> None:
    """Draw a vertex as a small square; the one that the next action would take is larger and filled with colour."""
    layer.block(point, 6.5 if hot else 3.4, HALO)
    layer.block(point, 5.2 if hot else 2.3, WHITE)
    if hot:
        layer.block(point, 3.6, color)


def dot(layer: Layer, point: tuple[float, float], radius: float, color: Color) -> None:
    """Draw a dot with a dark rim."""
    layer.disc(point, radius + 1.5, HALO, alpha=HALO_ALPHA)
    layer.disc(point, radius, color)


def brighter(color: Color) -> Color:
    """Return a colour nearer to white."""
    red, green, blue = (round(c + (255 - c) * 0.35) for c in color)
    return red, green, blue
