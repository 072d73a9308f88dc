"""The strip of a review: crops of the object side by side, each with its box, and their frames' numbers below.

The crops are a part of the base, whose pixels are sent as they are, the rest one of the overlay. The shown frame's crop
has a white frame; a bar stands below those to be looked at, and a sign before the worst one's number.
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

Rgb = NDArray[np.uint8]

BAND: Color = (24, 24, 27)
EMPTY: Color = (52, 52, 58)
"""A crop that has not been made yet."""
BAR: Color = (255, 176, 0)
GREY: Color = (205, 205, 210)
FRAME, BELOW = 3, 3
"""View pixels of the shown frame's border, and of the bar."""
LETTERS = 0.65
"""Height of letters by the height of their row."""


def paint_crops(base: Rgb, strip: StripView, divisor: int = 1) -> None:
    """Put the strip's pictures on a base that is so many times smaller than the view."""
    base[strip.rect[1] // divisor :] = BAND
    for crop in strip.crops:
        x, y, width, height = (side // divisor for side in crop.rect)
        part = base[y : y + height, x : x + width]
        part[:] = _shrunk(crop, part.shape[1], part.shape[0])


def patches(old: StripView | None, new: StripView | None) -> list[tuple[Rect, Rgb]]:
    """Return the view rectangles in which the pictures of two strips differ, and what is in them now."""
    before, after = ({_looks(crop): crop for crop in strip.crops} if strip else {} for strip in (old, new))
    gone = {crop.rect for crop in before.values()} - {crop.rect for crop in after.values()}
    plain = [(rect, np.full((rect[3], rect[2], 3), BAND, np.uint8)) for rect in gone]
    return plain + [(after[key].rect, _shrunk(after[key], *after[key].rect[2:])) for key in after if key not in before]


def _looks(crop: CropView) -> tuple[Rect, object]:
    return crop.rect, crop.key


def _shrunk(crop: CropView, width: int, height: int) -> Rgb:
    """Return a crop's picture in another size."""
    if crop.pixels is None or not width or not height:
        return np.full((height, width, 3), EMPTY, np.uint8)
    import cv2

    how = cv2.INTER_AREA if crop.pixels.shape[0] >= height else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop.pixels, (width, height), interpolation=how), np.uint8)


def paint_strip(layer: Layer, strip: StripView, texts: Texts) -> None:
    """Draw what stands on the strip's pictures and below them, in place of what reaches there from the frame."""
    width, height = strip.rect[2:]
    layer.put(np.zeros((height, width, 4), np.uint8), strip.rect[:2])
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
        layer.put(np.zeros((height, width, 4), np.uint8), (x, y))
    if crop.pixels is not None and crop.box is not None:
        paint_outline(layer, [_ring(crop.box, crop.rect)], brighter(strip.color), 1, closed=True)
    if crop.within:
        layer.put(_plain(width, BELOW, BAR), (x, y + height + FRAME - 1))
    if strip.numbers:
        size = max(round(strip.caption * LETTERS), 8)
        plate = texts.plate(crop.number, size, WHITE if crop.here else GREY, alpha=255)
        top = strip.rect[1] + strip.rect[3] - (strip.caption + plate.shape[0]) // 2
        layer.paste(plate, (x + (width - plate.shape[1]) // 2, max(top, y + height + FRAME + BELOW - 1)))


def _ring(box: Box, rect: Rect) -> NDArray[np.float64]:
    return np.asarray(np.array(corners(box), np.float64) * rect[2:] + rect[:2])


def _plain(width: int, height: int, color: Color) -> Rgba:
    return np.full((height, width, 4), (*color, 255), np.uint8)


def _meet(one: Rect, other: Rect) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
