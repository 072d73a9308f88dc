"""SiamMask from one frame to the next: squares, the choice of a place, the box that follows, the mask in the frame.

Everything as published (the settings for DAVIS), in plain numbers apart from the network. A position is the middle of
a box, x then y; points of masks are numbers of pixels, (0, 0) in the middle of the first one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.nets.squares import Colour, Image, side_of, square, window

TEMPLATE, SEARCH, MASK = 127, 255, 127
"""Pixels of the template's square, of the search square and of a mask."""
STRIDE = 8
PLACES = 25
"""Rows and columns of the correlation."""
FIRST = 4
"""Place whose mask begins where the square begins: as many lie outside on every side."""
ANCHORS = ((104, 32), (88, 40), (64, 64), (40, 80), (32, 96))
"""Width and height in pixels of the search square, for ratios of height to width 0.33, 0.5, 1, 2 and 3."""
CONTEXT = 0.5
PENALTY, INFLUENCE, RATE, THRESHOLD = 0.04, 0.4, 1.0, 0.35
LEAST_AREA = 100
"""Square pixels inside a contour: a smaller mask is none."""
LEAST_SIDE = 10
OUTSIDE = -1.0
"""What is outside a mask, so that its border pixels are not taken for the object."""
Pair = tuple[float, float]
Floats = NDArray[np.float32]
Corners = NDArray[np.float64]


@dataclass(frozen=True)
class Square:
    """Where a square lies: its upper left corner and its side, in frame pixels."""

    x: float
    y: float
    side: int


@dataclass(frozen=True)
class Search:
    """Where to look for an object: the side before it is rounded, and pixels of the template for one of the frame."""

    side: float
    scale: float
    square: Square


@dataclass(frozen=True)
class Found:
    """The place that was chosen, what it says and how much of it the box takes over."""

    index: int
    score: float
    rate: float
    box: tuple[float, float, float, float]
    """Middle from the square's, width and height, in pixels of the search square."""

    @property
    def place(self) -> tuple[int, int]:
        """Row and column."""
        return divmod(self.index % PLACES**2, PLACES)


@dataclass(frozen=True)
class Placed:
    """A mask's values in a window of the frame whose first pixel is `origin` = (x, y); outside it there is nothing."""

    values: Floats
    origin: tuple[int, int]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The object's pixels."""
        return self.values > THRESHOLD


def template_side(size: Pair) -> int:
    """Return the side of the template's square in frame pixels."""
    return round(side_of(size, CONTEXT))


def search_of(position: Pair, size: Pair) -> Search:
    """Return where to look for an object that was at a position."""
    side = side_of(size, CONTEXT)
    scale = TEMPLATE / side
    wide = side + (SEARCH - TEMPLATE) / scale
    whole = round(wide)
    return Search(wide, scale, Square(position[0] - whole / 2, position[1] - whole / 2, whole))


def crop(image: Image, position: Pair, side: int, size: int, colour: Colour) -> Image:
    """Return (size, size, 3) BGR: the square of `side` frame pixels round a position of an RGB frame.

    `colour` is the first frame's mean, RGB.
    """
    corner = (round(position[0] - (side + 1) / 2), round(position[1] - (side + 1) / 2))
    return square(image, corner, side, size, colour)[..., ::-1]


