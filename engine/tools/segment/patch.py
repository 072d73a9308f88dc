"""A mask that is kept only where it can be true: a window of the frame. A frame of 100 megapixels is never copied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.tools.base import BoolMask
from engine.tools.segment.evidence import Soft
from engine.tools.segment.regions import Regions, Window

Pixel = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Patch:
    """`mask[0, 0]` is frame pixel `origin`; False outside."""

    mask: BoolMask
    origin: Pixel = (0, 0)

    @property
    def window(self) -> Window:
        """Its place in the frame."""
        (x, y), (height, width) = self.origin, self.mask.shape
        return x, y, x + width, y + height

    def __contains__(self, pixel: Pixel) -> bool:
        x1, y1, x2, y2 = self.window
        return x1 <= pixel[0] < x2 and y1 <= pixel[1] < y2 and bool(self.mask[pixel[1] - y1, pixel[0] - x1])

    def bounds(self) -> Window | None:
        """Return the smallest window round what is True, None if nothing is."""
        columns, rows = np.flatnonzero(self.mask.any(0)), np.flatnonzero(self.mask.any(1))
        if not len(columns):
            return None
        x, y = self.origin
        return x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1

    def on(self, window: Window) -> Patch:
        """Return it on another window: cut off, or padded with False."""
        x1, y1, x2, y2 = window
        out = np.zeros((y2 - y1, x2 - x1), bool)
        a1, b1, a2, b2 = self.window
        left, top, right, bottom = max(x1, a1), max(y1, b1), min(x2, a2), min(y2, b2)
        if left < right and top < bottom:
            seen = self.mask[top - b1 : bottom - b1, left - a1 : right - a1]
            out[top - y1 : bottom - y1, left - x1 : right - x1] = seen
        return Patch(out, (x1, y1))

    def reduced(self, regions: Regions) -> Soft:
        """Return it on the regions' window in work pixels, 0..1."""
        import cv2

        height, width = regions.labels.shape
        step = max(1, int(0.25 / max(regions.scale)))  # four samples a side for each work pixel are enough
        seen = self._sampled(regions.window, step).view(np.uint8) * np.uint8(255)
        how = cv2.INTER_AREA if width < seen.shape[1] else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(seen, (width, height), interpolation=how).astype(np.float32) / 255)

    def _sampled(self, window: Window, step: int) -> BoolMask:
        """Return every `step`-th pixel of a window."""
        if step == 1:
            return self.on(window).mask
        columns = np.arange(min(window[0] + step // 2, window[2] - 1), window[2], step) - self.origin[0]
        rows = np.arange(min(window[1] + step // 2, window[3] - 1), window[3], step) - self.origin[1]
        height, width = self.mask.shape
        found = self.mask[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))]
        there = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
        return np.asarray(found & there)


def dot(pixel: Pixel) -> Window:
    """Return the window of one pixel."""
    return pixel[0], pixel[1], pixel[0] + 1, pixel[1] + 1


def side(window: Window) -> int:
    """Return a window's longer side."""
    return max(window[2] - window[0], window[3] - window[1])


def around(window: Window, margin: float, size: tuple[int, int]) -> Window:
    """Return a larger window within a frame (width, height): `margin` of its side more at each side.

    It has 32 pixels a side at least. Its corners are on a coarse grid, so that a mask that grew a little is looked at
    through the same window.
    """
    longest = side(window)
    more = max(margin * longest, (32 - longest) / 2)
    grid = max(1, longest // 16)
    low = [max(0, round((value - more) / grid) * grid) for value in window[:2]]
    high = [min(limit, round((value + more) / grid) * grid) for value, limit in zip(window[2:], size, strict=True)]
    return (
        min(low[0], window[0]),
        min(low[1], window[1]),
        max(high[0], window[2]),
        max(high[1], window[3]),
    )
