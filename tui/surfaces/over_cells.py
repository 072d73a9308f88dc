"""A surface that paints a composed picture over blank cells: what Sixel and iTerm2's images have in common.

They differ in how they encode rectangles and in what they know of the screen. Symbols stand in while a dialog is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.surfaces.base import Area, Rgb, Rgba, Surface
from tui.surfaces.composed import Composed
from tui.surfaces.stand_in import StandIn

if TYPE_CHECKING:
    from textual.strip import Strip

    from engine.viewport import Rect


class OverCells(Surface):
    """Composes; a subclass says what it sends for rectangles of view pixels."""

    paints_cells = True

    def __init__(self) -> None:
        self.picture, self._stand_in = Composed(), StandIn()

    def resize(self, area: Area) -> bytes:
        """Take a new area; what it shows is unknown until the next base."""
        self.picture.resize(area)
        self._is_away()
        return b""

    def line(self, row: int) -> Strip:
        """Return blanks, over which the picture is painted, or what stands in for it."""
        return self._stand_in.line(row, self.picture.area.columns)

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        """Show other base pixels in a rectangle."""
        return self._send([self.picture.set_patch(pixels, rect)])

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        """Show other overlay pixels in a rectangle."""
        return self._send([self.picture.set_overlay(pixels, rect)])

    def cover(self, cells: list[Rect]) -> None:
        """Leave cells alone that messages lie over, until told otherwise; they are damaged when those go."""
        self.picture.hide(cells)

    def suspend(self) -> bytes:
        """Let symbols stand in: a dialog's text replaces the picture's cells."""
        self._stand_in.show(self.picture)
        return b""

    def changed(self) -> list[Rect]:
        """Return the cells in which symbols have come to stand in for the picture."""
        return self._stand_in.changed()

    def _is_away(self) -> bool:
        """Say whether symbols stand in for the picture; then they show what it is by now."""
        if self._stand_in.is_shown:
            self._stand_in.show(self.picture)
        return self._stand_in.is_shown

    def _send(self, rects: list[Rect]) -> bytes:
        """Return what paints cells that look different within some rectangles of view pixels, unless it `_is_away`."""
        raise NotImplementedError


def placed(images: list[bytes]) -> bytes:
    """Return images, each with its place, between what keeps the text cursor where it was; nothing for none."""
    return b"\x1b7" + b"".join(images) + b"\x1b8" if images else b""
