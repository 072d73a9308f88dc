"""PNG files fast enough for every frame: written by hand, because the libraries spend ten times as long on filters.

A filter (every row minus the row above) is one numpy subtraction, and isal deflates at a low level: 9 ms for 1600 x 900
where Pillow takes 114. Apart from the Kitty surface, as only the file format (ISO/IEC 15948) matters here.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from tui.surfaces.base import Quality, Rgb, Rgba

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, PALETTE, RGBA = 2, 3, 6
SUB, UP = 1, 2
SMALL = 200_000
"""Bytes of raw pixels below which zlib's better compression costs less time than it saves on the wire."""
FLAT = 800_000
"""The same for a drawing of few colours: 10 ms where it has hundreds of names, and half the bytes."""
COLORS = {"rough": 64, "draft": 128}
DEPTHS = (1, 2, 4, 8)
"""Bits a pixel that a palette allows."""
FEW = 16
"""Colours of a drawing that is sent as it is: half a byte a pixel, however many pixels beside one another differ."""
BITS = (4, 3)
"""Bits a channel along the edges of a drawing."""
Indexed = tuple[NDArray[np.uint8], NDArray[np.uint32]]
"""Indices into colours, and these."""
_HASHES = (2654435761, 2246822519, 3266489917)


def png(pixels: Rgb | Rgba) -> bytes:
    """Return a lossless PNG of (h, w, 3) RGB or (h, w, 4) RGBA pixels."""
    kind = RGB if pixels.shape[2] == 3 else RGBA
    return _file(pixels.shape[1], pixels.shape[0], 8, kind, _deflate(_filtered(pixels)))


def png_draft(pixels: Rgb, quality: Quality = "draft") -> bytes:
    """Return a PNG of few colours (an octree's): a fifth of the bytes."""
    from PIL import Image  # 30 ms of import that the first text on the screen need not wait for

    image = Image.fromarray(pixels).quantize(COLORS[quality], Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = np.array(image.getpalette(), np.uint8).reshape(-1, 3)
    return _indexed(np.asarray(image), palette)


def png_overlay(pixels: Rgba) -> bytes:
    """Return a PNG of a drawing with coarse edges (see there)."""
    return _few_colors(*_coarse(pixels))


def png_coarse(pixels: Rgba) -> bytes:
    """Return a lossless PNG of a drawing, or a part of one, whose edges are coarse already."""
    return _few_colors(pixels, _palette(np.ascontiguousarray(pixels).view(np.uint32)[..., 0]))


def coarse_edges(pixels: Rgba) -> Rgba:
    """Return a drawing with few bits a channel wherever a pixel differs from one beside it, else exact.

    The mixed colours along edges then fit into a palette: a fifth of the bytes, and no difference that can be seen.
    """
    return _coarse(pixels)[0]


def _coarse(pixels: Rgba) -> tuple[Rgba, Indexed | None]:
    """Return a drawing with coarse edges and its palette; of the numbers of bits the first with which there is one."""
    if (found := _exact(pixels)) is not None:
        return pixels, found
    for bits in BITS:
        coarse = with_edges_of(bits, pixels)
        if (found := _palette(coarse.view(np.uint32)[..., 0])) is not None:
            break
    return coarse, found


def _exact(pixels: Rgba) -> Indexed | None:
    """Return the palette of a drawing of very few colours; some rows tell of most others that they have more."""
    values = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
    for part in (values[::16], values):
        found = _palette(np.ascontiguousarray(part))
        if found is None or len(found[1]) > FEW:
            return None
    return found


def _few_colors(pixels: Rgba, found: Indexed | None) -> bytes:
    return png(pixels) if found is None else _indexed(found[0], found[1].view(np.uint8).reshape(-1, 4))


def with_edges_of(bits: int, pixels: Rgba) -> Rgba:
    """Return a drawing with so many bits a channel along edges."""
    import cv2

    values = np.ascontiguousarray(pixels).view(np.uint32)[..., 0].copy()
    signed, edge = values.view(np.int32), np.zeros(values.shape, np.uint8)
    for axis in (0, 1) if values.size else ():
        first, second = ((edge[1:], edge[:-1]), (edge[:, 1:], edge[:, :-1]))[axis]
        if first.size:
            beside = ((signed[1:], signed[:-1]), (signed[:, 1:], signed[:, :-1]))[axis]
            differs = np.asarray(cv2.compare(*beside, cv2.CMP_NE), np.uint8)
            first |= differs
            second |= differs
    flat, places = values.reshape(-1), np.flatnonzero(edge.view(np.bool_))
    exact = flat[places]
    flat[flat < np.uint32(1 << 24)] = 0
    high = exact & np.uint32((0xFF << 8 - bits & 0xFF) * 0x01010101)
    coarse = high | high >> np.uint32(bits)
    flat[places] = np.where(coarse >> 24 != 0, coarse, 0)
    return values[..., None].view(np.uint8)


def _palette(values: NDArray[np.uint32]) -> Indexed | None:
    """Return indices into at most 256 values and these, None if there are more.

    Values are found by runs, as a drawing is mostly flat, and by hashing, as sorting takes ten times as long.
    """
    flat = values.reshape(-1)
    starts = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1) if flat.size else np.zeros(0, np.intp)
    runs = flat[starts]
    for factor in _HASHES:
        places = (runs * np.uint32(factor)) >> np.uint32(16)
        table = np.zeros(65536, np.uint32)
        table[places] = runs
        if not np.array_equal(table[places], runs):
            continue
        used = np.flatnonzero(np.bincount(places, minlength=65536))
        if len(used) > 256:
            return None
        numbers = np.zeros(65536, np.uint8)
        numbers[used] = np.arange(len(used))
        lengths = np.diff(np.append(starts, flat.size))
        return np.repeat(numbers[places], lengths).reshape(values.shape), table[used]
    return None


