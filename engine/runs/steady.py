"""A window that goes along with one object: its tracker sees the object stand still and keep its size.

Trackers look for an object near where it was, and most of OpenCV's never change its size. The window moves and grows as
the object's points do (see `points`), so that the tracker has only to find what these missed, and a shaking camera or
an object that comes nearer is none of its business.

A picture steadied by the camera's motion instead is no better: success (area under the curve) of CSRT on nine clips is
0.573 alone, 0.639 in such windows, 0.647 in such windows on steadied pictures, which four clips lose by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.document import Box, Point
from engine.geometry import centre
from engine.runs.points import Motion
from engine.tools.base import Image, Target

ROUND = 2.0
"""Longer sides of the object that the window shows beyond it, each way."""
LARGEST = 128
"""Pixels of the object's longer side in the window, at most; trackers gain nothing from more."""
NARROWEST = 5
"""Pixels of the object's shorter side in the window, at least, unless its longer side is over `WIDEST` * `LARGEST`."""
WIDEST = 4


@dataclass(frozen=True, slots=True)
class Window:
    """Maps frame points to window points: (point - middle) * scale + size / 2."""

    middle: Point
    scale: float
    size: tuple[int, int]
    """Width, height of what is cut out."""

    def cut(self, image: Image) -> Image:
        """Return the window of a frame; what lies beyond the frame's border is as the border is."""
        scale, (x, y) = self.scale, self.middle
        place = np.array(
            [
                [scale, 0, self.size[0] / 2 - scale * (x - 0.5) - 0.5],
                [0, scale, self.size[1] / 2 - scale * (y - 0.5) - 0.5],
            ]
        )
        return np.asarray(cv2.warpAffine(image, place, self.size, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def inward(self, target: Target) -> Target:
        """Return an object of the frame as it stands in the window."""
        return replace(target, box=self._mapped(target.box, inward=True), mask=None)

    def outward(self, target: Target) -> Target:
        """Return an object of the window as it stands in the frame."""
        return replace(target, box=self._mapped(target.box, inward=False), mask=None)

    def _mapped(self, box: Box, *, inward: bool) -> Box:
        (x, y), (across, down), scale = self.middle, (self.size[0] / 2, self.size[1] / 2), self.scale
        x1, y1, x2, y2 = box
        if inward:
            return (
                (x1 - x) * scale + across,
                (y1 - y) * scale + down,
                (x2 - x) * scale + across,
                (y2 - y) * scale + down,
            )
        return (x1 - across) / scale + x, (y1 - down) / scale + y, (x2 - across) / scale + x, (y2 - down) / scale + y

    def along(self, box: Box, motion: Motion) -> Window:
        """Return the window gone along with an object that was at `box`, which stays at its place in it."""
        (x, y), (ox, oy) = self.middle, centre(box)
        middle = ox + motion.shift[0] + (x - ox) * motion.grown, oy + motion.shift[1] + (y - oy) * motion.grown
        return Window(middle, self.scale / motion.grown, self.size)

    def strays(self, box: Box) -> bool:
        """Say whether an object has come so far from the middle, or grown so much, that a new window is due."""
        x, y = centre(self._mapped(box, inward=True))
        size = max(box[2] - box[0], box[3] - box[1]) * self.scale
        side = min(self.size) / (2 * ROUND + 1)
        off = max(abs(x - self.size[0] / 2), abs(y - self.size[1] / 2))
        return off > ROUND / 2 * side or not 0.4 * side < size < 2.5 * max(side, 1.0)


def window_for(box: Box) -> Window:
    """Return the window in which an object's tracker begins."""
    width, height = box[2] - box[0], box[3] - box[1]
    longer, shorter = max(width, height, 1.0), max(min(width, height), 1.0)
    wide = min(NARROWEST / shorter, WIDEST * LARGEST / longer)  # else trackers refuse an object as too narrow
    scale = min(1.0, max(LARGEST / longer, wide))
    size = round((width + 2 * ROUND * longer) * scale), round((height + 2 * ROUND * longer) * scale)
    return Window(centre(box), scale, size)
