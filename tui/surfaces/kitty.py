"""Kitty's graphics protocol where frames can be edited: a shown picture changes by what is different, in place.

Images with fixed numbers: the base picture, over it a draft at a lower resolution (while a link is too slow for the
base), a transparent overlay, and the two lines of the crosshair. Base and overlay are created blank and only edited
from then on, so the terminal's memory stays as it is. `kitty_plain.py` serves terminals without frame edits.

They are placed below the background of text, on cells without any: so dialogs and messages, which have one, cover them
as they cover text, and nothing need be taken away or kept out of their way. tmux knows only text: there Unicode
placeholders show the base, and everything else floats over all text at places relative to that.
Read it beside https://sw.kovidgoyal.net/kitty/graphics-protocol/.
"""

from __future__ import annotations

import numpy as np
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from engine.viewport import Rect
from tui.surfaces import placeholders
from tui.surfaces.base import MANY, SEE_THROUGH, Area, Capabilities, Quality, Rgb, Rgba, Surface
from tui.surfaces.draft import Draft
from tui.surfaces.kitty_images import FAILURES, Images
from tui.surfaces.png import png, png_blank, png_draft, png_overlay

BASE, OVERLAY, DRAFT, UPRIGHT, LEVEL = range(5)
"""The images, counted from the surface's first number."""
LAYERS = (DRAFT, OVERLAY, UPRIGHT, LEVEL)
BASE_Z, DRAFT_Z, OVERLAY_Z, CURSOR_Z = range(4)
BELOW_TEXT = -(1 << 30) - 10
"""Added to these: from half the least number down, images lie below the background of cells that have one."""
GAP = 9
"""Pixels left free at the crosshair's middle, so that the pixel under it can be seen."""


