"""Small marks that say where a track's shape on this frame comes from: at the upper right inside its box.

A person's keyframe is a filled diamond, a tracker's a hollow one, a filled one half filled, and what lies between two
keyframes a line, as on the timeline. Apart from the shapes because these are drawn on all of them, and small ones have
none.
"""

from __future__ import annotations

import numpy as np

from engine.render.cache import Outlines
from engine.render.layer import Layer
from engine.render.shapes import HALO, WHITE, crowded, view_box, visible
from engine.render.trail import diamond
from engine.scene import Scene, ShapeView
from engine.viewport import Rect

INSIDE = 10.0
"""View pixels from the box's right and upper side to the middle of the mark."""
HALF = 5.0
RIM = 1.5
SMALLEST = 28
"""View pixels that a box must measure both ways to bear a mark."""


def mark_rect(scene: Scene, view: ShapeView, outlines: Outlines) -> Rect | None:
    """Return where a shape's mark is on the view, None if it has none."""
    if not view.origin or scene.style.hidden or crowded(scene, outlines):
        return None
    x1, y1, x2, y2 = view_box(scene.viewport, outlines.entry(view.shape).box)
    if not (x2 - x1 >= SMALLEST and y2 - y1 >= SMALLEST and abs(x2) < 1e6 and abs(y1) < 1e6):
        return None
    reach = HALF + RIM + 1
    return round(x2 - INSIDE - reach), round(y1 + INSIDE - reach), round(2 * reach) + 1, round(2 * reach) + 1


def paint_origins(layer: Layer, scene: Scene, outlines: Outlines) -> None:
    """Draw the marks of the shapes that touch the layer."""
    if scene.style.hidden or not outlines.tracked(scene.shapes):
        return
    for index in visible(scene, layer.rect, outlines):
        view = scene.shapes[index]
        if mark_rect(scene, view, outlines) is not None:
            _, y1, x2, _ = view_box(scene.viewport, outlines.entry(view.shape).box)
            _paint(layer, view, (x2 - INSIDE, y1 + INSIDE))


def _paint(layer: Layer, view: ShapeView, place: tuple[float, float]) -> None:
    point = np.array(place)
    if view.origin == "between":
        line = point + np.array([(-HALF, 0.0), (HALF, 0.0)])
        layer.lines([line], HALO, 5)
        layer.lines([line], WHITE, 2)
        return
    layer.solid(diamond(point, HALF + RIM), HALO)
    layer.solid(diamond(point, HALF), WHITE)
    hole = diamond(point, HALF - 2.0)
    if view.origin == "machine":
        layer.solid(hole, HALO)
    elif view.origin == "filled":
        layer.solid(hole[:3], HALO)
