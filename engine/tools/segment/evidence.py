"""What speaks for "object" in each region: one row of measures for each, weighed by a logistic rule.

Six rules: a first click on its own; the same again round the estimate that it gave; a box; the same again with the
estimate; a further click, which says how far the wrong place round it reaches; and the border of a drawn mask. The
weights were fitted to a robot user's clicks (`benchmarks/interactors.py`). Distances are over the graph of regions, so
a way round an edge is long; likeness is a kernel estimate of colour and texture, so it needs no bins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.tools.segment.graph import distances
from engine.tools.segment.regions import Floats, Ints, Regions

FIRST = np.array([-4.4, 0.56, -1.06, -0.58, 0.42, -0.58, 0.3, 0.34, -0.72])
AGAIN = np.array([-0.3, 0.11, -0.24, -0.63, -0.06, -0.31, 0.28, 0.66, -0.06, 0.78, 0.53])
BOX = np.array([-0.01, 1.32, 0.27, -0.77, 0.76, -0.05, 0.33, -0.11])
BOX_AGAIN = np.array([0.62, 1.11, 0.06, -0.13, -0.27, 0.12, -0.25, 1.02, -0.39, 0.09])
ADD = np.array([-2.32, 0.05, -0.16, 0.82, 0.17, -0.08, -0.48, -1.34, -0.6, -0.42, 0.03, 0.47, 0.33])
REMOVE = np.array([1.19, -0.22, -0.34, 0.66, 0.13, -0.13, -0.24, -1.13, -0.68, 0.1, -0.17, -0.42, -0.37])
BORDER = np.array([-0.7, 0.45, -0.56, 3.92, 0.93, 0.52])
HEART = 0.1
"""How much farther the middle of what remains is than a click that says "inside"; nothing while there is none."""
RIM = 0.05
"""How much farther the window's border is than a click that says "outside"."""

Soft = NDArray[np.float32]
"""(h, w) work pixels, 0..1: a mask on the window."""


@dataclass(frozen=True)
class Place:
    """A click in the window, the clicks of both kinds before it, and the box that the prompt began with."""

    pixel: tuple[int, int]
    inside: Ints
    """Regions of positive clicks, this one included if it is one."""
    outside: Ints
    number: int = 1
    box: Box | None = None


def first_click(regions: Regions, pixel: tuple[int, int]) -> Floats:
    """Return the measures (n, 9) for a single positive click."""
    seed = regions.at(pixel)
    rows, near, gone = _around(regions, pixel, seed)
    middle = np.exp(-((near / 0.15) ** 2) - (gone / np.median(gone)) ** 2)
    return np.column_stack([rows, _like(regions, middle), _like(regions, np.ones(regions.count))])


def click_again(regions: Regions, pixel: tuple[int, int], estimate: Soft) -> Floats:
    """Return the measures (n, 11) for a single positive click with an estimate of the object."""
    import cv2

    rows, _, _ = _around(regions, pixel, regions.at(pixel))
    share = np.clip(regions.mean(estimate), 0, 1)
    mask = (estimate > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3) - cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    depth = np.clip(regions.mean(depth) / np.sqrt(max(int(mask.sum()), 9)), -1, 1)
    likeness = [_like(regions, share), _like(regions, 1 - share)]
    return np.column_stack([rows, *likeness, share, depth])


def _around(regions: Regions, pixel: tuple[int, int], seed: int) -> tuple[Floats, Floats, Floats]:
    """Return seven measures, and the distances to the click as the crow flies and over the graph."""
    gone = distances(regions, np.array([seed]))
    rim = distances(regions, regions.rim, RIM)
    x, y = (value / regions.side for value in regions.work_point(pixel))
    near = np.hypot(regions.centre[:, 0] - x, regions.centre[:, 1] - y)
    height, width = (value / regions.side for value in regions.labels.shape)
    left, top = regions.centre.T
    edge = np.minimum.reduce([left, top, width - left, height - top])
    spot = np.exp(-((near / 0.06) ** 2))
    spot[seed] += 3 * regions.area.mean() / regions.area[seed]
    border = np.zeros(regions.count)
    border[regions.rim] = 1
    rows = [
        np.ones(regions.count),
        np.clip(np.log((rim + 1e-3) / (gone + 1e-3)), -2.5, 2.5),
        np.log(0.05 + gone / max(float(np.median(gone)), 1e-6)),
        np.log(0.05 + near),
        _like(regions, spot),
        _like(regions, border),
        np.log(0.02 + edge),
    ]
    return np.column_stack(rows), near, np.maximum(gone, 1e-9)


