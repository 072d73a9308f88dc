"""Points, boxes and rings in the plane: pure functions on plain tuples, with no document and no arrays.

Apart from masks and outlines because these need nothing but `math`: they run at every mouse move and in the start path.
Coordinates are frame pixels, x right, y down; angles are degrees, clockwise on the screen. A ring is a closed chain of
points whose last point is not repeated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.document import Box, Point

PixelBox = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole pixels, x2 and y2 excluded."""
Size = tuple[int, int]
"""Width, height."""
PLACES = 2
"""Decimals of a coordinate that is saved."""


@dataclass(frozen=True, slots=True)
class EdgeHit:
    """The place on a chain that is nearest to a point; edge `index` runs from vertex `index` to the next one."""

    index: int
    point: Point
    distance: float


def distance(a: Point, b: Point) -> float:
    """Return the distance of two points."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def project(point: Point, a: Point, b: Point) -> Point:
    """Return the point of the segment a-b that is nearest to `point`."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    if length <= 0:
        return a
    t = min(max(((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length, 0.0), 1.0)
    return a[0] + t * dx, a[1] + t * dy


def nearest_vertex(points: Sequence[Point], point: Point) -> tuple[int, float] | None:
    """Return index and distance of the nearest vertex, None if there are no vertices."""
    if not points:
        return None
    index = min(range(len(points)), key=lambda i: distance(points[i], point))
    return index, distance(points[index], point)


def nearest_edge(points: Sequence[Point], point: Point, *, closed: bool) -> EdgeHit | None:
    """Return the nearest place on a chain's edges, None if it has no edge."""
    last = len(points) if closed and len(points) > 2 else len(points) - 1
    best: EdgeHit | None = None
    for index in range(last):
        near = project(point, points[index], points[(index + 1) % len(points)])
        away = distance(near, point)
        if best is None or away < best.distance:
            best = EdgeHit(index, near, away)
    return best


def signed_area(ring: Sequence[Point]) -> float:
    """Return a ring's area, positive if it runs clockwise on the screen (shoelace formula)."""
    total = 0.0
    for i, (x, y) in enumerate(ring):
        previous = ring[i - 1]
        total += previous[0] * y - x * previous[1]
    return total / 2


def area(ring: Sequence[Point]) -> float:
    """Return a ring's area in square pixels."""
    return abs(signed_area(ring))


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Say whether a point is inside a ring, by the even-odd rule."""
    x, y = point
    inside = False
    for i, (x2, y2) in enumerate(ring):
        x1, y1 = ring[i - 1]
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def rounded(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points to 0.01 pixel, as they are saved; -0.0 becomes 0.0."""
    return tuple(map(rounded_point, points))


def rounded_point(point: Iterable[float]) -> Point:
    """Return one of them as plain numbers, which those of arrays are not."""
    x, y = point
    # adding 0.0 turns -0.0 into 0.0, which is shorter and the same
    return round(float(x), PLACES) + 0.0, round(float(y), PLACES) + 0.0


def rounded_angle(degrees: float) -> float:
    """Return an angle to 0.01 degree, 0 <= angle < 360, as it is saved."""
    return round(float(degrees) % 360.0, PLACES) % 360.0


def box_union(a: PixelBox, b: PixelBox) -> PixelBox:
    """Return the smallest box round two."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def clamped(point: Point, size: Size) -> Point:
    """Return the point of a frame of that size which is nearest to `point`."""
    return min(max(point[0], 0.0), float(size[0])), min(max(point[1], 0.0), float(size[1]))


def clamped_all(points: Iterable[Point], size: Size) -> tuple[Point, ...]:
    """Return every point brought into the frame."""
    return tuple(clamped(point, size) for point in points)


def box_from(a: Point, b: Point) -> Box:
    """Return the box of two opposite corners, in whatever order they are."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def box_of(points: Iterable[Point]) -> Box | None:
    """Return the smallest box round points, None if there are none."""
    listed = list(points)
    if not listed:
        return None
    xs, ys = [p[0] for p in listed], [p[1] for p in listed]
    return min(xs), min(ys), max(xs), max(ys)


def box_iou(a: Box, b: Box) -> float:
    """Return the intersection over the union of two boxes, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(width, 0.0) * max(height, 0.0)
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / total if total > 0 else 0.0


def encloses(outer: Box, inner: Box) -> bool:
    """Say whether a box lies wholly in another."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def centre(box: Box) -> Point:
    """Return the middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def corners(box: Box, rotation: float = 0.0) -> tuple[Point, Point, Point, Point]:
    """Return a box's corners clockwise from its upper left one, turned about its centre."""
    x1, y1, x2, y2 = box
    plain = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    if not rotation:
        return plain
    a, b, c, d = (turned(point, centre(box), rotation) for point in plain)
    return a, b, c, d


def turned(point: Point, about: Point, degrees: float) -> Point:
    """Return a point turned clockwise about another."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    dx, dy = point[0] - about[0], point[1] - about[1]
    return about[0] + dx * cos - dy * sin, about[1] + dx * sin + dy * cos


def ellipse_ring(middle: Point, radii: Point, rotation: float = 0.0, *, tolerance: float = 0.1) -> tuple[Point, ...]:
    """Return a ring along an ellipse that strays from it by at most `tolerance` pixels.

    A chord of angle a leaves a circle of radius r by r (1 - cos(a / 2)). The four extreme points are always in it.
    """
    radius = max(abs(radii[0]), abs(radii[1]), 1e-9)
    half = math.acos(max(1 - tolerance / radius, 0.0)) or math.pi / 2
    quarter = min(max(math.ceil(math.pi / 4 / half), 2), 90)
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    ring = []
    for i in range(4 * quarter):
        x = radii[0] * math.cos(math.pi / 2 * i / quarter)
        y = radii[1] * math.sin(math.pi / 2 * i / quarter)
        ring.append((middle[0] + x * cos - y * sin, middle[1] + x * sin + y * cos))
    return tuple(ring)
