"""DEXTR and IOG as CVAT deploys them, whose goldens say that our networks and their inputs are the same.

We answer in the published ways. They differ: CVAT's crops are cut at the picture's border instead of padded with zeros,
their last row and column are not counted, DEXTR's mask is not limited to the points' own bounds, IOG marks no corners
of the box and compares logits, not probabilities, with 0.8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.nets.heat import Floats, Pixel, PixelBox, around, cut, resized, size_of
from engine.tools.interactors.dextr import pipeline as dextr
from engine.tools.interactors.dextr.net import Dextr
from engine.tools.interactors.iog import pipeline as iog
from engine.tools.interactors.iog.net import SIDE

LOGIT = 0.8
Image = NDArray[np.uint8]


def paste(values: Floats, box: PixelBox, shape: tuple[int, int], *, within: PixelBox | None = None) -> Floats:
    """Return (H, W) zeros with the box's values in them, only what lies in `within` if that is given."""
    out = np.zeros(shape, np.float32)
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], shape[1] - 1), min(box[3], shape[0] - 1)
    if within is not None:
        x0, y0, x1, y1 = max(x0, within[0]), max(y0, within[1]), min(x1, within[2]), min(y1, within[3])
    rows, columns = slice(y0, max(y0, y1 + 1)), slice(x0, max(x0, x1 + 1))
    out[rows, columns] = values[
        rows.start - box[1] : rows.stop - box[1], columns.start - box[0] : columns.stop - box[0]
    ]
    return out


def dextr_crop(image: Image, points: Sequence[Pixel]) -> PixelBox:
    """Return CVAT's crop: cut at the frame, its last row and column not counted."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = around(dextr.whole_pixels(points), dextr.MARGIN)
    return max(x0, 0), max(y0, 0), min(x1, width - 1) - 1, min(y1, height - 1) - 1


def dextr_mask(net: Dextr, image: Image, points: Sequence[Pixel]) -> NDArray[np.bool_]:
    """Return the frame's mask (H, W) as CVAT's request handler computes it."""
    box = dextr_crop(image, points)
    inputs = dextr.network_input(cut(image, box), [(x - box[0], y - box[1]) for x, y in dextr.whole_pixels(points)])
    small = (dextr.probability(net, inputs) > dextr.THRESHOLD).astype(np.uint8)
    back = resized(small, size_of(box), cv2.INTER_NEAREST)
    return paste(np.asarray(back, np.float32), box, image.shape[:2]) > 0


@dataclass(frozen=True, slots=True)
class IogCrop:
    """CVAT's crop, which has three ideas of where it is (off by one pixel from each other)."""

    seen: PixelBox
    """Whole pixels that the network sees: ends rounded, the last row and column not counted."""
    corner: Pixel
    """Where points are counted from, not rounded."""
    size: tuple[int, int]
    """(width, height) that points are scaled by and that the mask is resized to."""

    @property
    def answered(self) -> PixelBox:
        """Whole pixels that the mask is pasted to."""
        x, y = int(self.corner[0]), int(self.corner[1])
        return x, y, x + self.size[0] - 1, y + self.size[1] - 1

    def point(self, point: Sequence[float]) -> Pixel:
        """Return a frame point in the network's frame."""
        x, y = point[0] - self.corner[0], point[1] - self.corner[1]
        return x * SIDE / self.size[0], y * SIDE / self.size[1]


def iog_crop(box: Sequence[float], shape: tuple[int, int]) -> IogCrop:
    """Return CVAT's crop round (x0, y0, x1, y1) in a frame of (height, width)."""
    x0, y0 = max(box[0] - iog.MARGIN, 0), max(box[1] - iog.MARGIN, 0)
    x1, y1 = min(box[2] + iog.MARGIN, shape[1] - 1), min(box[3] + iog.MARGIN, shape[0] - 1)
    seen = round(x0), round(y0), round(x1) - 1, round(y1) - 1
    return IogCrop(seen, (x0, y0), (int(x1 - x0 + 1), int(y1 - y0 + 1)))


def iog_input(
    image: Image, crop: IogCrop, inside: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]
) -> tuple[Floats, Floats]:
    """Return the crop (3, 512, 512) and the maps (2, 512, 512) as CVAT's handler makes them."""
    square = resized(cut(image, crop.seen).astype(np.float32), (SIDE, SIDE), cv2.INTER_NEAREST)
    points = iog.Points(tuple(map(crop.point, inside)), tuple(map(crop.point, outside)))
    return np.ascontiguousarray(square.transpose(2, 0, 1)), iog.maps(points)


def iog_mask(fine: Floats, crop: IogCrop, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the frame's mask (H, W) for the fine logits (512, 512), as CVAT's handler does."""
    small = (fine > LOGIT).astype(np.uint8)
    back = resized(small, crop.size, cv2.INTER_CUBIC)
    return paste(np.asarray(back, np.float32), crop.answered, shape) > 0
