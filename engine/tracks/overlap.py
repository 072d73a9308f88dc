"""How much two regions of one type have in common, 0 to 1: what thinning keeps to, and what it says it reached.

Boxes exactly; what is turned or has an outline by its pixels, on a raster of at most 96 on a side; masks by theirs.
A polyline and points have no area: for these, 1 less the largest distance of two points in parts of the whole's size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine import masks
from engine.document import Box, Keyframe, Point, Shape, ShapeType
from engine.geometry import box_iou, box_of
from engine.outlines import fill, shape_rings

RASTER = 96
Region = Shape | Keyframe


def box_around(kind: ShapeType, region: Region) -> Box | None:
    """Return the upright box about a region (of what is turned, about it as it was before), None about nothing."""
    if kind == "mask":
        return None if region.mask is None else _floats(masks.bounds(region.mask))
    if kind == "ellipse" and region.points:
        (x, y), (right, below) = region.points
        across, down = abs(right - x), abs(below - y)
        return x - across, y - down, x + across, y + down
    return box_of(region.points)


def overlap(kind: ShapeType, one: Region, other: Region) -> float:
    """Return the intersection of two regions over their union, or what answers to it for lines and points."""
    if one.points == other.points and one.rotation == other.rotation and one.mask == other.mask:
        return 1.0
    if kind == "mask":
        alike = one.mask is not None and other.mask is not None and one.mask.size == other.mask.size
        return masks.iou(one.mask, other.mask) if alike and one.mask and other.mask else 0.0
    if not (one.points and other.points):
        return 0.0
    if kind in ("polyline", "points"):
        return _nearness(one.points, other.points)
    if kind == "rectangle" and not (one.rotation or other.rotation):
        first, second = box_of(one.points), box_of(other.points)
        return box_iou(first, second) if first and second else 0.0
    return _rastered(kind, one, other)


def _floats(box: tuple[int, int, int, int] | None) -> Box | None:
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def _nearness(one: tuple[Point, ...], other: tuple[Point, ...]) -> float:
    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    around = np.concatenate((first, second))
    size = max(1.0, float(np.hypot(*(around.max(0) - around.min(0)))))
    if len(first) == len(second):
        far = float(np.hypot(*(first - second).T).max())
    else:
        apart = np.hypot(*(first[:, None] - second[None]).transpose(2, 0, 1))
        far = float(max(apart.min(0).max(), apart.min(1).max()))
    return max(0.0, 1.0 - far / size)


def _rastered(kind: ShapeType, one: Region, other: Region) -> float:
    rings = [_rings(kind, region) for region in (one, other)]
    around = np.concatenate([np.asarray(ring, np.float64) for some in rings for ring in some])
    low, high = around.min(0), around.max(0)
    scale = RASTER / max(1e-6, float((high - low).max()))
    size = RASTER + 2, RASTER + 2

    def pixels(some: list[tuple[Point, ...]]) -> NDArray[np.bool_]:
        whole = np.zeros((size[1], size[0]), bool)
        moved = [tuple(map(tuple, ((np.asarray(ring) - low) * scale + 1).tolist())) for ring in some]
        mask, (x, y) = fill(moved, size)
        whole[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
        return whole

    first, second = pixels(rings[0]), pixels(rings[1])
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 0.0


def _rings(kind: ShapeType, region: Region) -> list[tuple[Point, ...]]:
    return shape_rings(Shape(1, 0, "", kind, region.points, region.rotation))
