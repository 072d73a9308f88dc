"""A window of the frame as a few hundred regions of like pixels and the borders between them.

Everything after this works on regions, so a click costs the same on any frame. A window is reduced to at most WORK
pixels a side (a little enlarged if it is tiny); positions are then measured in the window's longer side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tools.base import Image

WORK = 320
ENLARGE = 1.5
REGION = 9
"""Side of a region in work pixels, about."""
COLOR_SPREAD = 9.0
"""Distance in Lab at which two regions are no longer alike."""
REACH = 0.35
"""Distance at which like colours no longer speak for each other."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Window = tuple[int, int, int, int]
"""x1, y1, x2, y2 in frame pixels."""


@dataclass(frozen=True, eq=False)
class Regions:
    """What is known of a window before anybody clicked."""

    window: Window
    lab: NDArray[np.float32]
    """(h, w, 3) work pixels, CIE Lab."""
    labels: NDArray[np.int32]
    """(h, w): the region of each work pixel."""
    area: Floats
    centre: Floats
    """(n, 2) x, y in window sides."""
    rim: Ints
    """Regions at the window's border."""
    first: Ints
    second: Ints
    """Neighbours: border number i is between first[i] and second[i]."""
    length: Floats
    """Work pixels of each border."""
    contrast: Floats
    """How different its two sides look, 1 for a border of the usual kind."""
    step: Floats
    """Cost of going over each border: short and smooth is cheap."""
    bond: Floats
    """Cost of cutting each border: long and faint is dear."""
    alike: NDArray[np.float32]
    """(n, n): how much the look of one region says of another."""

    @property
    def nbytes(self) -> int:
        """Bytes of what is large."""
        return self.lab.nbytes + self.labels.nbytes + self.alike.nbytes

    @property
    def count(self) -> int:
        """The number of regions."""
        return len(self.area)

    @property
    def scale(self) -> tuple[float, float]:
        """Work pixels per frame pixel, x and y."""
        height, width = self.labels.shape
        return width / (self.window[2] - self.window[0]), height / (self.window[3] - self.window[1])

    @property
    def side(self) -> int:
        """The window's longer side in work pixels."""
        height, width = self.labels.shape
        return int(max(height, width))

    def work_point(self, pixel: tuple[int, int]) -> tuple[float, float]:
        """Return the work point of a frame pixel's centre."""
        (kx, ky), (x1, y1, _, _) = self.scale, self.window
        return (pixel[0] + 0.5 - x1) * kx, (pixel[1] + 0.5 - y1) * ky

    def at(self, pixel: tuple[int, int]) -> int:
        """Return the region of a frame pixel, of the nearest one in the window if it is outside."""
        x, y = self.work_point(pixel)
        height, width = self.labels.shape
        return int(self.labels[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)])

    def mean(self, values: NDArray[np.generic]) -> Floats:
        """Return the mean of an (h, w) array in each region."""
        return np.asarray(np.bincount(self.labels.ravel(), values.ravel(), self.count) / self.area)


def regions_of(image: Image, window: Window) -> Regions:
    """Cut a window of the frame into regions; the cost is bounded whatever its size."""
    lab = _lab(image, window)
    labels = _labels(lab)
    height, width = labels.shape
    flat, count = labels.ravel(), int(labels.max()) + 1
    area = np.bincount(flat, minlength=count).astype(np.float64)
    columns = [np.bincount(flat, part.ravel(), count) / area for part in np.indices(labels.shape)[::-1]]
    centre = np.stack(columns, 1) / max(height, width)
    color = np.stack([np.bincount(flat, lab[..., i].ravel(), count) / area for i in range(3)], 1)
    texture, gradient = _texture_and_gradient(lab)
    rough = np.sqrt(np.bincount(flat, texture.ravel(), count) / area)
    first, second, length, edge = _borders(labels, gradient, count)
    wide = _spread(color, first, second)
    contrast = _norm(color[first] - color[second]) + _norm(wide[first] - wide[second]) + 0.5 * edge
    contrast += 0.6 * np.abs(rough[first] - rough[second])
    contrast /= max(float(contrast.mean()), 1e-6) if len(contrast) else 1.0
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])).astype(np.intp)
    return Regions(
        window,
        lab,
        labels,
        area,
        centre,
        rim,
        first,
        second,
        length,
        contrast,
        step=_norm(centre[first] - centre[second]) * (0.05 + contrast),
        bond=length / np.sqrt(area.mean()) * np.exp(-contrast),
        alike=_alike(color, wide, rough, centre),
    )


