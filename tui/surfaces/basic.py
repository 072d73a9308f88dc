"""Pictures by textual-image's half blocks (`--graphics basic`): slow and coarse, but nothing of ours is in the way.

For finding out whether a fault lies with a terminal or with our own surfaces. Only half blocks are used: its other ways
write past Textual and free nothing in the terminal.
"""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from textual.strip import Strip

from engine.viewport import Rect
from tui.surfaces.base import Area, Quality, Rgb, Rgba, Surface
from tui.surfaces.composed import Composed, Point


class BasicSurface(Surface):
    """Composes the picture and has textual-image make the canvas's lines of it, all of them for every change."""

    def __init__(self) -> None:
        self.picture = Composed()
        self._strips: list[Strip] = []
        self._stale = True

    def resize(self, area: Area) -> bytes:
        """Take a new area."""
        self.picture.resize(area)
        return self._touched()

    def line(self, row: int) -> Strip:
        """Return one line, as it was when `changed` was asked last."""
        strips = self._strips
        return strips[row] if row < len(strips) else Strip.blank(self.picture.area.columns)

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture."""
        self.picture.set_base(pixels)
        return self._touched()

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        """Show other base pixels in a rectangle."""
        self.picture.set_patch(pixels, rect)
        return self._touched()

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        """Show other overlay pixels in a rectangle."""
        self.picture.set_overlay(pixels, rect)
        return self._touched()

    def cursor(self, point: Point | None) -> bytes:
        """Move the crosshair."""
        self.picture.point = point
        return self._touched()

    def damaged(self, rows: range) -> bytes:
        """Nothing to do: the lines are Textual's own."""
        return b""

    def changed(self) -> list[Rect]:
        """Make all lines anew if anything has changed, and return the whole area."""
        if not self._stale:
            return []
        self._strips, self._stale = self._made(), False
        area = self.picture.area
        return [(0, 0, area.columns, area.rows)]

    def suspend(self) -> bytes:
        """Nothing floats."""
        return b""

    def close(self) -> bytes:
        """Nothing is kept in the terminal."""
        return b""

    def _touched(self) -> bytes:
        self._stale = True
        return b""

    def _made(self) -> list[Strip]:
        from PIL import Image

        area = self.picture.area
        pixels = self.picture.compose((0, 0, *area.size))
        drawn = _half_blocks()(Image.fromarray(pixels), width=area.columns, height=area.rows)
        console = Console(width=area.columns, height=area.rows, color_system="truecolor", force_terminal=True)
        return [Strip(line) for line in console.render_lines(drawn, pad=True)]


def _half_blocks() -> Any:
    """Return textual-image's class; it asks the terminal when it is imported, so it is shown none to ask."""
    output, sys.__stdout__ = sys.__stdout__, None  # type: ignore[misc]
    try:
        from textual_image.renderable.halfcell import Image
    finally:
        sys.__stdout__ = output  # type: ignore[misc]
    return Image