def in_box(regions: Regions, box: Box) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the measures (n, 8) for a box, and which regions are outside it."""
    x1, y1 = (zero * scale for zero, scale in zip(_from(regions, box[:2]), regions.scale, strict=True))
    x2, y2 = (zero * scale for zero, scale in zip(_from(regions, box[2:]), regions.scale, strict=True))
    ins = np.zeros(regions.labels.shape, np.float32)
    left, top = max(round(x1), 0), max(round(y1), 0)
    ins[top : max(round(y2), top + 1), left : max(round(x2), left + 1)] = 1
    share = regions.mean(ins)
    outside = share < min(0.5, share.max())
    u = (regions.centre[:, 0] * regions.side - (x1 + x2) / 2) / max(x2 - x1, 1e-6) * 2
    v = (regions.centre[:, 1] * regions.side - (y1 + y2) / 2) / max(y2 - y1, 1e-6) * 2
    away = distances(regions, np.flatnonzero(outside) if outside.any() else regions.rim)
    away = away / (np.median(away[~outside]) + 1e-6)
    radius, reach = np.hypot(u, v), np.maximum(np.abs(u), np.abs(v))
    rows = [
        np.ones(regions.count),
        np.log(0.1 + away),
        radius,
        _like(regions, outside * np.exp(-reach)),
        _like(regions, ~outside * np.exp(-2.5 * radius**2)),
        np.log(0.05 + np.clip(1 - reach, 0, 1)),
        _like(regions, np.ones(regions.count)),
        np.minimum(away, 3),
    ]
    return np.column_stack(rows), outside


def in_box_again(regions: Regions, rows: Floats, outside: NDArray[np.bool_], estimate: Floats) -> Floats:
    """Return the measures (n, 10) for a box with an estimate (n,) of the object."""
    share = np.where(outside, 0, estimate)
    likeness = [_like(regions, share), _like(regions, 1 - share)]
    return np.column_stack([rows[:, :6], rows[:, 7], *likeness, share])


def further_click(
    regions: Regions, place: Place, mask: Soft, *, positive: bool
) -> tuple[Floats, NDArray[np.bool_], float]:
    """Return the measures (n, 13) for "wrong as the click is", which regions are of that kind, how far it is so."""
    import cv2

    seed = regions.at(place.pixel)
    wrong = (regions.mean(mask) > 0.5) != positive
    wrong[seed] = True
    wrong_pixels = np.pad(((mask > 0.5) != positive).astype(np.uint8), 1, mode="edge")
    deep = np.asarray(cv2.distanceTransform(wrong_pixels, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)
    x, y = regions.work_point(place.pixel)
    height, width = deep.shape
    reach = float(np.clip(deep[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)], 3, regions.side))
    near = np.hypot(regions.centre[:, 0] * regions.side - x, regions.centre[:, 1] * regions.side - y) / reach
    other = _other(regions, place, wrong) if positive else _kept(regions, place, _anchor(deep, (x, y), reach))
    gone = distances(regions, np.array([seed]))
    pace = float((regions.step / _lengths(regions)).mean()) / regions.side if len(regions.step) else 1.0
    spot = np.exp(-((near / 0.6) ** 2)) * wrong
    spot[seed] += 1
    rows = [
        np.ones(regions.count),
        np.log(0.2 + near),
        np.log(0.2 + gone / (reach * pace)),
        np.clip(np.log((other + 1e-3) / (gone + 1e-3)), -3, 3),
        _like(regions, spot),
        _like(regions, ~wrong * np.exp(-near / 8)),
        _like(regions, wrong * (1 - np.exp(-((near / 1.5) ** 2)))),
        np.log(0.2 + regions.mean(np.minimum(deep, regions.side)) / reach),
        np.full(regions.count, np.log(place.number)),
        np.full(regions.count, np.log(reach / regions.side)),
        _spots(regions, place.inside) - _spots(regions, place.outside),
        np.zeros(regions.count) if place.box is None else np.clip(in_box(regions, place.box)[0] @ BOX, -3, 3),
        _like(regions, regions.mean(mask)) - _like(regions, 1 - regions.mean(mask)),
    ]
    return np.column_stack(rows), wrong, reach


def at_border(regions: Regions, share: Floats, depth: Floats) -> Floats:
    """Return the measures (n, 6) for a drawn mask: its share of each region, its depth there (1: sure)."""
    core = np.flatnonzero(depth > 1) if (depth > 1).any() else np.array([depth.argmax()])
    beyond = np.flatnonzero(depth < -1) if (depth < -1).any() else regions.rim
    inner, outer = distances(regions, core), distances(regions, beyond)
    rows = [
        np.ones(regions.count),
        _like(regions, share),
        _like(regions, 1 - share),
        np.clip(depth, -1, 1),
        share,
        np.clip(np.log((outer + 1e-3) / (inner + 1e-3)), -3, 3),
    ]
    return np.column_stack(rows)


def _other(regions: Regions, place: Place, wrong: NDArray[np.bool_]) -> Floats:
    """Return the distance from what contradicts a positive click: clicks outside, and the window's border."""
    rim = regions.rim[wrong[regions.rim]]
    offset = np.concatenate([np.zeros(len(place.outside)), np.full(len(rim), RIM)])
    return distances(regions, np.concatenate([place.outside, rim]), offset)