def _lab(image: Image, window: Window) -> NDArray[np.float32]:
    import cv2

    x1, y1, x2, y2 = window
    part: NDArray[np.uint8] = image[y1:y2, x1:x2]
    scale = min(ENLARGE, WORK / max(x2 - x1, y2 - y1))
    size = (max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale)))
    thin = max(1, int(0.5 / scale))  # two pixels a side for each work pixel are enough
    part = part[min(thin // 2, y2 - y1 - 1) :: thin, min(thin // 2, x2 - x1 - 1) :: thin]
    if part.ndim == 2:
        part = np.repeat(part[..., None], 3, axis=2)
    small = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))


def _labels(lab: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return superpixels (SLIC), plain blocks where the window is too thin for them."""
    import cv2

    height, width = lab.shape[:2]
    if min(height, width) < 3 * REGION:
        block = 1 if height * width <= 900 else max(1, int(np.sqrt(height * width / 900)))
        rows, columns = np.indices((height, width)) // block
        return np.asarray(rows * (columns.max() + 1) + columns, np.int32)
    slic = cv2.ximgproc.createSuperpixelSLIC(cv2.GaussianBlur(lab, (0, 0), 0.8), cv2.ximgproc.SLIC, REGION, 10.0)
    slic.iterate(4)
    slic.enforceLabelConnectivity(25)
    return np.asarray(slic.getLabels(), np.int32)


def _texture_and_gradient(lab: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return local variance, and gradient length summed over a fine and a coarse scale."""
    import cv2

    coarse = cv2.GaussianBlur(lab, (0, 0), 2.5)
    texture = cv2.GaussianBlur((lab - coarse) ** 2, (0, 0), 3).sum(2)
    gradient = np.zeros_like(texture)
    for scale, smooth in ((1.0, cv2.GaussianBlur(lab, (0, 0), 1)), (2.5, coarse)):
        parts = [cv2.Scharr(smooth, cv2.CV_32F, *way) / 32 for way in ((1, 0), (0, 1))]
        gradient += scale * np.sqrt(sum((part**2).sum(2) for part in parts))
    return texture, gradient


def _borders(labels: NDArray[np.int32], gradient: NDArray[np.float32], count: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Return neighbours, the length of the border between them and the mean gradient along it."""
    keys, values = [], []
    for a, b in (((..., slice(None, -1)), (..., slice(1, None))), ((slice(None, -1),), (slice(1, None),))):
        one, other = labels[a], labels[b]
        differ = one != other
        low, high = np.minimum(one, other)[differ], np.maximum(one, other)[differ]
        keys.append(low.astype(np.int64) * count + high)
        values.append(np.maximum(gradient[a], gradient[b])[differ])
    pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
    length = np.bincount(place, minlength=len(pairs)).astype(np.float64)
    edge = np.bincount(place, np.concatenate(values), len(pairs)) / np.maximum(length, 1)
    return (pairs // count).astype(np.intp), (pairs % count).astype(np.intp), length, edge


def _spread(color: Floats, first: Ints, second: Ints) -> Floats:
    """Return colours averaged three times with like neighbours: texture is gone, borders stay."""
    weight = np.exp(-_norm(color[first] - color[second]) / 8)
    count = len(color)
    total = 1 + np.bincount(first, weight, count) + np.bincount(second, weight, count)
    for _ in range(3):
        near = [
            np.bincount(first, weight * part[second], count) + np.bincount(second, weight * part[first], count) + part
            for part in color.T
        ]
        color = np.stack(near, 1) / total[:, None]
    return color


def _alike(color: Floats, wide: Floats, rough: Floats, centre: Floats) -> NDArray[np.float32]:
    hue = np.array([1.0, 1.5, 1.5])
    look = np.column_stack([color * hue, 1.2 * rough, 0.5 * wide * hue]) / COLOR_SPREAD
    away, apart = _squares(centre), _squares(look)
    apart += away / REACH**2
    apart *= -0.5
    away *= -0.5
    return np.asarray(np.exp(apart, out=apart) + 1e-4 * np.exp(away, out=away), np.float32)


def _norm(rows: Floats) -> Floats:
    return np.asarray(np.sqrt((rows**2).sum(1)))


def _squares(rows: Floats) -> NDArray[np.float32]:
    """Return the squared distances of all pairs of rows (no matrix product: its threads fight for busy cores)."""
    total = np.zeros((len(rows), len(rows)), np.float32)
    difference = np.empty_like(total)
    for column in rows.T.astype(np.float32):
        np.subtract.outer(column, column, out=difference)
        np.square(difference, out=difference)
        total += difference
    return total
