"""How an object and what is round it have moved from one frame to the next, by points that are followed there and back.

A point counts if it comes back to where it began (forward-backward error). Points on a ring round the object's box give
the motion of the scene; those in the box that move otherwise are the object's, if they agree with one another. So a
narrow object before a moving scene is not taken for the scene.
Pyramidal Lucas-Kanade on a window round the box, of a frame halved so often that a large object costs what a small one
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.geometry import centre
from engine.tools.base import Image

Points = NDArray[np.float32]
"""(n, 2), x then y."""
Levels = tuple[Image, ...]
"""A frame in grey, (H, W), and that halved again and again."""
INSIDE, EDGE = 9, 0.1
"""Points a side of the grid in the box, and the part of the box that it leaves free at each border."""
AROUND = 7
"""Points a side of each of the two rings round the box."""
MARGIN = 64
"""Pixels of the scaled window round the box: as far as an object moves from one frame to the next."""
LARGEST = 160
"""Pixels of the longer side of the scaled box."""
RETURNS = 1.0
"""Scaled pixels: a point that comes back farther from where it began does not count."""
FEWEST = 8
"""Points that say anything together."""
PATCH = 15
"""Pixels of the patch that is followed with each point."""
_HOW: dict[str, Any] = {
    "winSize": (PATCH, PATCH),
    "maxLevel": 3,
    "criteria": (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 0.03),
}


@dataclass(frozen=True, slots=True)
class Motion:
    """From one frame to the next, in frame pixels."""

    shift: tuple[float, float] = (0.0, 0.0)
    """Of the object's middle; that of the scene where the object's points say nothing."""
    grown: float = 1.0
    """New size by old size; 1 where the points do not agree on it."""
    share: float = 0.0
    """Part of the points in the box that came back, 0..1."""
    agree: float = 0.0
    """Part of the object's points that move as their median does, 0..1."""

    def moved(self, box: Box) -> Box:
        """Return a box gone along."""
        (x, y), (dx, dy) = centre(box), self.shift
        across, down = (box[2] - box[0]) / 2 * self.grown, (box[3] - box[1]) / 2 * self.grown
        return x + dx - across, y + dy - down, x + dx + across, y + dy + down


def levels(image: Image) -> Levels:
    """Return an RGB frame in grey, and that halved again and again: once a frame, for all objects on it."""
    made = [np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)]
    while max(made[-1].shape) > LARGEST:
        height, width = (side // 2 for side in made[-1].shape)
        if min(height, width) < PATCH:
            break
        even = made[-1][: 2 * height, : 2 * width]
        made.append(np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8))
    return tuple(made)


def motion(before: Levels, after: Levels, box: Box) -> Motion:
    """Return how what is in the box on the frame `before` has moved on the frame `after`."""
    if before[0].shape != after[0].shape:  # pictures of a folder may differ in size
        return Motion()
    longer, level = max(box[2] - box[0], box[3] - box[1], 1.0), 0
    while longer / 2**level > LARGEST and level + 1 < len(before):
        level += 1
    scale = 0.5**level
    window = _window(before[level].shape, box, scale, longer * scale)
    if window is None:
        return Motion()
    x1, y1, x2, y2 = window
    first, second = (np.ascontiguousarray(grey[level][y1:y2, x1:x2]) for grey in (before, after))
    inside, size = _grid(), np.array([box[2] - box[0], box[3] - box[1]], np.float32)
    start = (np.concatenate([inside * size, _around(_ring(), size, scale)]) + np.array(box[:2])) * scale - (x1, y1)
    start = start.astype(np.float32) - np.float32(0.5)
    seen = ((start >= 0) & (start < np.array(first.shape[::-1]) - 1)).all(1)
    moved, good = _there_and_back(first, second, start)
    good &= seen
    return _summed(start, (moved - start), good, len(inside), longer * scale, scale, seen)


def _window(shape: tuple[int, ...], box: Box, scale: float, longer: float) -> tuple[int, int, int, int] | None:
    """Return what is looked at round a box, x1, y1, x2, y2 in whole pixels of a level; None if it is too little."""
    margin = MARGIN + longer / 4
    x1, y1 = max(int(box[0] * scale - margin), 0), max(int(box[1] * scale - margin), 0)
    x2, y2 = min(int(box[2] * scale + margin) + 1, shape[1]), min(int(box[3] * scale + margin) + 1, shape[0])
    return (x1, y1, x2, y2) if min(x2 - x1, y2 - y1) >= 2 * PATCH else None


