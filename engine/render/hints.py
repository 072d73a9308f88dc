"""The letters of object hints: plates over everything else, amber where one letter more is enough.

Plates are those of the jump's grid: all alike, in few colours, so that they cost little on the wire.
"""

from __future__ import annotations

from engine.render.grid import AMBER
from engine.render.layer import Layer, Rgba
from engine.render.names import name_plate
from engine.render.shapes import WHITE
from engine.scene import HintView, Scene
from engine.viewport import Rect


def hint_rect(scene: Scene, hint: HintView) -> Rect:
    """Return where a hint's plate lies, in view pixels."""
    x, y = scene.viewport.to_view(hint.place)
    height, width = _plate(hint).shape[:2]
    return round(x), round(y), width, height


def paint_hints(layer: Layer, scene: Scene) -> None:
    """Draw every hint; those before over those after them."""
    for hint in reversed(scene.hints):
        x, y, _, _ = hint_rect(scene, hint)
        layer.put(_plate(hint), (x, y))


def _plate(hint: HintView) -> Rgba:
    rest = hint.text[hint.typed :] or hint.text
    return name_plate(rest, hint.text_size, AMBER if len(rest) == 1 else WHITE)
