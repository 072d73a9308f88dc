"""Between what a track has on a frame, a region of its type, and what a tracker knows of it, a box and maybe a mask.

A tracker of boxes moves and stretches the region it was begun with; one that finds masks gives a mask or an outline
anew. So any tracker can follow a track of any type.
"""

from __future__ import annotations

from engine import masks
from engine.document import Box, Keyframe, Point, Rle, Shape, ShapeType
from engine.geometry import centre, turned
from engine.masks import encode_window, window
from engine.outlines import outlines, simplified
from engine.tools.base import Prediction, Target
from engine.tracks.overlap import box_around

DETAIL = 1.0
"""Pixels by which an outline made of a mask may stray from it."""


def target_of(kind: ShapeType, region: Shape | Keyframe) -> Target | None:
    """Return a region as a tracker takes it, None for an empty one."""
    box = box_around(kind, region)
    if box is None:
        return None
    mask = None if region.mask is None else Prediction(*window(region.mask))
    return Target(box, region.rotation, mask)


def keyframe_of(
    kind: ShapeType, target: Target, frame: int, like: Keyframe, by: str, *,
    score: float | None = None, agreement: float | None = None,
) -> Keyframe:  # fmt: skip
    """Return a target as a keyframe by `by`; what it does not say is as in `like`, which it was followed from."""
    points, mask, rotation = like.points, like.mask, like.rotation
    was = box_around(kind, like)
    if kind == "mask":
        mask, points = _mask(target, like, was), ()
    elif kind == "rectangle":
        points, rotation = (target.box[:2], target.box[2:]), target.rotation
    elif kind == "ellipse":
        points, rotation = (centre(target.box), target.box[2:]), target.rotation
    elif kind == "polygon" and target.mask is not None and (ring := _outline(target.mask)):
        points = ring
    elif was is not None:
        points = _stretched(like.points, was, target)
    return Keyframe(
        frame, points, rotation, mask, False, like.occluded, like.z, like.attributes, by, score, agreement
    )  # fmt: skip


def _outline(found: Prediction) -> tuple[Point, ...]:
    """Return the longest outline of a mask, () if it has none with an inside."""
    rings = [simplified(ring, DETAIL) for ring in outlines(found.mask, found.origin)]
    return max((ring for ring in rings if len(ring) > 2), key=len, default=())


def _stretched(points: tuple[Point, ...], was: Box, target: Target) -> tuple[Point, ...]:
    """Return points moved and stretched as their box has become the target's, and turned as that is."""
    x1, y1, x2, y2 = target.box
    across = (x2 - x1) / (was[2] - was[0]) if was[2] > was[0] else 1.0
    down = (y2 - y1) / (was[3] - was[1]) if was[3] > was[1] else 1.0
    there = [(x1 + (x - was[0]) * across, y1 + (y - was[1]) * down) for x, y in points]
    if target.rotation:
        there = [turned(point, centre(target.box), target.rotation) for point in there]
    return tuple(there)


def _mask(target: Target, like: Keyframe, was: Box | None) -> Rle | None:
    """Return the target's mask in a frame of the size of the one before; without one that mask, moved along."""
    if like.mask is None:
        return None
    if target.mask is not None and target.mask.mask.any():
        return encode_window(target.mask.mask, target.mask.origin, like.mask.size)
    if was is None:
        return like.mask
    (x, y), (left, above) = centre(target.box), centre(was)
    return masks.moved(like.mask, round(x - left), round(y - above))
