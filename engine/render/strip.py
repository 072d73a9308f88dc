"""The strip of a review: crops of the object side by side, each with its box, and their frames' numbers below.

The shown frame's has a white frame; a bar stands below those to be looked at, and a sign before the worst one's number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.geometry import corners
from engine.render.layer import Layer, Rgba
from engine.render.shapes import WHITE, brighter, paint_outline
from engine.render.text import Texts
from engine.scene import Color, CropView, StripView
from engine.viewport import Rect, rect_union

BAND: Color = (24, 24, 27)
EMPTY: Color = (52, 52, 58)
"""A crop that has not been made yet."""
BAR: Color = (255, 176, 0)
GREY: Color = (205, 205, 210)
FRAME, BELOW = 3, 3
"""View pixels of the shown frame's border, and of the bar."""
LETTERS = 0.65
"""Height of letters by the height of their row."""


def paint_strip(layer: Layer, strip: StripView, texts: Texts) -> None:
    """Draw the strip over what is there."""
    layer.put(_plain(strip.rect[2], strip.rect[3], BAND), strip.rect[:2])
    for crop in strip.crops:
        if _meet(area(strip, crop), layer.rect):
            _paint(layer, strip, crop, texts)


def changed(old: StripView | None, new: StripView | None) -> Iterator[Rect]:
    """Yield the view rectangles in which two strips differ."""
    looks = [None if strip is None else (strip.rect, strip.color, strip.caption, strip.numbers) for strip in (old, new)]
    if old is None or new is None or looks[0] != looks[1]:
        yield from (strip.rect for strip in (old, new) if strip is not None)
        return
    before, after = set(old.crops), set(new.crops)
    yield from (area(old, crop) for crop in before - after)
    yield from (area(new, crop) for crop in after - before)


def area(strip: StripView, crop: CropView) -> Rect:
    """Return where a crop and its number stand: a long number is broader than a narrow crop."""
    x, y, width, _ = crop.rect
    letters = round(len(crop.number) * strip.caption * LETTERS * 0.8) + 8
    bottom = strip.rect[1] + strip.rect[3]
    around = (x - FRAME, y - FRAME, width + 2 * FRAME, bottom - y + FRAME)
    return rect_union(around, (x + (width - letters) // 2, y, letters, bottom - y))


def _paint(layer: Layer, strip: StripView, crop: CropView, texts: Texts) -> None:
    x, y, width, height = crop.rect
    if crop.here:
        layer.put(_plain(width + 2 * FRAME, height + 2 * FRAME, WHITE), (x - FRAME, y - FRAME))
    layer.put(_crop(crop, strip.color), (x, y))
    if crop.within:
        layer.put(_plain(width, BELOW, BAR), (x, y + height + FRAME - 1))
    if strip.numbers:
        size = max(round(strip.caption * LETTERS), 8)
        plate = texts.plate(crop.number, size, WHITE if crop.here else GREY, alpha=255)
        top = strip.rect[1] + strip.rect[3] - (strip.caption + plate.shape[0]) // 2
        layer.paste(plate, (x + (width - plate.shape[1]) // 2, max(top, y + height + FRAME + BELOW - 1)))


def _crop(crop: CropView, color: Color) -> Rgba:
    """Return a crop as large as it is shown, with the object's box on it."""
    import cv2

    _, _, width, height = crop.rect
    small = Layer((0, 0, width, height))
    small.put(_plain(width, height, EMPTY), (0, 0))
    if crop.pixels is not None:
        shrinks = crop.pixels.shape[0] >= height
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small.put(_opaque(np.asarray(cv2.resize(crop.pixels, (width, height), interpolation=how), np.uint8)), (0, 0))
        if crop.box is not None:
            paint_outline(small, [_ring(crop.box, width, height)], brighter(color), 1, closed=True)
    return small.straight()


def _ring(box: Box, width: int, height: int) -> NDArray[np.float64]:
    return np.array(corners(box), np.float64) * (width, height)


def _plain(width: int, height: int, color: Color) -> Rgba:
    return _opaque(np.broadcast_to(np.array(color, np.uint8), (height, width, 3)))


def _opaque(pixels: NDArray[np.uint8]) -> Rgba:
    return np.dstack((pixels, np.full(pixels.shape[:2], 255, np.uint8)))


def _meet(one: Rect, other: Rect) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
