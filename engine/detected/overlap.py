"""Which of the objects that were found stay, where they overlap each other or what stands on the frame already.

Overlap is intersection over union, of pixels where they are known of both, else of boxes: a box says nothing of what
is in it. All is compared as it is in the frame. The rules, in order:

1. Of two with one label that overlap by more than `within`, the one with the higher score stays.
2. Of two with different labels, the same for `between`; not for two that one and the same detection was mapped to.
3. What overlaps an object that a person made, changed or verified by more than `people` is left out, of any label.
4. What overlaps another detector's object of the same label by more than `models` is left out: what is there stays.

A limit of 1 lets all stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Shape
from engine.geometry import Size, box_iou, box_of, clamped_all, corners, rounded_angle
from engine.masks import clipped
from engine.outlines import known_box
from engine.settings import Settings
from engine.shapes_from import mask_of
from engine.tools.base import Detection, Prediction

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


@dataclass(frozen=True)
class Region:
    """Where something is: a box in frame pixels, and its pixels where more is known, made when they are needed."""

    box: Box
    pixels: Prediction | Callable[[], Prediction] | None = None

    @cached_property
    def mask(self) -> Prediction | None:
        """Its pixels, None where only the box is known."""
        return self.pixels() if callable(self.pixels) else self.pixels


def region_found(detection: Detection, size: Size) -> Region:
    """Return where a detection is in a frame of that size (width, height), as its shape would be there."""
    box = box_of(clamped_all(corners(detection.box, detection.rotation), size)) or detection.box
    if detection.mask is not None or not detection.rotation:
        return Region(box, None if detection.mask is None else partial(cut_off, detection.mask, size))
    (x1, y1, x2, y2), turned = detection.box, rounded_angle(detection.rotation)
    shape = Shape(0, 0, "", "rectangle", ((x1, y1), (x2, y2)), turned)
    return Region(box, partial(mask_of, shape, size))


def cut_off(prediction: Prediction, size: Size) -> Prediction:
    """Return a mask without what lies outside a frame of that size (width, height); itself where nothing does."""
    mask, origin = clipped(prediction.mask, prediction.origin, (size[1], size[0]))
    return prediction if mask.shape == prediction.mask.shape else Prediction(mask, origin)


def region_of(shape: Shape, size: Size) -> Region | None:
    """Return where a shape is in a frame of that size (width, height); None for one without an inside."""
    box = known_box(shape)
    if box is None or shape.type in ("points", "polyline"):
        return None
    if shape.mask is not None and shape.mask.size != (size[1], size[0]):
        return None
    fills = shape.type == "rectangle" and not shape.rotation
    return Region(box, None if fills else partial(mask_of, shape, size))


def iou(one: Region, other: Region) -> float:
    """Return the intersection over the union of two regions, 0..1."""
    mask, second = one.mask, other.mask
    if mask is None or second is None:
        return box_iou(one.box, other.box)
    low = [max(a, b) for a, b in zip(one.box[:2], other.box[:2], strict=True)]
    high = [min(a, b) for a, b in zip(one.box[2:], other.box[2:], strict=True)]
    x1, y1, x2, y2 = floor(low[0]), floor(low[1]), ceil(high[0]), ceil(high[1])
    if x1 >= x2 or y1 >= y2:
        return 0.0
    common = int((_within(mask, (x1, y1, x2, y2)) & _within(second, (x1, y1, x2, y2))).sum())
    total = int(mask.mask.sum()) + int(second.mask.sum()) - common
    return common / total if total > 0 else 0.0


def united(some: Sequence[Region]) -> Region:
    """Return the regions of an object's parts as one."""
    x1, y1, x2, y2 = zip(*(region.box for region in some), strict=True)
    return Region((min(x1), min(y1), max(x2), max(y2)), partial(_together, some))


def _together(some: Sequence[Region]) -> Prediction:
    x1, y1, x2, y2 = zip(*(region.box for region in some), strict=True)
    window = floor(min(x1)), floor(min(y1)), ceil(max(x2)), ceil(max(y2))
    found = np.zeros((window[3] - window[1], window[2] - window[0]), np.bool_)
    for region in some:
        found |= _within(region.mask or _filled(region.box), window)
    return Prediction(found, window[:2])


def _filled(box: Box) -> Prediction:
    left, top, right, bottom = (round(value) for value in box)
    return Prediction(np.ones((bottom - top, right - left), np.bool_), (left, top))


def _within(prediction: Prediction, window: tuple[int, int, int, int]) -> Bools:
    """Return a mask's pixels in a window of the frame x1, y1, x2, y2, the last two excluded."""
    x1, y1, x2, y2 = window
    found = np.zeros((y2 - y1, x2 - x1), np.bool_)
    (left, top), mask = prediction.origin, prediction.mask
    rows, columns = slice(max(y1 - top, 0), max(y2 - top, 0)), slice(max(x1 - left, 0), max(x2 - left, 0))
    part = mask[rows, columns]
    down, across = max(top - y1, 0), max(left - x1, 0)
    found[down : down + part.shape[0], across : across + part.shape[1]] = part
    return found


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
    boxes = Boxes()
    for number in order:
        rival = rivals[number]
        if not any(_beats(rivals[kept[place]], rival, limits) for place in boxes.touching(rival.region.box)):
            kept.append(number)
            boxes.add(rival.region.box)
    return kept


class Boxes:
    """Boxes that are asked which of them another one meets: there may be thousands, each asked with each."""

    def __init__(self, boxes: Sequence[Box] = ()) -> None:
        self._sides, self._count = np.zeros((4, max(len(boxes), 64)), np.float64), len(boxes)
        if boxes:
            self._sides[:, : len(boxes)] = np.asarray(boxes).T

    def add(self, box: Box) -> None:
        """Add one."""
        if self._count == self._sides.shape[1]:
            self._sides = np.concatenate([self._sides, np.zeros_like(self._sides)], axis=1)
        self._sides[:, self._count] = box
        self._count += 1

    def touching(self, box: Box) -> list[int]:
        """Return the places of those that have an area in common with a box, in their order."""
        x1, y1, x2, y2 = self._sides[:, : self._count]
        meets = (x1 < box[2]) & (box[0] < x2) & (y1 < box[3]) & (box[1] < y2)
        found: list[int] = np.flatnonzero(meets).tolist()
        return found


class Covered:
    """Regions that are asked whether one of them overlaps another by more than a limit."""

    def __init__(self, regions: Sequence[Region], limit: float) -> None:
        self._regions, self._limit = [*regions], limit
        self._boxes = Boxes([region.box for region in regions])

    def add(self, region: Region) -> None:
        """Add one."""
        self._regions.append(region)
        self._boxes.add(region.box)

    def holds(self, region: Region) -> bool:
        """Say whether a region is there already."""
        near = self._boxes.touching(region.box)
        return any(overlaps(self._regions[place], region, self._limit) for place in near)


def _beats(better: Rival, rival: Rival, limits: Limits) -> bool:
    if better.source == rival.source:
        return False
    return overlaps(better.region, rival.region, limits.within if better.label == rival.label else limits.between)


def overlaps(one: Region, other: Region, limit: float) -> bool:
    """Say whether two overlap by more than a limit."""
    return limit < 1 and _touch(one.box, other.box) and iou(one, other) > limit


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
