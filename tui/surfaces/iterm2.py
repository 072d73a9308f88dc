"""Pictures as iTerm2 inline images (OSC 1337): what iTerm2, WezTerm, VS Code, mintty and Konsole show.

An image is a file, here a JPEG, stretched over whole cells; images paint over each other. So a draft can be small (the
terminal enlarges it), and a change is the smallest rectangle of cells round it. The protocol's own description:
https://iterm2.com/documentation-images.html
"""

from __future__ import annotations

from base64 import b64encode

from textual.strip import Strip

from engine.viewport import Rect
from tui.surfaces.base import Area, Quality, Rgb, Rgba, Surface
from tui.surfaces.composed import WASTE, Composed, Point, merged, pixels_of
from tui.surfaces.stand_in import StandIn

JPEG = {"rough": 60, "draft": 75, "full": 90}
"""JPEG quality; thin coloured lines need the upper one and colour at full resolution."""


class Iterm2Surface(Surface):
    """Composes, sends rectangles of cells as JPEG files."""

    paints_cells = True

    def __init__(self) -> None:
        self.picture, self._stand_in = Composed(), StandIn()
        self._shows = False
        """Whether the terminal shows the picture: before the first base there is nothing to patch."""

    def resize(self, area: Area) -> bytes:
        """Take a new area; what it shows is unknown until the next base."""
        self.picture.resize(area)
        self._shows = False
        if self._stand_in.is_shown:
            self._stand_in.show(self.picture)
        return b""

    def line(self, row: int) -> Strip:
        """Return blanks, over which the picture is painted, or what stands in for it."""
        return self._stand_in.line(row, self.picture.area.columns)

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture; a draft goes out as small as it came in, at lower JPEG quality."""
        factor = max(round(self.picture.area.size[0] / max(pixels.shape[1], 1)), 1)
        self._shows = True
        return self._send([self.picture.set_base(pixels)], quality, factor)

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        """Show other base pixels in a rectangle."""
        return self._send([self.picture.set_patch(pixels, rect)])

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        """Show other overlay pixels in a rectangle."""
        return self._send([self.picture.set_overlay(pixels, rect)])

    def cursor(self, point: Point | None) -> bytes:
        """Move the crosshair, a short cross; its old cells and its new ones are sent again."""
        return self._send(self.picture.set_cursor(point))

    def damaged(self, rows: range) -> bytes:
        """Send some rows of cells again."""
        self._stand_in.hide()
        cell, width = self.picture.area.cell, self.picture.area.size[0]
        return self._send([(0, rows.start * cell[1], width, len(rows) * cell[1])])

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

    def close(self) -> bytes:
        """Return nothing: images go with the cells that show them."""
        self._shows = False
        return b""

    def _send(self, rects: list[Rect], quality: Quality = "full", factor: int = 1) -> bytes:
        if self._stand_in.is_shown:
            self._stand_in.show(self.picture)
            return b""
        if not self._shows:
            return b""
        hidden = self.picture.hidden
        grid = self.picture.grid(rects) & ~hidden
        grid[self.picture.usable_rows :] = False
        images = [self._image(cells, quality, factor) for cells in merged(grid, waste=0 if hidden.any() else WASTE)]
        return b"\x1b7" + b"".join(images) + b"\x1b8" if images else b""

    def _image(self, cells: Rect, quality: Quality, factor: int) -> bytes:
        """Return what shows a rectangle of cells, as a picture smaller by a factor."""
        area = self.picture.area
        data = jpeg(self.picture.compose(pixels_of(cells, area.cell)), quality=JPEG[quality], factor=factor)
        column, row, columns, rows = area.column + cells[0], area.row + cells[1], cells[2], cells[3]
        return (
            b"\x1b[%d;%dH" % (row + 1, column + 1)
            + b"\x1b]1337;File=inline=1;size=%d;width=%d;height=%d;" % (len(data), columns, rows)
            + b"preserveAspectRatio=0;doNotMoveCursor=1:"
            + b64encode(data)
            + b"\x07"
        )


def jpeg(pixels: Rgb, *, quality: int, factor: int = 1) -> bytes:
    """Return an RGB picture as a JPEG file, made smaller by a whole factor."""
    import cv2  # not needed before the first picture

    if factor > 1:
        size = max(pixels.shape[1] // factor, 1), max(pixels.shape[0] // factor, 1)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if quality >= JPEG["full"]:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    assert done
    return data.tobytes()