class KittySurface(Surface):
    """Shows the picture below the text, in tmux by Unicode placeholders and everything over it relative to them."""

    quick_cursor = True
    tiled = True

    def __init__(self, capabilities: Capabilities) -> None:
        self.floats = self.binds_cells = self._relative = capabilities.tmux
        self.most_cells = placeholders.LIMIT if self._relative else MANY
        self._images = Images(capabilities)
        self._area = Area(0, 0, 0, 0, capabilities.cell)
        self._strips: list[Strip] = []
        self._alive = False
        self._draft: Draft | None = None
        self._draft_size = (0, 0)
        self._point: tuple[float, float] | None = None
        self._suspended = False
        self._renewed = False

    def resize(self, area: Area) -> bytes:
        out = self.close()
        self._area, self._alive, self._renewed = area, True, True
        self._strips = _cells(area, self._images.id(BASE) if self._relative else None)
        return out + self._start()

    def line(self, row: int) -> Strip:
        strips = self._strips
        return strips[row] if row < len(strips) else Strip.blank(self._area.columns)

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        if (pixels.shape[1], pixels.shape[0]) != self._area.size:
            return self._show_draft(pixels, quality)
        return self._images.edit(BASE, png(pixels), (0, 0)) + self._drop_draft()

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        return self._images.edit(BASE, png(pixels), rect[:2]) + self._uncover(rect)

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        x, y, width, height = drawn = _drawn(pixels)
        if width * height > 0.7 * rect[2] * rect[3]:
            return self._images.edit(OVERLAY, png_overlay(pixels), rect[:2])
        blank = self._images.edit(OVERLAY, png_blank(*rect[2:]), rect[:2])
        if not any(drawn):
            return blank
        part = png_overlay(pixels[y : y + height, x : x + width])
        return blank + self._images.edit(OVERLAY, part, (rect[0] + x, rect[1] + y))

    def cursor(self, point: tuple[float, float] | None) -> bytes:
        shown, self._point = self._point, point
        if not self._alive:
            return b""  # there is no picture yet: it comes with the crosshair
        if point is not None:
            return self._crosshair(point)
        return self._images.hide(UPRIGHT) + self._images.hide(LEVEL) if shown is not None else b""

    def damaged(self, rows: range) -> bytes:
        if not self._suspended:
            return b""
        self._suspended = False
        if not self._alive:
            return b""
        draft = self._place_draft() if self._draft is not None else b""
        cursor = self._crosshair(self._point) if self._point is not None else b""
        return draft + self._place(OVERLAY, (0, 0), OVERLAY_Z) + cursor

    def suspend(self) -> bytes:
        self._suspended = self._relative
        return b"".join(self._images.hide(layer) for layer in LAYERS) if self._suspended and self._alive else b""

    def check(self) -> bytes:
        """Return what changes nothing, and is answered by a terminal that does not know the picture any more."""
        return self._place_base() if self._alive else b""

    def changed(self) -> list[Rect]:
        changed, self._renewed = self._renewed, False
        return [(0, 0, self._area.columns, self._area.rows)] if changed else []

    def close(self) -> bytes:
        if not self._alive:
            return b""
        self._alive, self._draft, self._draft_size = False, None, (0, 0)
        return b"".join(self._images.free(image) for image in (*LAYERS, BASE))

    def _start(self) -> bytes:
        """Create all images: base and overlay blank, the crosshair twice as long as the area, its gap in the middle."""
        width, height = self._area.size
        upright, level = crosshair_pixels(width, height)
        return b"".join(
            (
                self._images.transmit(BASE, png_blank(width, height, opaque=True)),
                self._place_base(),
                self._images.transmit(OVERLAY, png_blank(width, height)),
                self._place(OVERLAY, (0, 0), OVERLAY_Z),
                self._images.transmit(UPRIGHT, png(upright)),
                self._images.transmit(LEVEL, png(level)),
                self._crosshair(self._point) if self._point is not None else b"",
            )
        )

    def _show_draft(self, pixels: Rgb, quality: Quality) -> bytes:
        file, shown = png_draft(pixels, quality), self._draft is not None
        self._draft = Draft(pixels, self._area.size)
        if self._draft.size == self._draft_size:
            return self._images.edit(DRAFT, file, (0, 0)) + (b"" if shown else self._place_draft())
        self._draft_size = self._draft.size
        return self._images.transmit(DRAFT, file) + self._place_draft()

    def _drop_draft(self) -> bytes:
        shown, self._draft = self._draft is not None, None
        return self._images.hide(DRAFT) if shown else b""

    def _uncover(self, rect: Rect) -> bytes:
        """Cut a hole into the draft where the base is now right; take the draft away when it is needed no more."""
        if self._draft is None:
            return b""
        (x, y, _, _), part = self._draft.uncover(rect)
        return self._images.edit(DRAFT, png(part), (x, y)) if self._draft.is_needed else self._drop_draft()

    def _crosshair(self, point: tuple[float, float]) -> bytes:
        width, height = self._area.size
        x, y = min(max(int(point[0]), 0), width - 1), min(max(int(point[1]), 0), height - 1)
        left, top = max(x - 1, 0), max(y - 1, 0)
        right, bottom = min(x + 2, width), min(y + 2, height)
        upright = f"x={left - x + 1},y={height - y},w={right - left},h={height}"
        level = f"x={width - x},y={top - y + 1},w={width},h={bottom - top}"
        return self._place(UPRIGHT, (left, 0), CURSOR_Z, upright) + self._place(LEVEL, (0, top), CURSOR_Z, level)

    def _place_base(self) -> bytes:
        columns, rows = self._area.columns, self._area.rows
        if self._relative:
            return self._images.spread(BASE, columns, rows)
        return self._place(BASE, (0, 0), BASE_Z, f"c={columns},r={rows}")

    def _place_draft(self) -> bytes:
        return self._place(DRAFT, (0, 0), DRAFT_Z, f"c={self._area.columns},r={self._area.rows}")

    def _place(self, image: int, at: tuple[int, int], z: int, keys: str = "") -> bytes:
        """Put an image, or move it, to a pixel of the area."""
        if self._suspended:
            return b""
        (column, x), (row, y) = divmod(at[0], self._area.cell[0]), divmod(at[1], self._area.cell[1])
        numbers = {"H": column, "V": row} if self._relative else {}
        where = "".join(f",{key}={value}" for key, value in (numbers | {"X": x, "Y": y}).items() if value)
        where += f",{keys}" if keys else ""
        image = self._images.id(image)
        if self._relative:
            return self._images.send(f"a=p,i={image},p=1,P={self._images.id(BASE)},Q=1{where},z={z},q={FAILURES}")
        move = b"\x1b7\x1b[%d;%dH" % (self._area.row + row + 1, self._area.column + column + 1)
        return move + self._images.send(f"a=p,i={image},p=1{where},z={BELOW_TEXT + z},C=1,q={FAILURES}") + b"\x1b8"


def _cells(area: Area, image: int | None) -> list[Strip]:
    """Return the text of the area: placeholders of an image, without one nothing, through which it is seen."""
    if image is None:
        nothing = Style.from_color(None, Color.from_rgb(*SEE_THROUGH))
        return [Strip.blank(area.columns, nothing)] * area.rows
    return [placeholders.strip(row, area.columns, image) for row in range(area.rows)]


def _drawn(pixels: Rgba) -> Rect:
    """Return the rectangle outside which nothing is drawn, a pixel wider; all zeros if there is nothing at all."""
    import cv2

    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(pixels[..., 3]))
    if not width:
        return 0, 0, 0, 0
    left, top = max(x - 1, 0), max(y - 1, 0)
    right, bottom = min(x + width + 1, pixels.shape[1]), min(y + height + 1, pixels.shape[0])
    return left, top, right - left, bottom - top


def crosshair_pixels(width: int, height: int) -> tuple[Rgba, Rgba]:
    """Return the upright and the level line, 3 pixels wide: white between black, each with its gap in the middle."""
    upright = np.zeros((2 * height, 3, 4), np.uint8)
    upright[..., 3] = (150, 255, 150)
    upright[:, 1, :3] = 255
    level = np.zeros((3, 2 * width, 4), np.uint8)
    level[..., 3] = upright[0, :, 3, None]
    level[1, :, :3] = 255
    upright[height - GAP // 2 : height + GAP // 2 + 1] = 0
    level[:, width - GAP // 2 : width + GAP // 2 + 1] = 0
    return upright, level
