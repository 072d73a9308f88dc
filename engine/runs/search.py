"""Finding an object again that was lost: near where it was, then in the whole frame, by how it looks.

Its small picture is slid over the frame at some sizes (normalized correlation on brightness); the best places are then
looked at in colour, beside what was round the object. What is not clearly the object is not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.runs.looks import Look, likeness
from engine.tools.base import Image

SIZES = (0.8, 1.0, 1.25)
"""Of the object, beside its last one."""
SHORT = 14
"""Pixels of the object's shorter side when it is slid over the frame, at most."""
BEST = 4
"""Places looked at for each size."""
GROWING = 1.5
"""Longer sides of the object round its last place that are searched more on each frame."""
LIKE, CLEAR = 0.75, 0.65
"""What is less like the object, or less surely it, is not taken."""


@dataclass(frozen=True, slots=True)
class Sought:
    """An object to be found: how its brightness looked, small, and its last box."""

    pattern: Image
    box: Box


def sought(grey: Image, box: Box) -> Sought | None:
    """Return what to look for of an object that was in this box of a grey frame; None if it is too small."""
    x1, y1 = max(round(box[0]), 0), max(round(box[1]), 0)
    x2, y2 = min(round(box[2]), grey.shape[1]), min(round(box[3]), grey.shape[0])
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    return Sought(np.ascontiguousarray(grey[y1:y2, x1:x2]), (float(x1), float(y1), float(x2), float(y2)))


def found(what: Sought, known: Look, image: Image, grey: Image, frames: int = 0) -> Box | None:
    """Return the box of the object on this frame (RGB and grey), None if nothing there is clearly it.

    `frames` says for how many it was looked for in vain: the longer, the farther from its last place.
    """
    width, height = what.box[2] - what.box[0], what.box[3] - what.box[1]
    scale = min(1.0, SHORT / min(width, height))
    near = GROWING * (1 + frames) * max(width, height)
    left, top = max(int(what.box[0] - near), 0), max(int(what.box[1] - near), 0)
    small = np.ascontiguousarray(grey[top : int(what.box[3] + near) + 1, left : int(what.box[2] + near) + 1])
    if min(small.shape) * scale < 1:  # pictures of a folder may differ in size: here its place is beyond the border
        return None
    if scale < 1:
        small = np.asarray(cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    best: tuple[float, Box] | None = None
    for size in SIZES:
        across, down = round(width * scale * size), round(height * scale * size)
        if across < 3 or down < 3 or across >= small.shape[1] or down >= small.shape[0]:
            continue
        pattern = cv2.resize(what.pattern, (across, down), interpolation=cv2.INTER_AREA)
        for x, y in _peaks(cv2.matchTemplate(small, pattern, cv2.TM_CCOEFF_NORMED), across, down):
            x1, y1 = x / scale + left, y / scale + top
            box = x1, y1, x1 + across / scale, y1 + down / scale
            like = likeness(known, image, box)
            if like.own >= LIKE and like.sure >= CLEAR and (best is None or like.own > best[0]):
                best = like.own, box
    return best[1] if best else None


def _peaks(match: NDArray[Any], across: int, down: int) -> list[tuple[int, int]]:
    """Return x, y of the best places that are apart from one another; the map is used up."""
    places = []
    for _ in range(BEST):
        _, value, _, (x, y) = cv2.minMaxLoc(match)
        if value < LIKE / 2:
            break
        places.append((x, y))
        match[max(y - down // 2, 0) : y + down // 2 + 1, max(x - across // 2, 0) : x + across // 2 + 1] = -1
    return places
