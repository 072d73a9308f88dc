"""The base of a view: the visible part of the frame at the view's size.

Apart from the overlay because it changes with the frame and the zoom only, and is what costs bytes. Work follows the
view, not the frame: the frame is cropped first, and a frame far larger than the view is taken from a halved copy
(`Pyramid`) or by strides.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from engine.render.strip import paint_crops
from engine.scene import Picture, Scene
from engine.viewport import Viewport

Rgb = NDArray[np.uint8]
BACKDROP = (24, 24, 27)
"""What lies outside the frame."""
CRISP = 3.0
"""View pixels per frame pixel from which on a frame pixel is shown as a plain square."""
HALVED = 32 << 20
"""Bytes of halved copies of frames: a frame of 8K with both copies of it that are looked at."""
COARSEST = 6
"""Halvings that a pyramid makes at most."""


class Pyramid:
    """Halved copies of frames, made when first asked for and kept within a number of bytes; safe between threads."""

    def __init__(self, limit: int = HALVED) -> None:
        self._limit = limit
        self._levels: OrderedDict[tuple[Hashable, int], Rgb] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(level.nbytes for level in self._levels.values())

    def level(self, picture: Picture, halvings: int) -> Rgb:
        """Return the frame halved so many times: each pixel the mean of 2**halvings squared ones, the last row cut.

        Not more often than `deepest` allows, so that a pixel is left.
        """
        halvings = min(halvings, deepest(picture))
        if halvings <= 0:
            return picture.pixels
        with self._lock:
            found = self._levels.get((picture.key, halvings))
            if found is not None:
                self._levels.move_to_end((picture.key, halvings))
                return found
        made = self._made(picture, halvings)
        with self._lock:
            self._levels[(picture.key, halvings)] = made
            while self.size > self._limit and len(self._levels) > 1:
                self._levels.popitem(last=False)
        return made

    def _made(self, picture: Picture, halvings: int) -> Rgb:
        import cv2

        with self._lock:
            finer = [n for n in range(1, halvings) if (picture.key, n) in self._levels]
            start = finer[-1] if finer else 0
            source = self._levels[(picture.key, start)] if start else picture.pixels
        factor = 2 ** (halvings - start)
        height, width = source.shape[0] // factor, source.shape[1] // factor
        whole = source[: height * factor, : width * factor]
        return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def deepest(picture: Picture) -> int:
    """Return how often a frame can be halved."""
    height, width = picture.pixels.shape[:2]
    return min(max(int(min(height, width)).bit_length() - 1, 0), COARSEST)


def same_base(old: Scene, new: Scene) -> bool:
    """Say whether both scenes have the same base, pixel for pixel but for a strip's crops (`patches`)."""
    keys = [scene.picture.key if scene.picture is not None else None for scene in (old, new)]
    views = [(scene.viewport, scene.brightness, scene.contrast) for scene in (old, new)]
    return keys[0] == keys[1] and views[0] == views[1]


def paint_base(scene: Scene, divisor: int = 1, *, pyramid: Pyramid | None = None) -> Rgb:
    """Return the view's base, (ceil(view height / divisor), ceil(view width / divisor), 3) uint8 RGB.

    `divisor` 2 or more gives a draft. With a pyramid a large frame costs no more than a small one after its first time.
    """
    view = scene.viewport
    width, height = (math.ceil(size / divisor) for size in view.view_size)
    out = _backdrop(max(width, 0), max(height, 0))
    if scene.picture is None or not out.size or not scene.picture.pixels.size:
        return out
    scale = view.scale / divisor
    source, factor = _source(scene.picture, scale, pyramid)
    _place(out, source, scale * factor, (view.origin[0] / factor, view.origin[1] / factor))
    inside = _inside(view, divisor, out.shape)
    if scene.brightness or scene.contrast:
        import cv2

        part = np.ascontiguousarray(out[inside])
        if part.size:
            out[inside] = cv2.LUT(part, tone_table(scene.brightness, scene.contrast))
    if scene.strip is not None:
        paint_crops(out, scene.strip, divisor)
    return out


def _backdrop(width: int, height: int) -> Rgb:
    """Return what lies outside the frame: a row that numpy repeats, ten times faster than a colour that it repeats."""
    out = np.empty((height, width, 3), np.uint8)
    out[:] = np.tile(np.array(BACKDROP, np.uint8), width).reshape(width, 3)
    return out


