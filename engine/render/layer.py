"""A rectangle of the view to draw on, with alpha: lines, fills, discs and ready-made pictures.

Apart from what is drawn because getting transparency right is one job. Colours are kept multiplied by alpha: then
OpenCV's anti-aliased drawing in four channels, which mixes the old pixel with the new colour by coverage, is exactly
"over", and no dark fringe appears when `straight` divides at the end. Points are view points; OpenCV puts a pixel's
centre at a whole number, so half a pixel is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.render.thin import Chain, split, tangled
from engine.scene import Color
from engine.viewport import Rect

Rgba = NDArray[np.uint8]
SHIFT = 4
"""Bits after the point in the whole numbers that OpenCV draws at."""
PAD = 8
"""View pixels that are drawn round the rectangle asked for, and thrown away."""
FAR = 1.0e6
"""Points farther from the rectangle than this are drawn nearer, so that OpenCV's whole numbers do not overflow."""


class Layer:
    """Premultiplied RGBA pixels of a view rectangle."""

    def __init__(self, rect: Rect) -> None:
        # OpenCV draws lines otherwise where the picture's border cuts them: keep that border out of what is asked for
        x, y, width, height = rect
        self.rect = (x - PAD, y - PAD, width + 2 * PAD, height + 2 * PAD)
        self._tables: dict[tuple[Color, float], NDArray[np.uint8]] = {}
        self._blank = True
        """Nothing has been drawn yet: a fill need not be mixed with what is there."""
        self.pixels: Rgba = np.zeros((height + 2 * PAD, width + 2 * PAD, 4), np.uint8)

    def straight(self) -> Rgba:
        """Return the pixels with colours no longer multiplied by alpha: (h, w, 4)."""
        import cv2

        wanted = np.ascontiguousarray(self.pixels[PAD:-PAD, PAD:-PAD])
        return np.asarray(cv2.cvtColor(wanted, cv2.COLOR_mRGBA2RGBA), np.uint8) if wanted.size else wanted

    def fill(self, rings: Sequence[Chain], color: Color, opacity: float) -> None:
        """Lay a colour over the inside of rings, by the even-odd rule."""
        import cv2

        box = self._local_box(rings)
        if box is None or opacity <= 0 or tangled(rings):
            return
        x1, y1, x2, y2 = box
        shift = np.array((self.rect[0] + x1, self.rect[1] + y1))
        if self._blank:
            over = tuple(self._table(color, opacity)[0, 0].tolist())
            cv2.fillPoly(self.pixels[y1:y2, x1:x2], _all_fixed(rings, shift), over, lineType=cv2.LINE_8, shift=SHIFT)
            self._blank = False
            return
        inside = np.zeros((y2 - y1, x2 - x1), np.uint8)
        cv2.fillPoly(inside, _all_fixed(rings, shift), (255,), lineType=cv2.LINE_8, shift=SHIFT)
        part = self.pixels[y1:y2, x1:x2]
        mixed = cv2.LUT(part, self._table(color, opacity))
        self.pixels[y1:y2, x1:x2] = cv2.copyTo(mixed, inside, np.ascontiguousarray(part))

    def lines(
        self, chains: Iterable[Chain], color: Color, width: int, *, closed: bool = False, alpha: int = 255
    ) -> None:
        """Draw chains of points, anti-aliased."""
        import cv2

        fixed = _all_fixed([chain for chain in chains if len(chain) > 1], np.array(self.rect[:2]))
        self._blank = False
        if fixed:
            cv2.polylines(self.pixels, fixed, closed, _value(color, alpha), max(width, 1), cv2.LINE_AA, SHIFT)

    def hairlines(self, chains: Iterable[Chain], color: Color, *, closed: bool) -> None:
        """Draw chains one pixel wide and not smoothed, for a fiftieth of the time."""
        import cv2

        self._blank = False
        fixed = _all_fixed([chain for chain in chains if len(chain) > 1], np.array(self.rect[:2]))
        cv2.polylines(self.pixels, fixed, closed, _value(color, 255), 1, cv2.LINE_8, SHIFT)

    def disc(self, centre: tuple[float, float], radius: float, color: Color, *, alpha: int = 255) -> None:
        """Draw a filled circle."""
        self._circle(centre, radius, color, -1, alpha)

    def rimmed_discs(self, centres: Chain, radii: tuple[float, float], colors: tuple[Color, Color]) -> None:
        """Draw a filled circle with a smaller one on it at each of many points."""
        import cv2

        self._blank = False
        sizes, values = [round(radius * 2**SHIFT) for radius in radii], [_value(color, 255) for color in colors]
        for centre in _fixed(centres - self.rect[:2]).tolist():
            for size, value in zip(sizes, values, strict=True):
                cv2.circle(self.pixels, centre, size, value, -1, cv2.LINE_AA, SHIFT)

    def circle(self, centre: tuple[float, float], radius: float, color: Color, width: int, *, alpha: int = 255) -> None:
        """Draw a circle's outline."""
        self._circle(centre, radius, color, width, alpha)

    def block(self, centre: tuple[float, float], half: float, color: Color) -> None:
        """Draw a filled square with sides of 2 `half`."""
        x, y = centre
        square = np.array([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)])
        import cv2

        self._blank = False
        cv2.fillPoly(self.pixels, [_fixed(square - self.rect[:2])], _value(color, 255), cv2.LINE_AA, SHIFT)

    def solid(self, ring: Chain, color: Color, *, alpha: int = 255) -> None:
        """Draw a small convex ring filled, anti-aliased."""
        import cv2

        self._blank = False
        cv2.fillConvexPoly(self.pixels, _fixed(ring - self.rect[:2]), _value(color, alpha), cv2.LINE_AA, SHIFT)

    def paste(self, picture: Rgba, at: tuple[int, int]) -> None:
        """Lay a premultiplied picture over the pixels, its upper left corner at the view point `at`."""
        height, width = picture.shape[:2]
        x1, y1, x2, y2 = self._clip((at[0], at[1], width, height))
        self._blank = False
        if x1 >= x2 or y1 >= y2:
            return
        left, top = at[0] - self.rect[0], at[1] - self.rect[1]
        new = picture[y1 - top : y2 - top, x1 - left : x2 - left]
        old = self.pixels[y1:y2, x1:x2]
        # (a * b + 255) >> 8 is a * b / 255 to within one, and premultiplied sums cannot pass 255 by more than that
        kept = (old * (255 - new[..., 3:]).astype(np.uint16) + 255) >> 8
        old[:] = np.minimum(kept + new, 255)

    def put(self, picture: Rgba, at: tuple[int, int]) -> None:
        """Replace pixels by an opaque picture, its upper left corner at the view point `at`."""
        height, width = picture.shape[:2]
        x1, y1, x2, y2 = self._clip((at[0], at[1], width, height))
        self._blank = False
        if x1 < x2 and y1 < y2:
            left, top = at[0] - self.rect[0], at[1] - self.rect[1]
            self.pixels[y1:y2, x1:x2] = picture[y1 - top : y2 - top, x1 - left : x2 - left]

    def _table(self, color: Color, opacity: float) -> NDArray[np.uint8]:
        found = self._tables.get((color, opacity))
        if found is None:
            found = self._tables[(color, opacity)] = _over_table(color, opacity)
        return found

    def _circle(self, centre: tuple[float, float], radius: float, color: Color, width: int, alpha: int) -> None:
        import cv2

        self._blank = False
        x, y = _fixed(np.array([centre]) - self.rect[:2])[0].tolist()
        size = min(round(radius * 2**SHIFT), 1 << 24)
        cv2.circle(self.pixels, (x, y), size, _value(color, alpha), width, cv2.LINE_AA, SHIFT)

    def _local_box(self, rings: Sequence[Chain]) -> tuple[int, int, int, int] | None:
        if not rings:
            return None
        every = np.concatenate(rings) if len(rings) > 1 else rings[0]
        low, high = every.min(axis=0).tolist(), every.max(axis=0).tolist()
        left, top = (int(max(value, -FAR)) - 1 for value in low)
        right, bottom = (int(min(value, FAR)) + 2 for value in high)
        x1, y1, x2, y2 = self._clip((left, top, right - left, bottom - top))
        return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def _clip(self, rect: Rect) -> tuple[int, int, int, int]:
        """Return a view rectangle's part in this layer as x1, y1, x2, y2 from its upper left corner."""
        x, y = rect[0] - self.rect[0], rect[1] - self.rect[1]
        return max(x, 0), max(y, 0), min(x + rect[2], self.rect[2]), min(y + rect[3], self.rect[3])


