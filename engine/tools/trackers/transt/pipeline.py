"""TransT from one frame to the next: squares, the choice of a place, the box that follows.

Everything as published, in plain numbers apart from the network. A position is the middle of a box, x then y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.document import Box
from engine.nets.squares import Colour, Image, side_of, square, window

TEMPLATE, SEARCH = 128, 256
"""Pixels of the template's square and of the search square."""
PLACES = 32
"""Rows and columns of the search square's feature."""
NEAR, WIDE = 0.5, 1.5
"""How much of an object's surroundings the template and the search square take in."""
INFLUENCE = 0.49
LEAST_SIDE = 10
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the channels of the pictures that the backbone was first trained on, RGB, 0..1."""
Pair = tuple[float, float]
Floats = NDArray[np.float32]
_WINDOW = window(PLACES)


@dataclass(frozen=True)
class Found:
    """The place that was chosen: its token, and the object's probability there."""

    index: int
    score: float


def template_side(size: Pair) -> int:
    """Return the side of the template's square in frame pixels."""
    return math.ceil(side_of(size, NEAR))


def search_side(size: Pair) -> int:
    """Return the side of the search square in frame pixels.

    The original's sizes are in single precision after a frame in which neither was clamped, and so is this.
    """
    return math.ceil(side_of(size, WIDE))


def crop(image: Image, position: Pair, side: int, size: int, colour: Colour) -> Image:
    """Return (size, size, 3) RGB: the square of `side` frame pixels round a position of an RGB frame."""
    corner = (math.floor(position[0] - (side + 1) / 2 + 0.5), math.floor(position[1] - (side + 1) / 2 + 0.5))
    return square(image, corner, side, size, colour)


def normalised(crops: Tensor) -> Tensor:
    """Return (N, 3, H, W) levels as the network takes them."""
    mean, deviation = (crops.new_tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
    return (crops / 255 - mean) / deviation


def scores(logits: Floats) -> Floats:
    """Return (1024,): the probability of the object at each token, of logits (1024, 2)."""
    values = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(values[:, 0] / values.sum(axis=1), np.float32)


def weighed(score: Floats) -> NDArray[np.float64]:
    """Return the scores after the window."""
    return score * (1 - INFLUENCE) + _WINDOW * INFLUENCE


def choose(logits: Floats) -> Found:
    """Return the best place."""
    score = scores(logits)
    best = int(np.argmax(weighed(score)))
    return Found(best, float(score[best]))


def moved(position: Pair, side: int, box: Floats, frame: tuple[int, int]) -> tuple[Pair, Pair]:
    """Return position and size on the new frame, kept to it; `box` (4,) is in parts of a square of `side` pixels.

    The size is of single precision where neither side was clamped, see `search_side`.
    """
    x, y, width, height = box * np.float32(side)
    middle = (float(x) + position[0] - side / 2, float(y) + position[1] - side / 2)
    at = (max(0.0, min(middle[0], frame[0])), max(0.0, min(middle[1], frame[1])))
    sides = [max(LEAST_SIDE, min(own, most)) for own, most in zip((width, height), frame, strict=True)]
    single = all(isinstance(own, np.float32) for own in sides)
    first, second = sides if single else (float(own) for own in sides)
    return at, (first, second)


def box_of(position: Pair, size: Pair) -> Box:
    """Return x1, y1, x2, y2."""
    left, top = position[0] - size[0] / 2, position[1] - size[1] / 2
    return float(left), float(top), float(left + size[0]), float(top + size[1])
