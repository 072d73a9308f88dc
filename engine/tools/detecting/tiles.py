"""A detector over overlapping tiles of a picture and over the whole of it, so that what is small is found, too.

What is found twice, or in parts, becomes one: the best takes in what overlaps it, over the smaller of both boxes
(Akyon, Altinuc and Temizel, Slicing Aided Hyper Inference, ICIP 2022; the boxes that `sahi` gives with GREEDYNMM and
IOS, see tests/golden/tiles).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from engine.document import Box
from engine.tools.base import Detection, Detector, Image, Prediction
from engine.tools.detecting.boxes import overlaps

OVERLAP = 0.2
"""Part of a tile that its neighbour sees, too: what is larger may be found in parts only."""
LIMIT = 0.5
"""Overlap, over the smaller, from which two are one."""
SMALLEST, LARGEST = 64, 100_000
"""Frame pixels that a tile measures at least and at most."""
TOGETHER = 8
"""Tiles at most that go to a detector at once."""


def tiled(detector: Any, size: int, solid: float) -> Any:
    """Return a detector that works on tiles of `size` frame pixels, or the very one where that is 0.

    So is one that watches: it needs the same place of each frame. `solid`: see `merged`.
    """
    return Tiled(detector, max(size, SMALLEST), solid) if size and not hasattr(detector, "history") else detector


class Tiled:
    """A detector made of another one."""

    def __init__(self, detector: Detector, size: int, solid: float = 0.0, overlap: float = OVERLAP) -> None:
        self._detector, self._size, self._solid, self._overlap = detector, size, solid, overlap
        self.labels = detector.labels

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return for each picture what scores at least `threshold` (0..1), best first."""
        return [self._one(image, threshold) for image in images]

    def _one(self, image: Image, threshold: float) -> list[Detection]:
        places = list(tiles(image.shape[1], image.shape[0], self._size, self._overlap))
        (whole,) = self._detector.detect([image], threshold)
        if len(places) == 1:
            return whole
        found = list[Detection]()
        for first in range(0, len(places), TOGETHER):
            some = places[first : first + TOGETHER]
            parts = [np.ascontiguousarray(image[y1:y2, x1:x2]) for x1, y1, x2, y2 in some]
            answers = self._detector.detect(parts, threshold)
            found += chain(*(map(moved, one, [place] * len(one)) for one, place in zip(answers, some, strict=True)))
        return merged([*found, *whole], self._solid)


def tiles(width: int, height: int, size: int, overlap: float = OVERLAP) -> Iterator[tuple[int, int, int, int]]:
    """Yield the tiles of a picture, row by row, x1, y1, x2, y2; the last of each row and column overlap more."""
    for top in _starts(height, size, int(overlap * size)):
        for left in _starts(width, size, int(overlap * size)):
            yield left, top, min(left + size, width), min(top + size, height)


def _starts(length: int, size: int, common: int) -> list[int]:
    if length <= size:
        return [0]
    return [*range(0, length - size, size - common), length - size]


def moved(one: Detection, tile: tuple[int, int, int, int]) -> Detection:
    """Return what was found on a tile as it is on the picture."""
    left, top = tile[:2]
    x1, y1, x2, y2 = one.box
    mask = one.mask and replace(one.mask, origin=(one.mask.origin[0] + left, one.mask.origin[1] + top))
    return replace(one, box=(x1 + left, y1 + top, x2 + left, y2 + top), mask=mask)


def merged(found: Sequence[Detection], solid: float = 0.0) -> list[Detection]:
    """Return detections with those of one label that overlap made one, best first.

    What scores less than `solid` is left out where it overlaps a better one, but adds nothing to it: guesses would
    only make a good box larger.
    """
    result = list[Detection]()
    for label in dict.fromkeys(one.label for one in found):
        some = sorted((one for one in found if one.label == label), key=lambda one: (-one.score, one.box))
        boxes, waiting = np.array([one.box for one in some]), np.arange(len(some))
        while len(waiting):
            best, rest = int(waiting[0]), waiting[1:]
            over = overlaps(boxes[best : best + 1], boxes[rest], of_smaller=True)[0] >= LIMIT
            result.append(_whole(some[best], [some[at] for at in rest[over]], solid))
            waiting = rest[~over]
    return sorted(result, key=lambda one: -one.score)


def _whole(best: Detection, parts: Sequence[Detection], solid: float) -> Detection:
    """Return the best of some with what they add to it; nothing where one of two is turned."""
    for part in parts:
        if part.score < solid or part.rotation or best.rotation:
            continue
        if overlaps(np.array([best.box]), np.array([part.box]), of_smaller=True)[0, 0] >= LIMIT:
            best = replace(best, box=_around(best.box, part.box), mask=_joined(best.mask, part.mask))
    return best


def _around(one: Box, other: Box) -> Box:
    low, high = np.minimum(one[:2], other[:2]), np.maximum(one[2:], other[2:])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _joined(one: Prediction | None, other: Prediction | None) -> Prediction | None:
    """Return the pixels of both masks."""
    if one is None or other is None:
        return one
    corner = min(one.origin[0], other.origin[0]), min(one.origin[1], other.origin[1])
    offsets = [(each.origin[1] - corner[1], each.origin[0] - corner[0]) for each in (one, other)]
    ends = [np.add(offset, each.mask.shape) for offset, each in zip(offsets, (one, other), strict=True)]
    pixels = np.zeros(np.max(ends, axis=0), np.bool_)
    for (down, across), (bottom, right), each in zip(offsets, ends, (one, other), strict=True):
        pixels[down:bottom, across:right] |= each.mask
    return Prediction(pixels, corner, one.score)
