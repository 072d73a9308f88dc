"""PNG files fast enough for every frame: written by hand, because the libraries spend ten times as long on filters.

The UP filter (every row minus the row above) is one numpy subtraction, and isal deflates at level 1; measured 9 ms for
1600 x 900 where Pillow takes 114. Apart from the Kitty surface, as only the file format (ISO/IEC 15948) matters here.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from tui.surfaces.base import Rgb, Rgba

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, RGBA = 0, 2, 3, 6
UP = 2
SMALL = 200_000
"""Bytes of raw pixels below which zlib's better compression costs less time than it saves on the wire."""


def png(pixels: Rgb | Rgba) -> bytes:
    """Return a lossless PNG of (h, w, 3) RGB or (h, w, 4) RGBA pixels."""
    kind = RGB if pixels.shape[2] == 3 else RGBA
    return _file(pixels.shape[1], pixels.shape[0], 8, kind, _deflate(_filtered(pixels)))


def png_palette(pixels: Rgb, colors: int = 256) -> bytes:
    """Return a PNG of at most so many colours (an octree's): a fifth of the bytes, for drafts."""
    from PIL import Image  # 30 ms of import that the first text on the screen need not wait for

    image = Image.fromarray(pixels).quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    indices = np.asarray(image)
    palette = _chunk(b"PLTE", bytes(image.getpalette() or ())[: 3 * colors])
    return _file(indices.shape[1], indices.shape[0], 8, PALETTE, _deflate(_unfiltered(indices)), palette)


def png_blank(width: int, height: int) -> bytes:
    """Return a fully transparent PNG: one bit a pixel, so a few hundred bytes whatever the size."""
    rows = bytes((1 + (width + 7) // 8) * height)
    colors = _chunk(b"PLTE", bytes(6)) + _chunk(b"tRNS", bytes(2))
    return _file(width, height, 1, PALETTE, zlib.compress(rows, 9), colors)


def _filtered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the rows with PNG's UP filter applied, each after its filter byte."""
    flat = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    rows = np.empty((flat.shape[0], flat.shape[1] + 1), np.uint8)
    rows[:, 0] = UP
    rows[:1, 1:] = flat[:1]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    return rows


def _unfiltered(indices: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the rows as they are: differences of palette indices mean nothing."""
    return np.pad(indices, ((0, 0), (1, 0)))


def _deflate(rows: NDArray[np.uint8]) -> bytes:
    if rows.nbytes <= SMALL:
        return zlib.compress(rows, 6)
    return bytes(isal_zlib.compress(rows, 1))


def _file(width: int, height: int, depth: int, kind: int, data: bytes, colors: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"".join((SIGNATURE, _chunk(b"IHDR", header), colors, _chunk(b"IDAT", data), _chunk(b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), name, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))))
