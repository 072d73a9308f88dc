"""Pictures as iTerm2 inline images (OSC 1337): what iTerm2, WezTerm, VS Code, mintty and Konsole show.

An image is a file, here a JPEG, stretched over whole cells; images paint over each other. So a draft can be small (the
terminal enlarges it), and a change is the smallest rectangle of cells round it. The protocol's own description:
https://iterm2.com/documentation-images.html
"""

from __future__ import annotations

from base64 import b64encode

from engine.viewport import Rect
from tui.surfaces.base import Area, Quality, Rgb
from tui.surfaces.composed import WASTE, Point, merged, pixels_of
from tui.surfaces.over_cells import OverCells, placed

JPEG = {"rough": 60, "draft": 75, "full": 90}
"""JPEG quality; thin coloured lines need the upper one and colour at full resolution."""


class Iterm2Surface(OverCells):
    """Composes, sends rectangles of cells as JPEG files."""

    def __init__(self) -> None:
        super().__init__()
        self._shows = False
        """Whether the terminal shows the picture: before the first base there is nothing to patch."""

    def resize(self, area: Area) -> bytes:
        """Take a new area; what it shows is unknown until the next base."""
        self._shows = False
        return super().resize(area)

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture; a draft goes out as small as it came in, at lower JPEG quality."""
        factor = max(round(self.picture.area.size[0] / max(pixels.shape[1], 1)), 1)
        self._shows = True
        return self._send([self.picture.set_base(pixels)], quality, factor)

    def cursor(self, point: Point | None) -> bytes:
        """Move the crosshair, a short cross; its old cells and its new ones are sent again."""
        return self._send(self.picture.set_cursor(point))

    def damaged(self, rows: range) -> bytes:
        """Send some rows of cells again."""
        self._stand_in.hide()
        cell, width = self.picture.area.cell, self.picture.area.size[0]
        return self._send([(0, rows.start * cell[1], width, len(rows) * cell[1])])

    def close(self) -> bytes:
        """Return nothing: images go with the cells that show them."""
        self._shows = False
        return b""

    def _send(self, rects: list[Rect], quality: Quality = "full", factor: int = 1) -> bytes:
        if self._is_away() or not self._shows:
            return b""
        hidden = self.picture.hidden
        grid = self.picture.grid(rects) & ~hidden
        grid[self.picture.usable_rows :] = False
        images = [self._image(cells, quality, factor) for cells in merged(grid, waste=0 if hidden.any() else WASTE)]
        return placed(images)

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