def _there_and_back(first: Image, second: Image, start: Points) -> tuple[Points, NDArray[np.bool_]]:
    there, found, _ = cv2.calcOpticalFlowPyrLK(first, second, start[:, None], None, **_HOW)
    back, again, _ = cv2.calcOpticalFlowPyrLK(second, first, there, None, **_HOW)
    off = np.abs(back[:, 0] - start).sum(1)
    good = (found[:, 0] > 0) & (again[:, 0] > 0) & (off < 1.4 * RETURNS)
    return np.asarray(there[:, 0], np.float32), np.asarray(good, np.bool_)


def _summed(
    start: Points, moves: Points, good: NDArray[np.bool_], inside: int, longer: float, scale: float, seen: Any
) -> Motion:
    """Return what the points say; the first `inside` of them are the box's, the rest the ring's."""
    own, scene = np.flatnonzero(good[:inside]), np.flatnonzero(good[inside:]) + inside
    share = len(own) / max(int(seen[:inside].sum()), 1)
    camera = np.median(moves[scene], axis=0) if len(scene) >= FEWEST else np.zeros(2)
    if len(own) < FEWEST:
        return Motion(_pair(camera / scale), 1.0, share, 0.0)
    if len(scene) >= FEWEST:
        own = _objects(moves, own, camera)
    shift = np.median(moves[own], axis=0)
    agree = float((np.hypot(*(moves[own] - shift).T) < max(2.0, 0.05 * longer)).mean())
    return Motion(_pair(shift / scale), _growth(start[own], (start + moves)[own], longer), share, agree)


def _objects(moves: Points, own: NDArray[Any], camera: NDArray[Any]) -> NDArray[Any]:
    """Return those points in the box that move together and otherwise than the scene, all where there are too few."""
    apart = own[np.hypot(*(moves[own] - camera).T) > 1.0]
    if len(apart) < max(FEWEST, len(own) / 5):
        return own
    middle = np.median(moves[apart], axis=0)
    reach = max(1.5, 0.3 * float(np.hypot(*(middle - camera))))
    together = (np.hypot(*(moves[apart] - middle).T) < reach).mean() > 0.5
    return apart if together else own


SPREAD = 0.06
"""Quartiles of the growths of pairs of points that lie farther apart say nothing about the size."""
SMALL = 60
"""Scaled pixels of the longer side: of less, the points' own errors, frame for frame, come to more than the growth."""
FASTEST = 1.08
"""More growth from frame to frame is an error of the points."""


def _growth(before: Points, after: Points, longer: float) -> float:
    """Return the median growth of the distances of pairs of points, 1 where they disagree."""
    count = len(before)
    if longer < SMALL:
        return 1.0
    one, other = _pairs(count)
    old = np.hypot(*(before[one] - before[other]).T)
    far = old > longer / 5
    if far.sum() < 20:
        return 1.0
    grown = np.hypot(*(after[one] - after[other]).T)[far] / old[far]
    low, middle, high = np.percentile(grown, [25, 50, 75])
    return float(np.clip(middle, 1 / FASTEST, FASTEST)) if high - low <= SPREAD else 1.0


@cache
def _pairs(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(count).integers(0, count, (2, 120))


@cache
def _grid() -> Points:
    """Return the places of the points in a box of size 1."""
    line = np.linspace(EDGE, 1 - EDGE, INSIDE)
    return np.stack(np.meshgrid(line, line), -1).reshape(-1, 2).astype(np.float32)


@cache
def _ring() -> Points:
    """Return places on the border of the square from -1 to 1."""
    line = np.linspace(-1, 1, AROUND)
    sides = [np.stack([line, np.full(AROUND, end)], 1) for end in (-1, 1)]
    return np.concatenate([side[:, order] for side in sides for order in ((0, 1), (1, 0))]).astype(np.float32)


def _around(ring: Points, size: Points, scale: float) -> Points:
    """Return two rings round a box of that size, from its upper left corner."""
    reach = 0.25 * float(size.max()) + 4 / scale
    return np.concatenate([size / 2 + ring * (size / 2 + reach * part) for part in (0.5, 1.0)])


def _pair(values: Any) -> tuple[float, float]:
    return float(values[0]), float(values[1])
