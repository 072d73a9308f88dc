"""The line along an outline between two points, at a cost that does not grow with the frame.

OpenCV's scissors need edge maps of the picture and shortest paths from the first point to every pixel: seconds on a
4K frame. Here both are made for a window round the first point and kept, so that moving the cursor only reads a path
out. Two points that are farther apart than the window get a larger one at a reduced resolution. Points are frame
pixels with (0.5, 0.5) the centre of the first pixel; between its two ends, a line consists of pixel centres.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document import Point
from engine.errors import ToolError
from engine.tools.base import Image

CANNY = (32, 100)
GRADIENT_LIMIT = 200.0
SIDE = 512
MOVING_SIDE = 256
GRID = 64
"""Windows begin at multiples of this, so that neighbouring clicks share one and its edge maps."""
PIXEL = 16
"""Bytes that OpenCV keeps for a pixel of a window: gradients, costs and paths."""
KEPT = 4
"""Windows kept for a frame: two sizes round the last point and round the one before."""

Pixel = tuple[int, int]
Window = tuple[int, int, int]
"""x, y, side in frame pixels."""


@dataclass
class _Map:
    """A window's edge maps, and the paths from the pixel for which they were last built."""

    tool: Any
    scale: float
    """Window pixels per frame pixel."""
    source: Pixel | None = None


@dataclass
class Features:
    """A frame and the windows of it that were prepared."""

    image: Image
    maps: OrderedDict[Window, _Map] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def nbytes(self) -> int:
        """Bytes of the frame, and about those of its windows."""
        return self.image.nbytes + len(self.maps) * PIXEL * SIDE**2


class Scissors:
    """The path interactor."""

    def prepare(self, image: Image) -> Features:
        """Return the frame's features: nothing is computed before the first line is asked for."""
        if image.ndim not in (2, 3) or 0 in image.shape:
            raise ToolError("The scissors need a picture", f"this one has the shape {image.shape}")
        return Features(image)

    def trace(self, features: Features, start: Point, end: Point, *, moving: bool = False) -> Sequence[Point]:
        """Return the line along the outline, exactly from `start` to `end`; outside the frame it follows the border."""
        first, last = _pixel(features.image, start), _pixel(features.image, end)
        if first == last:
            return [start, end]
        with features.lock:
            window = _window(first, last, MOVING_SIDE if moving else SIDE)
            inner = _path(features, window, first, last)
        return [start, *inner, end]


def _pixel(image: NDArray[np.uint8], point: Point) -> Pixel:
    height, width = image.shape[:2]
    return min(max(int(point[0] // 1), 0), width - 1), min(max(int(point[1] // 1), 0), height - 1)


def _window(first: Pixel, last: Pixel, side: int) -> Window:
    """Return the smallest window round `first`, of this side times a power of two, with `last` well inside."""
    away = max(abs(first[0] - last[0]), abs(first[1] - last[1]))
    while away > side // 2 - side // 8:
        side *= 2
    grid = GRID * side // SIDE
    x, y = ((value - side // 2 + grid // 2) // grid * grid for value in first)
    return x, y, side


def _path(features: Features, window: Window, first: Pixel, last: Pixel) -> list[Point]:
    """Return the centres of the pixels between two pixels' own, straight where a strip is too thin for edges."""
    left, top = max(window[0], 0), max(window[1], 0)
    found = _map(features, window)
    if found is None:
        return []
    source, target = (_scaled(pixel, (left, top), found) for pixel in (first, last))
    if found.source != source:
        found.tool.buildMap(source)
        found.source = source
    chain = np.asarray(found.tool.getContour(target)).reshape(-1, 2)[1:-1]
    points = (chain + 0.5) / found.scale + (left, top)
    return [(float(x), float(y)) for x, y in points]


def _scaled(pixel: Pixel, origin: Pixel, found: _Map) -> Pixel:
    x, y = (int((value + 0.5 - zero) * found.scale) for value, zero in zip(pixel, origin, strict=True))
    return x, y


def _map(features: Features, window: Window) -> _Map | None:
    """Return the window's edge maps, made if they are not there; None if it is thinner than an edge filter."""
    if window in features.maps:
        features.maps.move_to_end(window)
        return features.maps[window]
    x, y, side = window
    part = features.image[max(y, 0) : max(y + side, 0), max(x, 0) : max(x + side, 0)]
    scale = min(1.0, SIDE / side)
    part = _reduced(part, scale)
    if min(part.shape[:2]) < 3:
        return None
    made = _Map(_tool(part), scale)
    features.maps[window] = made
    while len(features.maps) > KEPT:
        features.maps.popitem(last=False)
    return made


def _reduced(part: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    import cv2

    if scale == 1.0:
        return np.ascontiguousarray(part)
    step = round(1 / scale)
    height, width = part.shape[:2]
    size = (-(-width // step), -(-height // step))
    thinned = part[:: max(step // 4, 1), :: max(step // 4, 1)]  # bounds the reading, whatever the window's side
    return np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.uint8)


def _tool(part: NDArray[np.uint8]) -> Any:
    import cv2

    tool = cv2.segmentation.IntelligentScissorsMB()
    tool.setEdgeFeatureCannyParameters(*CANNY)
    tool.setGradientMagnitudeMaxLimit(GRADIENT_LIMIT)
    tool.applyImage(part)
    return tool
