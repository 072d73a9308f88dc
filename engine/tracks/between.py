"""Interpolation from one keyframe to another: straight lines for points, the shortest arc for angles.

Straight in the frame, or in the scene: then both keyframes are first carried along with the camera to the frame that is
asked for (`steady`). Outlines are matched first (`engine.tracks.match`). Points are rounded as they are saved, so that
a shape between two keyframes is the same whether it is drawn or written. Outlines of many tracks at once go through
arrays, which are made once for a pair of keyframes, as these never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from engine.document import Keyframe, Point, ShapeType
from engine.memo import ByIdentity
from engine.tracks.match import matched
from engine.tracks.motion import Motion, Similarity, carried, moved
from engine.tracks.pairs import ByPair

OUTLINES: tuple[ShapeType, ...] = ("polygon", "polyline")
UPRIGHT: tuple[ShapeType, ...] = ("rectangle", "ellipse")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """Two keyframes of a track of some type, a frame between them, and the camera's motion if it is to be steady."""

    kind: ShapeType
    left: Keyframe
    right: Keyframe
    frame: int
    motion: Motion | None = None

    @property
    def part(self) -> float:
        """Return which part of the way has been gone, 0 to 1."""
        return (self.frame - self.left.frame) / (self.right.frame - self.left.frame)

    def turned(self) -> float:
        """Return the rotation there, in degrees."""
        return angle_between(self.left.rotation, self.right.rotation, self.part)


def moves(kind: ShapeType, left: Keyframe, right: Keyframe) -> bool:
    """Say whether a shape moves from one keyframe to the other; if not, it stays as the left one has it."""
    if kind in OUTLINES:
        return bool(left.points and right.points)
    return kind != "mask" and len(left.points) == len(right.points) > 0


def points_between(spans: list[Span]) -> list[tuple[Point, ...]]:
    """Return the points at each place, in the order of the spans, each of which `moves`."""
    if all(span.kind not in OUTLINES and span.motion is None for span in spans):
        return [_short(span.left.points, span.right.points, span.part) for span in spans]
    ends = [_ends(span) for span in spans]
    counts = [len(left) // 2 for left, _ in ends]
    left = np.concatenate([left for left, _ in ends])
    right = np.concatenate([right for _, right in ends])
    part = np.repeat([span.part for span in spans], [2 * count for count in counts])
    numbers = iter((np.rint((left + (right - left) * part) * 100) / 100 + 0.0).tolist())
    pairs = zip(numbers, numbers, strict=True)
    return [tuple(islice(pairs, count)) for count in counts]


def _ends(span: Span) -> tuple[Floats, Floats]:
    """Return the points of both keyframes that belong together, as arrays (2n,), carried to the frame if steady."""
    if span.kind in OUTLINES:
        left, right = (_rings if span.kind == "polygon" else _lines)(span.left, span.right)
    else:
        left, right = _flat(span.left), _flat(span.right)
    if span.motion is None:
        return left, right
    ways = [span.motion.between(keyframe.frame, span.frame) for keyframe in (span.left, span.right)]
    if ways[0] is None or ways[1] is None:
        return left, right
    return along(span.kind, left, ways[0]), along(span.kind, right, ways[1])


def along(kind: ShapeType, points: Floats, way: Similarity) -> Floats:
    """Return a shape's points (2n,) where the camera's motion takes them; what is upright stays so."""
    if kind == "ellipse":
        middle = moved(points[:2], way)
        return np.concatenate((middle, middle + (points[2:] - points[:2]) * abs(way[0])))
    return carried(points, way) if kind == "rectangle" else moved(points, way)


def _short(left: Iterable[Point], right: Iterable[Point], t: float) -> tuple[Point, ...]:
    return tuple(
        (round(a + (c - a) * t, 2), round(b + (d - b) * t, 2)) for (a, b), (c, d) in zip(left, right, strict=True)
    )


def _flattened(keyframe: Keyframe) -> Floats:
    return np.fromiter(chain.from_iterable(keyframe.points), np.float64, 2 * len(keyframe.points))


_flat = ByIdentity(_flattened, 20_000)


def _matched_rings(left: Keyframe, right: Keyframe) -> tuple[Floats, Floats]:
    return matched(_flat(left), _flat(right), closed=True)


def _matched_lines(left: Keyframe, right: Keyframe) -> tuple[Floats, Floats]:
    return matched(_flat(left), _flat(right), closed=False)


_rings, _lines = ByPair(_matched_rings, 20_000), ByPair(_matched_lines, 20_000)
"""Keyframes allow no weak references: those of these pairs live on until there are so many of them."""


def angle_between(left: float, right: float, t: float) -> float:
    """Return the angle at the part `t` of the shortest arc from left to right, in degrees, 0 <= angle < 360."""
    if left == right:
        return left
    arc = (right - left + 180.0) % 360.0 - 180.0
    return round((left + arc * t) % 360.0, 2) % 360.0