def tone_table(brightness: float, contrast: float) -> NDArray[np.uint8]:
    """Return the 256 values for a brightness and contrast of -1..1: a line through middle grey, moved up or down."""
    gain = math.tan((min(max(contrast, -0.999), 0.98) + 1) * math.pi / 4)
    values = (np.arange(256) - 127.5) * gain + 127.5 + brightness * 127.5
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _source(picture: Picture, scale: float, pyramid: Pyramid | None) -> tuple[Rgb, int]:
    """Return pixels that are at most about twice as fine as the view needs, and how many frame pixels each one is."""
    halvings = min(max(math.floor(math.log2(1 / scale)) if scale < 1 else 0, 0), deepest(picture))
    if halvings == 0:
        return picture.pixels, 1
    if pyramid is not None:
        return pyramid.level(picture, halvings), 2**halvings
    # without one, every second, fourth ... pixel is taken where that still leaves four for each view pixel
    stride = 2 ** max(halvings - 2, 0)
    return picture.pixels[stride // 2 :: stride, stride // 2 :: stride], stride


def _place(out: Rgb, source: Rgb, scale: float, origin: tuple[float, float]) -> None:
    """Put the source into `out`: source point p lies at (p - origin) * scale."""
    if scale >= 1:
        _enlarge(out, source, scale, origin)
        return
    import cv2

    spans = [_span(out.shape[1 - axis], source.shape[1 - axis], scale, origin[axis]) for axis in (0, 1)]
    if any(span is None for span in spans):
        return
    (sx1, sx2, dx1, dx2), (sy1, sy2, dy1, dy2) = spans  # type: ignore[misc]
    size = (dx2 - dx1, dy2 - dy1)
    # between a half and one the nearest four pixels are all there is to a mean, and ten times faster to take
    how = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    part = cv2.resize(np.ascontiguousarray(source[sy1:sy2, sx1:sx2]), size, interpolation=how)
    x, y = max(dx1, 0), max(dy1, 0)
    right, bottom = min(dx2, out.shape[1]), min(dy2, out.shape[0])
    out[y:bottom, x:right] = part[y - dy1 : bottom - dy1, x - dx1 : right - dx1]


def _span(shown: int, size: int, scale: float, origin: float) -> tuple[int, int, int, int] | None:
    """Return along one axis the source pixels to take (from, to) and where they go in the view (from, to)."""
    first, last = max(math.floor(origin), 0), min(math.ceil(origin + shown / scale), size)
    if first >= last:
        return None
    start, end = round((first - origin) * scale), round((last - origin) * scale)
    start, end = (start, max(end, start + 1))
    return (first, last, start, end) if end > 0 and start < shown else None


def _enlarge(out: Rgb, source: Rgb, scale: float, origin: tuple[float, float]) -> None:
    import cv2

    places = [(np.arange(out.shape[1 - axis]) + 0.5) / scale + origin[axis] for axis in (0, 1)]
    inside = [np.flatnonzero((p >= 0) & (p < source.shape[1 - axis])) for axis, p in enumerate(places)]
    if not len(inside[0]) or not len(inside[1]):
        return
    across, down = (p[index] for p, index in zip(places, inside, strict=True))
    x0, y0 = int(across[0]), int(down[0])
    # one pixel more on each side, so that interpolation at the border of the view sees its neighbours
    part = source[max(y0 - 1, 0) : int(down[-1]) + 2, max(x0 - 1, 0) : int(across[-1]) + 2]
    across, down = across - max(x0 - 1, 0), down - max(y0 - 1, 0)
    if scale >= CRISP or scale == 1:
        shown: Rgb = np.take(np.take(part, across.astype(int), axis=1), down.astype(int), axis=0)
    else:
        step = 1 / scale
        matrix = np.array([[step, 0, across[0] - 0.5], [0, step, down[0] - 0.5]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (len(across), len(down))
        near = np.ascontiguousarray(part)
        shown = np.asarray(cv2.warpAffine(near, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    out[inside[1][0] : inside[1][-1] + 1, inside[0][0] : inside[0][-1] + 1] = shown


def _inside(view: Viewport, divisor: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the part of the view that the frame covers: the backdrop keeps its colour."""
    slices = []
    for axis in (1, 0):
        scale = view.scale / divisor
        start = max(math.floor(-view.origin[axis] * scale), 0)
        end = min(math.ceil((view.frame_size[axis] - view.origin[axis]) * scale), shape[1 - axis])
        slices.append(slice(start, max(end, start)))
    return slices[0], slices[1]
