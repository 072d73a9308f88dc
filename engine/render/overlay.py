"""The overlay: everything that is drawn on the frame, in its order, for one rectangle of the view.

Apart from the parts it calls because here stands what a canvas uses: a Renderer, which keeps outlines, fonts and a
pyramid of large frames between drawings. One Renderer may be used by one worker thread and the event loop at once.
"""

from __future__ import annotations

from engine.render.base import HALVED, Pyramid, Rgb, paint_base, same_base
from engine.render.cache import Outlines
from engine.render.dirty import dirty_rects
from engine.render.layer import Layer, Rgba
from engine.render.marks import paint_marks
from engine.render.origins import paint_origins
from engine.render.shapes import paint_shapes
from engine.render.strip import paint_strip, patches
from engine.render.text import Texts
from engine.render.trail import paint_trail
from engine.scene import Scene
from engine.viewport import Rect


class Renderer:
    """Draws scenes and remembers what the next one will need again."""

    def __init__(self, *, pyramid_bytes: int = HALVED) -> None:
        self._outlines, self._texts, self._pyramid = Outlines(), Texts(), Pyramid(pyramid_bytes)

    def paint_base(self, scene: Scene, divisor: int = 1) -> Rgb:
        """Return the visible part of the frame, (ceil(h / divisor), ceil(w / divisor), 3) RGB."""
        return paint_base(scene, divisor, pyramid=self._pyramid)

    def paint_overlay(self, scene: Scene, rect: Rect) -> Rgba:
        """Return the overlay in a view rectangle, (h, w, 4) RGB and straight alpha."""
        layer = Layer(rect)
        if scene.trail is not None and not scene.style.hidden:
            paint_trail(layer, scene, scene.trail)
        paint_shapes(layer, scene, self._outlines, self._texts)
        paint_origins(layer, scene, self._outlines)
        paint_marks(layer, scene, self._texts)
        if scene.strip is not None:
            paint_strip(layer, scene.strip, self._texts)
        pixels = layer.straight()
        for x, y, width, height in scene.covered:
            left, top = max(x - rect[0], 0), max(y - rect[1], 0)
            pixels[top : max(y + height - rect[1], top), left : max(x + width - rect[0], left)] = 0
        return pixels

    def dirty(self, old: Scene | None, new: Scene) -> list[Rect]:
        """Return the view rectangles in which the overlays may differ; none if they are equal."""
        return dirty_rects(old, new, self._outlines, self._texts)

    def same_base(self, old: Scene, new: Scene) -> bool:
        """Say whether two scenes have the same base, but for what `patches` returns."""
        return same_base(old, new)

    def patches(self, old: Scene, new: Scene) -> list[tuple[Rect, Rgb]]:
        """Return the parts of the same base, (h, w, 3) RGB, that are small pictures and different now."""
        return patches(old.strip, new.strip) if old.strip is not new.strip else []


def paint_overlay(scene: Scene, rect: Rect) -> Rgba:
    """Return the overlay in a view rectangle, drawn once with nothing kept."""
    return Renderer().paint_overlay(scene, rect)


def dirty(old: Scene | None, new: Scene) -> list[Rect]:
    """Return the view rectangles in which two overlays may differ, compared once with nothing kept."""
    return Renderer().dirty(old, new)