def _kept(regions: Regions, place: Place, anchor: tuple[int, int]) -> Floats:
    """Return the distance from what contradicts a negative click: clicks inside, and the object's likely heart."""
    seeds = np.append(place.inside, regions.labels[anchor[1], anchor[0]])
    offset = np.append(np.zeros(len(place.inside)), HEART if len(place.inside) else 0)
    return distances(regions, seeds, offset)


def _anchor(deep: Soft, click: tuple[float, float], reach: float) -> tuple[int, int]:
    """Return the middle (x, y) of the largest disc in the mask that leaves the click's own disc free.

    A click takes a part away: what remains is an object, even where nobody has clicked inside it (a box, a drawing).
    """
    rows, columns = np.indices(deep.shape, np.float32) + 0.5
    free = np.hypot(columns - click[0], rows - click[1]) - reach
    y, x = np.unravel_index(int(np.minimum(deep, free).argmax()), deep.shape)
    return int(x), int(y)


def _spots(regions: Regions, seeds: Ints) -> Floats:
    """Return how much each region looks like the places of clicks."""
    if not len(seeds):
        return np.zeros(regions.count)
    apart = regions.centre[:, None] - regions.centre[seeds]
    weight = np.exp(-((apart**2).sum(2) / 0.05**2)).sum(1)
    return _like(regions, weight)


def _like(regions: Regions, weight: Floats) -> Floats:
    """Return the logarithm of how much each region looks like the weighted ones."""
    mass = weight * regions.area
    mass /= max(float(mass.sum()), 1e-9)
    return np.asarray(np.log(np.einsum("ij,j->i", regions.alike, mass.astype(np.float32)) + 1e-4), np.float64)


def _lengths(regions: Regions) -> Floats:
    apart = regions.centre[regions.first] - regions.centre[regions.second]
    return np.asarray(np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-9))


def _from(regions: Regions, point: tuple[float, ...]) -> tuple[float, float]:
    return point[0] - regions.window[0], point[1] - regions.window[1]
