"""How an object looks: small pictures of it, beside small pictures of what was round it, compared as vectors.

The first view is what a person boxed and stays; others come when the object is followed surely and looks different.
Likeness is the correlation of brightness and colour without their means, so light may change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.tools.base import Image

SIDE = 16
"""Pixels of a view, each way."""
VIEWS = 12
"""Views kept of an object; the first for ever, of the others the newest."""
NEW = 0.8
"""A view that is this much like a kept one teaches nothing."""
Vector = NDArray[np.float32]
_ROUND = [(x / 2, y / 2) for x in range(-2, 3) for y in range(-2, 3) if x or y]
"""Places of the surroundings, in sizes of the object from its middle."""


@dataclass(frozen=True, slots=True)
class Look:
    """Views of an object and of its surroundings: (n, SIDE * SIDE * 3), each of length 1."""

    views: Vector
    others: Vector


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the object something is: `own` -1..1; `sure` 0..1, above 1/2 where it is more like it than others."""

    own: float
    sure: float


def look(image: Image, box: Box) -> Look:
    """Return how the object in this box of an RGB frame looks."""
    return Look(view(image, box)[None], np.stack([view(image, _moved(box, x, y)) for x, y in _ROUND]))


def likeness(known: Look, image: Image, box: Box) -> Likeness:
    """Return how like the object what stands in this box is."""
    seen = view(image, box)
    own, other = float((known.views @ seen).max()), float((known.others @ seen).max())
    return Likeness(own, (1 - other) / max(2 - own - other, 1e-6))


def learned(known: Look, image: Image, box: Box, like: Likeness) -> Look:
    """Return the look with this view of it, if it shows anything new."""
    if like.own > NEW:
        return known
    seen = view(image, box)[None]
    return replace(known, views=np.concatenate([known.views[:1], known.views[1:][2 - VIEWS :], seen]))


def view(image: Image, box: Box) -> Vector:
    """Return the small picture in a box as a vector of length 1, zeros where there is nothing to compare."""
    seen = _small(image, box).reshape(-1, 3).astype(np.float32)
    vector = (seen - seen.mean(0)).ravel()
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 1 else np.zeros_like(vector)


def _small(image: Image, box: Box) -> Image:
    """Return the box at the size of a view; beyond the frame's border is what is at the border."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (round(value) for value in box)
    if 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height:
        return np.asarray(cv2.resize(image[y1:y2, x1:x2], (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    across, down = max(box[2] - box[0], 1.0) / SIDE, max(box[3] - box[1], 1.0) / SIDE
    place = np.array([[across, 0, box[0] + across / 2 - 0.5], [0, down, box[1] + down / 2 - 0.5]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    small = cv2.warpAffine(image, place, (SIDE, SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(small, np.uint8)


def _moved(box: Box, x: float, y: float) -> Box:
    dx, dy = x * (box[2] - box[0]), y * (box[3] - box[1])
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy
