"""What a point touches: hit tests of shapes under the cursor, and snapping to neighbours' borders.

Apart from outlines because these answer questions about a cursor; they run at every mouse move, so a shape whose box is
out of reach costs next to nothing. Tolerances are in frame pixels: the caller divides view pixels by the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Point, Shape
from engine.geometry import EdgeHit, contains, nearest_edge, nearest_vertex
from engine.kept import ByIdentity
from engine.masks import pixel_at
from engine.outlines import Ring, known_box, shape_rings

Part = Literal["vertex", "outline", "inside"]
FEW = 64
"""Points of a chain up to which plain Python is quicker than arrays."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a shape was hit: vertex or edge `index`, the exact place on it, and how far from the point asked for.

    The index is that of the shape's own vertices (a rectangle's corners); on an ellipse or mask it means nothing.
    """

    part: Part
    index: int
    point: Point
    distance: float


def hit(shape: Shape, point: Point, tolerance: float) -> Hit | None:
    """Return where a frame point hits a shape: a vertex within `tolerance`, else outline, else inside."""
    box = known_box(shape)
    if box is None or not _near_box(box, point, tolerance):
        return None
    rings = shape_rings(shape)
    near = _vertex(shape, rings, point, tolerance) or _outline(shape, rings, point, tolerance)
    if near is not None:
        return near
    return Hit("inside", -1, point, 0.0) if _inside(shape, rings, point) else None


def snap(point: Point, shapes: Iterable[Shape], tolerance: float) -> Point | None:
    """Return the nearest place on the outlines of shapes within `tolerance` pixels; None if all are too far.

    A vertex within half the tolerance wins over any edge, so that neighbours share their corners.
    """
    best: Hit | None = None
    for shape in shapes:
        box = known_box(shape)
        if box is None or not _near_box(box, point, tolerance):
            continue
        rings = shape_rings(shape)
        found = _vertex(shape, rings, point, tolerance / 2) or _outline(shape, rings, point, tolerance)
        if found is not None and (best is None or _rank(found) < _rank(best)):
            best = found
    return best.point if best is not None else None


def slide(points: Sequence[Point], index: int, point: Point, *, closed: bool) -> Point:
    """Return where vertex `index` of a chain comes to lie when it is pulled to `point` but kept on the chain itself.

    It slides along its two edges, between the vertices before and after it, so that the outline keeps its course.
    """
    count = len(points)
    before = points[index - 1] if index > 0 or closed else points[index]
    after = points[(index + 1) % count] if index + 1 < count or closed else points[index]
    found = nearest_edge((before, points[index], after), point, closed=False)
    return found.point if found is not None else points[index]


def nearest_on(ring: Sequence[Point], point: Point, *, closed: bool) -> EdgeHit | None:
    """Return the nearest place on a chain; as `nearest_edge`, but quick on chains of thousands of points."""
    if len(ring) <= FEW:
        return nearest_edge(ring, point, closed=closed)
    a = array_of(ring)
    along = np.roll(a, -1, axis=0) - a
    to = np.asarray(point) - a
    t = np.clip((to * along).sum(axis=1) / np.maximum((along * along).sum(axis=1), 1e-12), 0, 1)
    away = np.hypot(*(to - along * t[:, None]).T)
    index = int(np.argmin(away if closed else away[:-1]))
    x, y = (a[index] + along[index] * t[index]).tolist()
    return EdgeHit(index, (x, y), float(away[index]))


def nearest_point(points: Sequence[Point], point: Point) -> tuple[int, float] | None:
    """Return number and distance of the nearest of many points, the last of several; None if there are none."""
    if not points:
        return None
    if len(points) <= FEW:
        index, away = nearest_vertex(points[::-1], point) or (0, 0.0)
        return len(points) - 1 - index, away
    distances = np.hypot(*(array_of(points) - point).T)[::-1]
    index = int(np.argmin(distances))
    return len(points) - 1 - index, float(distances[index])


array_of: ByIdentity[Sequence[Point], NDArray[np.float64]] = ByIdentity(
    lambda points: np.asarray(points, np.float64).reshape(-1, 2), 8
)
"""Points as an array, made once for what is looked at again and again."""


def _vertex(shape: Shape, rings: list[Ring], point: Point, tolerance: float) -> Hit | None:
    if shape.type in ("ellipse", "mask"):
        return None
    vertices = rings[0] if shape.type == "rectangle" else shape.points
    found = nearest_point(vertices, point)
    return Hit("vertex", found[0], vertices[found[0]], found[1]) if found and found[1] <= tolerance else None


def _outline(shape: Shape, rings: list[Ring], point: Point, tolerance: float) -> Hit | None:
    best: Hit | None = None
    for ring in rings:
        found = nearest_on(ring, point, closed=shape.type != "polyline")
        if found is not None and found.distance <= (best.distance if best is not None else tolerance):
            best = Hit("outline", found.index, found.point, found.distance)
    return best


def _inside(shape: Shape, rings: list[Ring], point: Point) -> bool:
    if shape.mask is not None:
        return pixel_at(shape.mask, point)
    return shape.type not in ("polyline", "points") and any(_contains(ring, point) for ring in rings)


def _contains(ring: Ring, point: Point) -> bool:
    """Say whether a point is inside a ring; as `contains`, but quick on rings of thousands of points."""
    if len(ring) <= FEW:
        return contains(ring, point)
    x, y = point
    after = array_of(ring)
    before = np.roll(after, 1, axis=0)
    crossing = (before[:, 1] > y) != (after[:, 1] > y)
    (x1, y1), (x2, y2) = before[crossing].T, after[crossing].T
    return bool(np.count_nonzero(x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)) % 2)


def _rank(found: Hit) -> tuple[bool, float]:
    return found.part != "vertex", found.distance


def _near_box(box: Box, point: Point, tolerance: float) -> bool:
    x_near = box[0] - tolerance <= point[0] <= box[2] + tolerance
    return x_near and box[1] - tolerance <= point[1] <= box[3] + tolerance
