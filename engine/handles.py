"""Changing a shape by hand: moving and turning it, and its vertices as handles.

Apart from outlines because these make new shapes, and every one of them is what some edit commits. All return a new
Shape with points to 0.01 pixel. Handles by type: a rectangle's four corners (clockwise from the upper left, turned with
it), an ellipse's four extreme points (right, bottom, left, top, turned with it), the vertices of the others; a mask has
none.
"""

from __future__ import annotations

import msgspec

from engine.document import Point, Shape, ShapeType
from engine.errors import EditError
from engine.geometry import box_from, centre, clamped_all, corners, rounded, rounded_angle, turned
from engine.masks import moved
from engine.outlines import shape_box
from engine.rules import FEWEST_POINTS

CHAINS: tuple[ShapeType, ...] = ("polygon", "polyline", "points")
FEWEST = {kind: FEWEST_POINTS[kind] for kind in CHAINS}
"""Vertices that a shape of that type needs, for those types whose vertices come and go."""


def handles(shape: Shape) -> tuple[Point, ...]:
    """Return the points by which a shape can be changed."""
    if shape.type == "rectangle":
        return corners(box_from(shape.points[0], shape.points[1]), shape.rotation)
    if shape.type == "ellipse":
        (cx, cy), (right, bottom) = shape.points
        plain = ((right, cy), (cx, bottom), (2 * cx - right, cy), (cx, 2 * cy - bottom))
        return tuple(turned(point, (cx, cy), shape.rotation) for point in plain)
    return shape.points


def move(shape: Shape, dx: float, dy: float) -> Shape:
    """Return a shape moved by so many pixels; a mask by whole ones, cut off at the frame's border."""
    if shape.mask is not None:
        return _with(shape, mask=moved(shape.mask, round(dx), round(dy)))
    return _with(shape, points=rounded((x + dx, y + dy) for x, y in shape.points))


def clamp(shape: Shape, size: tuple[int, int]) -> Shape:
    """Return a shape brought into a frame of `size` = (width, height); a turned rectangle or ellipse is moved in.

    A rectangle that is not turned, and any chain of points, is cut at the border.
    """
    if shape.mask is not None:
        return shape
    if shape.type == "ellipse" or (shape.type == "rectangle" and shape.rotation):
        box = shape_box(shape) or (0.0, 0.0, 0.0, 0.0)
        return move(shape, _inwards(box[0], box[2], size[0]), _inwards(box[1], box[3], size[1]))
    return _with(shape, points=rounded(clamped_all(shape.points, size)))


def with_rotation(shape: Shape, degrees: float) -> Shape:
    """Return a rectangle or ellipse turned to this angle, another chain of points turned by it; masks stay."""
    if shape.type in ("rectangle", "ellipse"):
        return _with(shape, rotation=rounded_angle(degrees))
    box = shape_box(shape)
    if box is None or shape.mask is not None:
        return shape
    return _with(shape, points=rounded(turned(point, centre(box), degrees) for point in shape.points))


def moved_vertex(shape: Shape, index: int, point: Point) -> Shape:
    """Return a shape with handle `index` at `point`: the opposite corner stays, an ellipse keeps its centre."""
    _check(shape, index, len(handles(shape)))
    if shape.type == "rectangle":
        return _moved_corner(shape, index, point)
    if shape.type == "ellipse":
        (cx, cy), (right, bottom) = shape.points
        dx, dy = turned((point[0] - cx, point[1] - cy), (0.0, 0.0), -shape.rotation)
        corner = (cx + abs(dx), bottom) if index % 2 == 0 else (right, cy + abs(dy))
        return _with(shape, points=rounded(((cx, cy), corner)))
    return _with(shape, points=(*shape.points[:index], *rounded((point,)), *shape.points[index + 1 :]))


def inserted_vertex(shape: Shape, edge: int, point: Point) -> Shape:
    """Return a polygon, polyline or points with a new vertex after vertex `edge` (-1: before the first)."""
    if shape.type not in FEWEST:
        raise EditError(f"A {shape.type} takes no further vertex", "turn it into a polygon first")
    _check(shape, edge + 1, len(shape.points) + 1)
    return _with(shape, points=(*shape.points[: edge + 1], *rounded((point,)), *shape.points[edge + 1 :]))


def deleted_vertex(shape: Shape, index: int) -> Shape | None:
    """Return a shape without a vertex; None if too few would be left, so that the shape itself should go."""
    if shape.type not in FEWEST:
        raise EditError(f"A {shape.type} cannot lose a vertex", "turn it into a polygon first")
    _check(shape, index, len(shape.points))
    if len(shape.points) <= FEWEST[shape.type]:
        return None
    return _with(shape, points=shape.points[:index] + shape.points[index + 1 :])


def _with(shape: Shape, **changes: object) -> Shape:
    return msgspec.structs.replace(shape, **changes)


def _check(shape: Shape, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise EditError("There is no such vertex", f"number {index} of shape {shape.id}, which has {count}")


def _moved_corner(shape: Shape, index: int, point: Point) -> Shape:
    fixed = handles(shape)[(index + 2) % 4]
    middle = ((fixed[0] + point[0]) / 2, (fixed[1] + point[1]) / 2)
    box = box_from(turned(fixed, middle, -shape.rotation), turned(point, middle, -shape.rotation))
    return _with(shape, points=rounded((box[:2], box[2:])))


def _inwards(low: float, high: float, size: int) -> float:
    """Return how far an interval must move to lie in 0..size, centred if it does not fit."""
    if high - low > size:
        return (size - low - high) / 2
    return max(-low, 0.0) + min(size - high, 0.0)