def png_blank(width: int, height: int, *, opaque: bool = False) -> bytes:
    """Return a fully transparent PNG, or a black one: one bit a pixel, so a few hundred bytes whatever the size."""
    rows = bytes((1 + (width + 7) // 8) * height)
    colors = _chunk(b"PLTE", bytes(6)) + (b"" if opaque else _chunk(b"tRNS", bytes(2)))
    return _file(width, height, 1, PALETTE, zlib.compress(rows, 9), colors)


def _filtered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the rows after the filter that leaves less: each pixel minus the one above, or the one to its left."""
    depth = pixels.shape[2]
    flat = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    rows = np.empty((flat.shape[0], flat.shape[1] + 1), np.uint8)
    if _is_rougher_down(flat, depth):
        rows[:, 0] = SUB
        rows[:, 1 : depth + 1] = flat[:, :depth]
        np.subtract(flat[:, depth:], flat[:, :-depth], out=rows[:, depth + 1 :])
    else:
        rows[:, 0] = UP
        rows[:1, 1:] = flat[:1]
        np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    return rows


def _is_rougher_down(flat: NDArray[np.uint8], depth: int) -> bool:
    """Whether pixels differ more from those above than from those to the left, by a sample of rows."""
    here, above = flat[9::16].astype(np.int16), flat[8:-1:16].astype(np.int16)
    if not len(here) or flat.shape[1] <= depth:
        return False
    down, across = np.abs(here - above[: len(here)]), np.abs(here[:, depth:] - here[:, :-depth])
    return bool(down[:, depth:].sum() > across.sum())


def _indexed(indices: NDArray[np.uint8], colors: NDArray[np.uint8]) -> bytes:
    """Return a palette PNG; its rows are not filtered, as differences of indices mean nothing."""
    palette = _chunk(b"PLTE", colors[:, :3].tobytes())
    if colors.shape[1] == 4:
        palette += _chunk(b"tRNS", colors[:, 3].tobytes())
    depth = next(bits for bits in DEPTHS if len(colors) <= 2**bits)
    rows = np.pad(_packed(indices, depth), ((0, 0), (1, 0)))
    return _file(indices.shape[1], indices.shape[0], depth, PALETTE, _deflate(rows, flat=depth < 8), palette)


def _packed(indices: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Return rows with several indices a byte, the leftmost in its highest bits."""
    if depth == 8:
        return indices
    each = 8 // depth
    rows = np.pad(indices, ((0, 0), (0, -indices.shape[1] % each)))
    packed: NDArray[np.uint8] = rows[:, ::each] << np.uint8(8 - depth)
    for place in range(1, each):
        packed |= rows[:, place::each] << np.uint8(8 - depth * (place + 1))
    return packed


def _deflate(rows: NDArray[np.uint8], *, flat: bool = False) -> bytes:
    is_small = rows.nbytes <= (FLAT if flat else SMALL)
    return zlib.compress(rows.data, 6) if is_small else bytes(isal_zlib.compress(rows, 2))


def _file(width: int, height: int, depth: int, kind: int, data: bytes, colors: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"".join((SIGNATURE, _chunk(b"IHDR", header), colors, _chunk(b"IDAT", data), _chunk(b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    check = isal_zlib.crc32(data, isal_zlib.crc32(name))  # five times as fast as zlib's
    return b"".join((struct.pack(">I", len(data)), name, data, struct.pack(">I", check)))