def anchors() -> Floats:
    """Return (3125, 4): x and y of the middle from the square's, width, height; by anchor, row, column."""
    at = (np.arange(PLACES) - PLACES // 2) * STRIDE
    sizes = np.repeat(np.array(ANCHORS), PLACES**2, axis=0)
    middles = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    return np.concatenate([np.tile(middles, (len(ANCHORS), 1)), sizes], axis=1).astype(np.float32)


_ANCHORS = anchors()
_WINDOW = np.tile(window(PLACES), len(ANCHORS))


def scores(classes: Floats) -> Floats:
    """Return (3125,): the probability of the object at each anchor and place, of (10, 25, 25) logits."""
    pair = classes.reshape(2, -1)
    values = np.exp(pair - pair.max(axis=0))
    return np.asarray(values[1] / values.sum(axis=0), np.float32)


def boxes(offsets: Floats) -> Floats:
    """Return (4, 3125): middle, width and height in pixels of the search square, of (20, 25, 25) offsets."""
    x, y, width, height = offsets.reshape(4, -1)
    own_x, own_y, own_width, own_height = _ANCHORS.T
    with np.errstate(over="ignore"):
        sizes = np.exp(width) * own_width, np.exp(height) * own_height
    return np.stack([x * own_width + own_x, y * own_height + own_y, *sizes])


def penalties(found: Floats, size: Pair) -> NDArray[np.float64]:
    """Return (3125,), 0..1: little for a box whose area or form differs from the last, of `size` in the same pixels."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        area = _change(_padded(found[2], found[3]) / _padded(*size))
        form = _change((size[0] / size[1]) / (found[2] / found[3]))
        return np.nan_to_num(np.exp(-(area * form - 1) * PENALTY))


def _padded(width: Floats | float, height: Floats | float) -> NDArray[np.float64]:
    more = (width + height) / 2
    return np.sqrt((width + more) * (height + more))


def _change(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(ratio, 1 / ratio)


def weighed(score: Floats, penalty: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (3125,): the scores after penalty and window."""
    return penalty * score * (1 - INFLUENCE) + _WINDOW * INFLUENCE


def choose(classes: Floats, offsets: Floats, size: Pair) -> Found:
    """Return the best place; `size` is the object's last one in pixels of the search square."""
    score, found = scores(classes), boxes(offsets)
    penalty = penalties(found, size)
    best = int(np.argmax(weighed(score, penalty)))
    x, y, width, height = (float(value) for value in found[:, best])
    return Found(best, float(score[best]), float(penalty[best] * score[best] * RATE), (x, y, width, height))


def moved(position: Pair, size: Pair, scale: float, found: Found) -> tuple[Pair, Pair]:
    """Return position and size of the object on the new frame, which may be outside it."""
    x, y, width, height = (value / scale for value in found.box)
    share = found.rate
    after = (size[0] * (1 - share) + width * share, size[1] * (1 - share) + height * share)
    return (position[0] + x, position[1] + y), after


def clamped(position: Pair, size: Pair, frame: tuple[int, int]) -> tuple[Pair, Pair]:
    """Return position and size kept to a frame of (width, height)."""
    x, y = (max(0.0, min(at, float(most))) for at, most in zip(position, frame, strict=True))
    width, height = (max(float(LEAST_SIDE), min(side, float(most))) for side, most in zip(size, frame, strict=True))
    return (x, y), (width, height)


def mask_square(crop_square: Square, place: tuple[int, int]) -> tuple[float, float, float]:
    """Return x, y and side in frame pixels of the mask at a place = (row, column)."""
    row, column = place
    unit = crop_square.side / SEARCH
    step = STRIDE * unit
    return crop_square.x + (column - FIRST) * step, crop_square.y + (row - FIRST) * step, MASK * unit


def placed(values: Floats, where: tuple[float, float, float], frame: tuple[int, int]) -> Placed:
    """Return a mask (127, 127) of 0..1 as it lies in the frame, bilinear; only the part of the frame that it covers."""
    import cv2

    x, y, side = where
    unit = MASK / side
    scales = [(most - 1) / (most * unit) for most in frame]
    offsets = [scale * at * unit for scale, at in zip(scales, (x, y), strict=True)]
    starts, ends = [], []
    for scale, offset, most in zip(scales, offsets, frame, strict=True):
        starts.append(min(max(math.floor(offset - scale), 0), most - 1))
        ends.append(min(max(math.ceil(offset + scale * MASK) + 1, starts[-1] + 1), most))
    turned = np.array([[scales[0], 0, offsets[0] - starts[0]], [0, scales[1], offsets[1] - starts[1]]])
    size = (ends[0] - starts[0], ends[1] - starts[1])
    out = cv2.warpAffine(values, turned, size, flags=cv2.INTER_LINEAR, borderValue=OUTSIDE)
    return Placed(np.asarray(out, np.float32), (starts[0], starts[1]))


def outlined(found: Placed) -> tuple[Corners | None, float]:
    """Return the corners (4, 2) of the narrowest rectangle round the largest part, and that part's area.

    No corners for a part that is too small to be the object.
    """
    import cv2

    contours, _ = cv2.findContours(
        found.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=found.origin
    )
    areas = [cv2.contourArea(contour) for contour in contours]
    if not areas or max(areas) <= LEAST_AREA:
        return None, max(areas, default=0.0)
    largest = contours[int(np.argmax(areas))]
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(largest)), np.float64), max(areas)
