"""Kitty's graphics protocol without frame edits (Konsole, older Ghostty): what changes is sent again whole.

To keep that small, the overlay is a grid of small images of which only the touched ones are sent; the crosshair moves
as in `kitty.py`.
"""

from __future__ import annotations

import numpy as np

from engine.viewport import Rect
from tui.surfaces.base import Capabilities, Quality, Rgb, Rgba
from tui.surfaces.kitty import BASE, LEVEL, OVERLAY_Z, UPRIGHT, KittySurface, crosshair_pixels
from tui.surfaces.png import coarse_edges, png, png_coarse, png_draft

TILE = 200
"""Side of an overlay image in pixels."""
FIRST_TILE = 16
"""Number of the first overlay image, after those of `kitty.py`."""
Where = tuple[int, int]


class PlainKittySurface(KittySurface):
    """Shows the picture as one image, the overlay as a grid of images that exist only where something is drawn."""

    tiled = False

    def __init__(self, capabilities: Capabilities) -> None:
        super().__init__(capabilities)
        self._picture: Rgb | None = None
        self._drawn: Rgba = np.zeros((0, 0, 4), np.uint8)
        self._tiles: set[Where] = set()

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        self._picture = pixels if quality == "full" else None
        file = png(pixels) if quality == "full" else png_draft(pixels, quality)
        out = self._images.transmit(BASE, file) + self._place_base()
        return out + self._place_layers() if self._relative else out  # they have gone with the picture before

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        if self._picture is None:
            return b""
        x, y, width, height = rect
        self._picture = self._picture.copy()
        self._picture[y : y + height, x : x + width] = pixels
        return self.base(self._picture, "full")

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        x, y, width, height = rect
        self._drawn[y : y + height, x : x + width] = coarse_edges(pixels)
        columns = range(x // TILE, (x + width - 1) // TILE + 1)
        rows = range(y // TILE, (y + height - 1) // TILE + 1)
        return b"".join(self._renew((column, row)) for row in rows for column in columns)

    def damaged(self, rows: range) -> bytes:
        if not self._suspended:
            return b""
        self._suspended = False
        return self._place_layers() if self._alive else b""

    def suspend(self) -> bytes:
        self._suspended = self._relative
        if not (self._suspended and self._alive):
            return b""
        return b"".join(self._images.hide(image) for image in (UPRIGHT, LEVEL, *map(self._tile, self._tiles)))

    def check(self) -> bytes:
        return super().check() if self._relative else b""

    def close(self) -> bytes:
        if not self._alive:
            return b""
        self._alive = False
        images = [UPRIGHT, LEVEL, *map(self._tile, self._tiles), BASE]
        self._tiles = set()
        return b"".join(self._images.free(image) for image in images)

    def _start(self) -> bytes:
        width, height = self._area.size
        self._picture, self._drawn = None, np.zeros((height, width, 4), np.uint8)
        black = self._images.transmit(BASE, png_draft(np.zeros((1, 1, 3), np.uint8)))
        upright, level = crosshair_pixels(width, height)
        lines = self._images.transmit(UPRIGHT, png(upright)) + self._images.transmit(LEVEL, png(level))
        return black + self._place_base() + lines + self._place_layers()

    def _renew(self, tile: Where) -> bytes:
        """Send one image of the overlay again, or free it if nothing is drawn in it any more."""
        x, y = tile[0] * TILE, tile[1] * TILE
        pixels = self._drawn[y : y + TILE, x : x + TILE]
        if pixels[..., 3].any():
            self._tiles.add(tile)
            return self._images.transmit(self._tile(tile), png_coarse(pixels)) + self._place_tile(tile)
        if tile not in self._tiles:
            return b""
        self._tiles.remove(tile)
        return self._images.free(self._tile(tile))

    def _tile(self, tile: Where) -> int:
        return FIRST_TILE + tile[0] + tile[1] * -(-self._area.size[0] // TILE)

    def _place_layers(self) -> bytes:
        cursor = self._crosshair(self._point) if self._point is not None else b""
        return b"".join(map(self._place_tile, sorted(self._tiles))) + cursor

    def _place_tile(self, tile: Where) -> bytes:
        return self._place(self._tile(tile), (tile[0] * TILE, tile[1] * TILE), OVERLAY_Z)
