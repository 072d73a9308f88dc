"""What the canvas shows, what it should show, and the next thing to send to get there.

Knows nothing of protocols or threads: it compares scenes, cuts a large picture into tiles and decides the order.
Overlay patches come before anything large; a new base comes as a draft first where the link is slow, then tile by
tile, those nearest the cursor first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from engine.scene import Scene
from engine.viewport import Rect
from tui.surfaces.base import Quality, Rgb, Rgba, Surface
from tui.surfaces.words import wordless


class Painter(Protocol):
    """What `engine.render` offers."""

    def paint_base(self, scene: Scene, divisor: int) -> Rgb: ...
    def paint_overlay(self, scene: Scene, rect: Rect) -> Rgba: ...
    def dirty(self, old: Scene | None, new: Scene) -> Iterable[Rect]: ...
    def same_base(self, old: Scene, new: Scene) -> bool: ...
    def patches(self, old: Scene, new: Scene) -> Iterable[tuple[Rect, Rgb]]: ...


@dataclass
class Shown:
    """What the terminal has been sent."""

    base: Scene | None = None
    overlay: Scene | None = None
    full: Rgb | None = None
    """The lossless picture while tiles of it are still to be sent."""


class Presenter:
    """Brings a surface from what it shows to a scene, one write at a time."""

    def __init__(self, surface: Surface, painter: Painter) -> None:
        self._surface, self._painter = surface, painter
        self._shown = Shown()
        self._tiles: list[Rect] = []
        self._draft = False

    @property
    def is_complete(self) -> bool:
        """Whether the base that is shown is shown without loss."""
        return not self._draft and not self._tiles

    def forget(self) -> None:
        """Take nothing as shown: the terminal lost it, or the area has another size."""
        self._shown, self._tiles, self._draft = Shown(), [], False

    def needs_base(self, scene: Scene) -> bool:
        """Whether the scene's base is another than the one shown."""
        return self._shown.base is None or not self._painter.same_base(self._shown.base, scene)

    def show_overlay(self, scene: Scene) -> list[bytes]:
        """Return what brings the overlay to the scene, and what of the base is a small picture of its own."""
        return [*self._overlay(scene), *self._patches(scene)]

    def _patches(self, scene: Scene) -> list[bytes]:
        if self._shown.base is None:
            return []
        found = list(self._painter.patches(self._shown.base, scene))
        self._shown.base = scene
        for (x, y, w, h), pixels in found:
            if self._shown.full is not None:
                self._shown.full[y : y + h, x : x + w] = pixels
        return [self._surface.patch(pixels, rect) for rect, pixels in found]

    def _overlay(self, scene: Scene) -> list[bytes]:
        old, self._shown.overlay = self._shown.overlay, scene
        rects = [clipped for rect in self._painter.dirty(old, scene) if (clipped := _clip(rect, scene))]
        if self._surface.writes_texts:
            self._surface.say(scene)
            scene = wordless(scene)
        return [self._surface.overlay(self._painter.paint_overlay(scene, rect), rect) for rect in rects]

    def show_base(self, scene: Scene, divisor: int = 1, quality: Quality = "full") -> list[bytes]:
        """Return what shows the scene's base, with sides so much smaller, and its overlay with it."""
        overlay = self._overlay(scene)
        base = self._surface.base(self._painter.paint_base(scene, divisor), quality)
        self._shown.base, self._shown.full, self._tiles, self._draft = scene, None, [], divisor > 1
        return [*overlay, base]

    def show_more(self, cursor: tuple[float, float] | None, pixels: int) -> list[bytes]:
        """Return what brings the draft nearer to the lossless picture: about so many pixels, near the cursor first."""
        scene = self._shown.base
        if scene is None:
            return []
        width, height = scene.viewport.view_size
        if not self._surface.tiled or pixels >= width * height:
            return self.show_base(scene if self._shown.overlay is None else self._shown.overlay)
        if self._shown.full is None:
            self._shown.full = self._painter.paint_base(scene, 1)
            self._tiles = tiles((width, height), pixels)
        x, y, w, h = rect = self._nearest(cursor or (width / 2, height / 2))
        out = self._surface.patch(self._shown.full[y : y + h, x : x + w], rect)
        if not self._tiles:
            self._shown.full, self._draft = None, False
        return [out]

    def _nearest(self, point: tuple[float, float]) -> Rect:
        def distance(rect: Rect) -> float:
            return (rect[0] + rect[2] / 2 - point[0]) ** 2 + (rect[1] + rect[3] / 2 - point[1]) ** 2

        best = min(self._tiles, key=distance)
        self._tiles.remove(best)
        return best


def tiles(size: tuple[int, int], pixels: int) -> list[Rect]:
    """Return squares of about so many pixels, sides multiples of 40, that cover a picture of that size."""
    width, height = size
    side = max(int(pixels**0.5) // 40 * 40, 80)
    corners = [(x, y) for y in range(0, height, side) for x in range(0, width, side)]
    return [(x, y, min(side, width - x), min(side, height - y)) for x, y in corners]


def _clip(rect: Rect, scene: Scene) -> Rect | None:
    width, height = scene.viewport.view_size
    x1, y1 = max(rect[0], 0), max(rect[1], 0)
    x2, y2 = min(rect[0] + rect[2], width), min(rect[1] + rect[3], height)
    return (x1, y1, x2 - x1, y2 - y1) if x2 > x1 and y2 > y1 else None
