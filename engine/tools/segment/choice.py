"""Which of several cuts, from bold to cautious, is most like what somebody pointed at the middle of.

A cut at one boldness is right on average and wrong for most pictures. So several are made, and each is judged as a
whole, by what single regions cannot tell (parametric cuts, ranked: Carreira, Sminchisescu 2010): is the click in its
middle, is its border one that the picture shows, is it in one piece? The weights were fitted to a robot user's clicks
(`benchmarks/interactors.py`): they tell the cuts of one picture apart by their overlap with the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.tools.segment.graph import pieces
from engine.tools.segment.regions import Floats, Regions

FIRST = np.array([1.1, -0.01, -0.1, -0.09, 0.0, 0.24, -1.02, -0.44, 0.0, -1.67, 0.17, 0.08])
ADD = np.array([0.16, -0.01, 0.05, 0.14, 0.12, 0.24, -0.81, -0.21, 0.53, -0.66, 0.08, 0.09])
REMOVE = np.array([0.56, -0.01, -0.13, 0.57, -0.84, 0.16, -0.32, -0.05, 0.19, -0.26, 0.0, 0.1])
FAINT = 0.5
"""Contrast below which a border is hardly one."""

Chosen = NDArray[np.bool_]
"""(n,): some of the regions."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a click asked for: which regions to add to the mask before it, or to take away."""

    pixel: tuple[int, int]
    positive: bool
    before: Chosen
    speaks: Floats
    """The evidence that a region changes."""
    reach: float
    """Work pixels from the click to the border of the mask before it."""
    most: float = np.inf
    """Work pixels that change at most before anybody is astonished."""


def likeliest(regions: Regions, asked: Asked, cuts: list[Chosen], weights: Floats) -> Chosen:
    """Return the change, of those given from the boldest on, that is most like what was asked for."""
    distinct = cuts[:1] + [cut for bolder, cut in pairwise(cuts) if (cut != bolder).any()]
    if len(distinct) == 1:
        return distinct[0]
    return distinct[int((measures(regions, asked, distinct) @ weights).argmax())]


def measures(regions: Regions, asked: Asked, cuts: list[Chosen]) -> Floats:
    """Return a row (12) for each change: how like an object it is, and what it makes of the mask."""
    everything = _seen(regions, np.ones(regions.count))
    rows = [[*_change(regions, asked, cut), *_result(regions, asked, cut, everything)] for cut in cuts]
    steady = [0.5] + [_overlap(regions, bolder, cut) for bolder, cut in pairwise(cuts)]
    return np.column_stack([rows, steady])


def _change(regions: Regions, asked: Asked, cut: Chosen) -> list[float]:
    """Return five measures of what changes: is the click its middle, is it as large as the click says?"""
    area = float(regions.area[cut].sum())
    deep, deepest = _depth(regions, cut, asked.pixel)
    before = max(float(regions.area[asked.before].sum()), 1.0)
    speaks = float((regions.area * np.clip(asked.speaks, -3, 3))[cut].sum())
    return [
        deep / max(deepest, 1e-6),
        np.log(area / asked.reach**2) ** 2,
        np.log((deep + 0.5) / asked.reach),
        speaks / (before if asked.before.any() else area),
        max(0.0, area - asked.most) / before,
    ]


def _result(regions: Regions, asked: Asked, cut: Chosen, everything: Floats) -> list[float]:
    """Return six measures of the mask after the change: its border, its shape, its look."""
    mask = np.where(cut, asked.positive, asked.before)
    area = float(regions.area[mask].sum())
    if not area:
        return [0.0] * 6
    border = mask[regions.first] != mask[regions.second]
    length, contrast = regions.length[border], regions.contrast[border]
    total = max(float(length.sum()), 1.0)
    return [
        float((length * np.minimum(contrast, 3)).sum()) / total,
        float(length[contrast < FAINT].sum()) / total,
        np.log(total**2 / area + 1),
        float(np.bincount(pieces(regions, mask)[mask], regions.area[mask]).max()) / area,
        float(mask[regions.rim].mean()),
        float((regions.area * _unlike(regions, mask, everything))[mask].sum()) / area,
    ]


def _depth(regions: Regions, cut: Chosen, pixel: tuple[int, int]) -> tuple[float, float]:
    """Return how deep a pixel is in the chosen regions, and the deepest place's depth, in work pixels."""
    import cv2

    inside = np.pad(cut[regions.labels].astype(np.uint8), 1)
    deep = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    x, y = regions.work_point(pixel)
    height, width = deep.shape
    return float(deep[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)]), float(deep.max())


def _unlike(regions: Regions, mask: Chosen, everything: Floats) -> Floats:
    """Return how much more each region looks like the mask than like what is not in it."""
    inside = _seen(regions, mask.astype(np.float64))
    area, rest = float(regions.area[mask].sum()), float(regions.area[~mask].sum())
    outside = np.maximum(everything - inside, 0)
    return np.asarray(np.log(inside / max(area, 1) + 1e-4) - np.log(outside / max(rest, 1) + 1e-4))


def _seen(regions: Regions, weight: Floats) -> Floats:
    return np.asarray(np.einsum("ij,j->i", regions.alike, (weight * regions.area).astype(np.float32)), np.float64)


def _overlap(regions: Regions, a: Chosen, b: Chosen) -> float:
    return float(regions.area[a & b].sum() / max(regions.area[a | b].sum(), 1.0))