def dashes(chain: Chain, rect: Rect, *, on: float, off: float, closed: bool) -> list[Chain]:
    """Return a chain cut into dashes; only those near the rectangle, so a huge outline costs what is seen of it."""
    ends = np.roll(chain, -1, axis=0) if closed else chain[1:]
    starts = chain if closed else chain[:-1]
    length = np.hypot(*(ends - starts).T)
    before = np.cumsum(length) - length
    near = _near(starts, ends, rect)
    near = near[length[near] > 0]
    return _edge_dashes(starts[near], ends[near], before[near], rect, on, on + off)


def _near(starts: Chain, ends: Chain, rect: Rect) -> NDArray[np.intp]:
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    x, y, width, height = rect
    margin = 4
    near = (low[:, 0] < x + width + margin) & (high[:, 0] > x - margin)
    near &= (low[:, 1] < y + height + margin) & (high[:, 1] > y - margin)
    return np.flatnonzero(near)


def _edge_dashes(a: Chain, b: Chain, before: NDArray[np.float64], rect: Rect, on: float, period: float) -> list[Chain]:
    """Cut edges; the pattern runs on from edge to edge because it is counted from the chain's beginning."""
    length = np.hypot(*(b - a).T)
    low, high = np.zeros(len(a)), length.copy()
    for axis, (start, size) in enumerate(((rect[0], rect[2]), (rect[1], rect[3]))):
        step = (b[:, axis] - a[:, axis]) / length
        slanted = np.abs(step) > 1e-9
        step = np.where(slanted, step, 1.0)
        sides = (start - 4 - a[:, axis]) / step, (start + size + 4 - a[:, axis]) / step
        low = np.where(slanted, np.maximum(low, np.minimum(*sides)), low)
        high = np.where(slanted, np.minimum(high, np.maximum(*sides)), high)
    first = np.floor((before + low) / period)
    counts = np.where(low < high, np.ceil((before + high) / period) - first, 0).astype(np.int64)
    edge = np.repeat(np.arange(len(a)), counts)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    begins = (first[edge] + nth) * period - before[edge]
    t1, t2 = np.maximum(begins, low[edge]), np.minimum(begins + on, high[edge])
    edge, t1, t2 = (values[t1 < t2] for values in (edge, t1, t2))
    along = (b - a)[edge] / length[edge, None]
    return list(np.stack((a[edge] + along * t1[:, None], a[edge] + along * t2[:, None]), axis=1))


def _all_fixed(chains: Sequence[Chain], origin: NDArray[Any]) -> list[NDArray[np.int32]]:
    """Return chains counted from `origin` as OpenCV takes them; many together, as each would take its own calls."""
    if len(chains) < 2:
        return [_fixed(chain - origin) for chain in chains]
    return split(_fixed(np.concatenate(chains) - origin), [len(chain) for chain in chains])


def _fixed(chain: Chain) -> NDArray[np.int32]:
    near = np.minimum(np.maximum(chain, -FAR), FAR)  # far quicker than np.clip on a few points
    return np.asarray(np.rint((near - 0.5) * 2**SHIFT), np.int32)


def _value(color: Color, alpha: int) -> tuple[int, int, int, int]:
    red, green, blue = (channel * alpha // 255 for channel in color)
    return red, green, blue, alpha


def _over_table(color: Color, opacity: float) -> NDArray[np.uint8]:
    """Return for every old value of the four channels the value with a colour laid over it."""
    new = np.array([*(channel * opacity for channel in color), 255 * opacity])
    return np.asarray(np.rint(np.arange(256)[:, None] * (1 - opacity) + new), np.uint8).reshape(1, 256, 4)
