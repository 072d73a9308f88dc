"""Which of the objects that were found stay, where they overlap each other or what stands on the frame already.

Overlap is intersection over union, of pixels where a mask or an outline is known, else of boxes. The rules, in order:

1. Of two with one label that overlap by more than `within`, the one with the higher score stays.
2. Of two with different labels, the same for `between`; not for two that one and the same detection was mapped to.
3. What overlaps an object that a person made, changed or verified by more than `people` is left out, of any label.
4. What overlaps another detector's object of the same label by more than `models` is left out: what is there stays.

A limit of 1 lets all stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Shape
from engine.geometry import Size, box_iou
from engine.outlines import known_box
from engine.settings import Settings
from engine.shapes_from import mask_of
from engine.tools.base import Prediction

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limits:
    """Overlaps, 0..1, beyond which one of two goes."""

    within: float = 0.6
    between: float = 0.8
    people: float = 0.6
    models: float = 0.6


def limits_of(settings: Settings) -> Limits:
    """Return the limits by the setting `overlap`; two of different labels must be nearer to being one."""
    most = settings.overlap
    return Limits(most, (1 + most) / 2, most, most)


@dataclass(frozen=True, slots=True)
class Region:
    """Where something is: a box in frame pixels, and its pixels where it does not fill it."""

    box: Box
    mask: Prediction | None = None


def region_of(shape: Shape, size: Size) -> Region | None:
    """Return where a shape is in a frame of that size (width, height); None for one without an inside."""
    box = known_box(shape)
    if box is None or shape.type in ("points", "polyline"):
        return None
    if shape.mask is not None and shape.mask.size != (size[1], size[0]):
        return None
    fills = shape.type == "rectangle" and not shape.rotation
    return Region(box, None if fills else mask_of(shape, size))


def iou(one: Region, other: Region) -> float:
    """Return the intersection over the union of two regions, 0..1."""
    if one.mask is None and other.mask is None:
        return box_iou(one.box, other.box)
    low = [max(a, b) for a, b in zip(one.box[:2], other.box[:2], strict=True)]
    high = [min(a, b) for a, b in zip(one.box[2:], other.box[2:], strict=True)]
    x1, y1, x2, y2 = floor(low[0]), floor(low[1]), ceil(high[0]), ceil(high[1])
    if x1 >= x2 or y1 >= y2:
        return 0.0
    common = int((_pixels(one, (x1, y1, x2, y2)) & _pixels(other, (x1, y1, x2, y2))).sum())
    total = _area(one) + _area(other) - common
    return common / total if total > 0 else 0.0


def _pixels(region: Region, window: tuple[int, int, int, int]) -> Bools:
    """Return a region's pixels in a window of the frame x1, y1, x2, y2, the last two excluded."""
    x1, y1, x2, y2 = window
    found = np.zeros((y2 - y1, x2 - x1), np.bool_)
    if region.mask is None:
        left, top, right, bottom = (round(value) for value in region.box)
        found[max(top - y1, 0) : max(bottom - y1, 0), max(left - x1, 0) : max(right - x1, 0)] = True
        return found
    (left, top), mask = region.mask.origin, region.mask.mask
    rows, columns = slice(max(y1 - top, 0), max(y2 - top, 0)), slice(max(x1 - left, 0), max(x2 - left, 0))
    part = mask[rows, columns]
    down, across = max(top - y1, 0), max(left - x1, 0)
    found[down : down + part.shape[0], across : across + part.shape[1]] = part
    return found


def _area(region: Region) -> int:
    if region.mask is not None:
        return int(region.mask.mask.sum())
    x1, y1, x2, y2 = (round(value) for value in region.box)
    return (x2 - x1) * (y2 - y1)


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that may have to give way: where it is, its label, its score, the number of its detection."""

    region: Region
    label: str
    score: float
    source: int


def strongest(rivals: Sequence[Rival], limits: Limits) -> list[int]:
    """Return the numbers of those that stay by the first two rules, the highest score first."""
    order, kept = sorted(range(len(rivals)), key=lambda number: -rivals[number].score), list[int]()
    for number in order:
        if not any(_beats(rivals[other], rivals[number], limits) for other in kept):
            kept.append(number)
    return kept


def _beats(better: Rival, rival: Rival, limits: Limits) -> bool:
    if better.source == rival.source:
        return False
    return overlaps(better.region, rival.region, limits.within if better.label == rival.label else limits.between)


def overlaps(one: Region, other: Region, limit: float) -> bool:
    """Say whether two overlap by more than a limit."""
    return limit < 1 and _touch(one.box, other.box) and iou(one, other) > limit


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
