"""A box or mask that somebody drew in haste, fitted to the object in the picture.

Only what the picture is sure of moves, and only a little: the rest stays as it was drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.errors import ToolError
from engine.prompt import Prompt
from engine.tools.base import BoolMask, Image, Prediction
from engine.tools.progress import report
from engine.tools.segment import evidence
from engine.tools.segment.drawing import drawn
from engine.tools.segment.evidence import Soft
from engine.tools.segment.graph import SURE, cut
from engine.tools.segment.graphcut import BOX_MARGIN, BOX_SMOOTH, evidence_in
from engine.tools.segment.patch import Patch, Pixel, around
from engine.tools.segment.regions import Floats, Regions, Window, regions_of

GROWN = 0.1
"""What is looked at round a box, in its sides."""
FARTHEST, AGREED = 0.09, 0.03
"""How far a side moves at most, and how far the places found for it may differ, in the box's sides."""
BOLDNESSES = (-0.5, 0.5, 1.5)
"""A side is sure where a cautious, a plain and a bold cut put it at one place."""
THIN = 0.03
"""Rows and columns with less of the object than this share of the fullest are whiskers, no side."""
BAND = 0.12
"""How far a mask's border moves at most, in the square root of its area."""
ALIKE = 0.6
"""Overlap below which a fitted mask is another object."""
LOOKING = "Snap: looking for the border"
STEPS = 1 + len(BOLDNESSES)


class Snap:
    """The fitter: see FitterSpec."""

    def prepare(self, image: Image) -> Image:
        """Return the frame: only what lies round the box or mask is looked at."""
        return image

    def predict(self, features: Image, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the box, in whole pixels, or the mask as the object in it is sure to be."""
        if prompt.box is not None:
            x1, y1, x2, y2 = (round(side) for side in fit_box(features, prompt.box))
            return Prediction(np.ones((max(y2 - y1, 0), max(x2 - x1, 0)), bool), (x1, y1))
        if previous is None:
            raise ToolError("There is nothing to fit", "a box or a mask is needed")
        return Prediction(*fit_mask(features, previous.mask, previous.origin))


def fit_box(image: Image, box: Box) -> Box:
    """Return the box with every side that the object in it makes sure put there; the others as they were."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    by = GROWN * (x2 - x1), GROWN * (y2 - y1)
    wide = int(max(x1 - by[0], 0)), int(max(y1 - by[1], 0)), int(min(x2 + by[0], width)), int(min(y2 + by[1], height))
    if wide[2] - wide[0] < 2 or wide[3] - wide[1] < 2:
        return box
    report(LOOKING, 0, STEPS)
    regions = regions_of(image, around(wide, BOX_MARGIN, (width, height)))
    speaks, found = evidence_in(regions, wide), []
    for done, boldness in enumerate(BOLDNESSES, 1):
        report(LOOKING, done, STEPS)
        found.append(_extent(regions, cut(regions, speaks + boldness, BOX_SMOOTH)))
    places = np.array([extent for extent in found if extent is not None])
    if len(places) < len(BOLDNESSES):
        return box
    sides = np.array([x2 - x1, y2 - y1] * 2)
    sure = (np.ptp(places, axis=0) <= AGREED * sides) & (np.abs(places[1] - box) <= FARTHEST * sides)
    left, top, right, bottom = (float(value) for value in np.where(sure, places[1], box))
    return left, top, right, bottom


def fit_mask(image: Image, mask: BoolMask, origin: Pixel = (0, 0)) -> tuple[BoolMask, Pixel]:
    """Return the mask and its place with the border drawn to the edges near it, or as it was where that is unsure."""
    patch, size = Patch(mask, origin), (image.shape[1], image.shape[0])
    bounds = patch.on((0, 0, *size)).bounds() if _sticks_out(patch.window, size) else patch.bounds()
    if bounds is None:
        return mask, origin
    report(LOOKING, 0, 2)
    regions = regions_of(image, around(bounds, BOX_MARGIN, size))
    report(LOOKING, 1, 2)
    rows, depth = _near_border(regions, patch.reduced(regions))
    speaks = np.where(np.abs(depth) > 1, np.sign(depth) * SURE, rows @ evidence.BORDER)
    fitted = drawn(regions, cut(regions, speaks, 1.0)[regions.labels].astype(np.float32))
    before = patch.on(fitted.window).mask
    both = int((before & fitted.mask).sum())
    either = int(mask.sum()) + int(fitted.mask.sum()) - both
    return (fitted.mask, fitted.origin) if both > ALIKE * either else (mask, origin)


def _sticks_out(window: Window, size: tuple[int, int]) -> bool:
    return window[0] < 0 or window[1] < 0 or window[2] > size[0] or window[3] > size[1]


def _extent(regions: Regions, inside: NDArray[np.bool_]) -> tuple[float, ...] | None:
    """Return the box (frame pixels) round the chosen regions, None if there are none."""
    shown, ends = inside[regions.labels], []
    for axis in (0, 1):
        full = shown.sum(axis)
        on = np.flatnonzero(full >= max(2, THIN * int(full.max())))
        if not len(on):
            return None
        scale, start = regions.scale[axis], regions.window[axis]
        ends.append((start + on[0] / scale, start + (on[-1] + 1) / scale))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]


def _near_border(regions: Regions, soft: Soft) -> tuple[Floats, Floats]:
    """Return the measures (n, 6) of a mask's border, and how deep each region is in the mask, in bands."""
    import cv2

    mask = (soft > 0.5).astype(np.uint8)
    deep = cv2.distanceTransform(mask, cv2.DIST_L2, 3) - cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    depth = regions.mean(deep) / max(BAND * np.sqrt(float(mask.sum())), 2.0)
    return evidence.at_border(regions, np.clip(regions.mean(soft), 0, 1), depth), depth
