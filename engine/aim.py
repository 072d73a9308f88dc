"""What the cursor would take: a vertex, a point of a prompt or a path, an item; and what a vertex snaps to.

Pure functions of plain values, asked at every mouse move, so that what is drawn as hot is what a click takes. They run
over every shape of a frame: one whose box is out of reach costs next to nothing. Places are frame points, and `scale`
is view pixels a frame pixel: what can be taken on the screen is the same at every zoom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.chains import contains, nearest_on, nearest_point
from engine.document import Box, Point, Shape, ShapeType
from engine.handles import FEWEST, handles
from engine.masks import pixel_at
from engine.outlines import Ring, known_box, shape_rings
from engine.prompt import Prompt

GRIP = 8.0
"""View pixels within which a click takes an existing point, or a grabbed shape's outline."""
TOUCH = 6.0
"""View pixels from a shape within which a click selects it."""
SAME = 3.0
"""View pixels within which two clicks are at one place."""
SNAP = 20.0
"""View pixels from which a vertex is drawn to a neighbour's outline."""
CORNERS: tuple[ShapeType, ...] = ("rectangle", "ellipse")
"""Types that two opposite corners make."""
ENCLOSING = 3
"""Points of a path from which it may be closed."""

Part = Literal["vertex", "outline", "inside"]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a shape was hit: vertex or edge `index`, the exact place on it, and how far from the point asked for.

    The index is that of the shape's own vertices (a rectangle's corners); on an ellipse or mask it means nothing.
    """

    part: Part
    index: int
    point: Point
    distance: float


def taken(points: Sequence[Point], cursor: Point, scale: float) -> int | None:
    """Return the number of the point that is nearest to the cursor within its grip, the last of several; or None."""
    found = nearest_point(points, cursor)
    return found[0] if found is not None and found[1] * scale <= GRIP else None


def vertex_at(shape: Shape, cursor: Point, scale: float) -> int | None:
    """Return the number of the shape's handle that a click at the cursor grabs."""
    return taken(handles(shape), cursor, scale)


def click_at(prompt: Prompt, cursor: Point, scale: float) -> int | None:
    """Return the number of the prompt's point that a click at the cursor deletes."""
    return taken([click.point for click in prompt.clicks], cursor, scale)


def path_point_at(points: Sequence[Point], cursor: Point, scale: float) -> int | None:
    """Return the number of the path's point that a click at the cursor takes: the last is removed, the first closes."""
    if len(points) < ENCLOSING:
        return len(points) - 1 if taken(points[-1:], cursor, scale) is not None else None
    found = taken((points[0], points[-1]), cursor, scale)
    return None if found is None else (0, len(points) - 1)[found]


def drawn_point_at(kind: ShapeType, points: Sequence[Point], cursor: Point, scale: float) -> int | None:
    """Return the number of the drawn point that a click at the cursor takes: the last one, or a ring's first.

    The last one has to be hit as exactly as by a double click, so that vertices may stand close together.
    """
    if not points or kind in CORNERS:
        return None
    (x1, y1), (x2, y2) = points[-1], cursor
    if abs(x1 - x2) * scale <= SAME and abs(y1 - y2) * scale <= SAME:
        return len(points) - 1
    closes = kind == "polygon" and len(points) >= FEWEST[kind]
    return taken(points[:1], cursor, scale) if closes else None


def item_at(items: Iterable[Shape], point: Point, scale: float) -> Shape | None:
    """Return the item that a click takes: of those there the highest in z order, of these the smallest."""
    found = (shape for shape in items if hit(shape, point, TOUCH / scale))
    return min(found, key=lambda shape: (-shape.z, _extent(shape)), default=None)


def _extent(shape: Shape) -> float:
    x1, y1, x2, y2 = known_box(shape) or (0.0, 0.0, 0.0, 0.0)
    return (x2 - x1) * (y2 - y1)


def hit(shape: Shape, point: Point, tolerance: float) -> Hit | None:
    """Return where a frame point hits a shape: a vertex within `tolerance` frame pixels, else outline, else inside."""
    box = known_box(shape)
    if box is None or not _near_box(box, point, tolerance):
        return None
    rings = shape_rings(shape)
    near = _vertex(shape, rings, point, tolerance) or _outline(shape, rings, point, tolerance)
    if near is not None:
        return near
    return Hit("inside", -1, point, 0.0) if _inside(shape, rings, point) else None


def snap(point: Point, shapes: Iterable[Shape], tolerance: float) -> Point | None:
    """Return the nearest place on the outlines of shapes within `tolerance` frame pixels; None if all are too far.

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
    return shape.type not in ("polyline", "points") and any(contains(ring, point) for ring in rings)


def _rank(found: Hit) -> tuple[bool, float]:
    return found.part != "vertex", found.distance


def _near_box(box: Box, point: Point, tolerance: float) -> bool:
    x_near = box[0] - tolerance <= point[0] <= box[2] + tolerance
    return x_near and box[1] - tolerance <= point[1] <= box[3] + tolerance
