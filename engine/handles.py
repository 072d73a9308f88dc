"""Changing a shape by hand: moving, resizing, turning, and its vertices as handles.

Apart from outlines because these make new shapes, and every one of them is what some edit commits. All return a new
Shape with points to 0.01 pixel. Handles by type: a rectangle's four corners (clockwise from the upper left, turned with
it), an ellipse's four extreme points (right, bottom, left, top, turned with it), the vertices of the others; a mask has
none.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np

from engine.document import Box, Point, Shape, ShapeType
from engine.errors import EditError
from engine.geometry import box_from, centre, clamped_all, corners, rounded, turned
from engine.masks import encode_window, moved, window
from engine.outlines import shape_box

Handle = Literal["nw", "n", "ne", "e", "se", "s", "sw", "w"]
HANDLES: tuple[Handle, ...] = ("nw", "n", "ne", "e", "se", "s", "sw", "w")
FEWEST: dict[ShapeType, int] = {"polygon": 3, "polyline": 2, "points": 1}
"""Vertices that a shape of that type needs."""


def handles(shape: Shape) -> tuple[Point, ...]:
    """Return the points by which a shape can be changed."""
    if shape.type == "rectangle":
        return corners(box_from(shape.points[0], shape.points[1]), shape.rotation)
    if shape.type == "ellipse":
        (cx, cy), (right, bottom) = shape.points
        plain = ((right, cy), (cx, bottom), (2 * cx - right, cy), (cx, 2 * cy - bottom))
        return tuple(turned(point, (cx, cy), shape.rotation) for point in plain)
    return shape.points


def resize_handles(shape: Shape) -> dict[Handle, Point]:
    """Return the eight handles of a shape's box: the turned one for rectangles, else the upright one."""
    box, turn = _frame_box(shape)
    (x1, y1, x2, y2), (cx, cy) = box, centre(box)
    plain = ((x1, y1), (cx, y1), (x2, y1), (x2, cy), (x2, y2), (cx, y2), (x1, y2), (x1, cy))
    return {name: turned(point, (cx, cy), turn) for name, point in zip(HANDLES, plain, strict=True)}


def turn_handle(shape: Shape, away: float) -> Point | None:
    """Return the point `away` pixels above the top of a rectangle or ellipse by which it is turned; None for others."""
    if shape.type not in ("rectangle", "ellipse"):
        return None
    (x1, y1, x2, _), turn = _frame_box(shape)
    box = _frame_box(shape)[0]
    return turned(((x1 + x2) / 2, y1 - away), centre(box), turn)


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


def resize(shape: Shape, handle: Handle, point: Point) -> Shape:
    """Return a shape whose box has the handle at `point` and its opposite side or corner where it was.

    Pulling a handle over to the other side mirrors the shape. A mask's pixels are taken from the nearest ones.
    """
    box, turn = _frame_box(shape)
    local = turned(point, centre(box), -turn)
    target = _pulled(box, handle, local)
    if shape.mask is not None:
        return _resized_mask(shape, box, target)
    if shape.type == "rectangle":
        return _rectangle(shape, _turned_box(box, target, turn))
    sx, sy = _ratio(target[2] - target[0], box[2] - box[0]), _ratio(target[3] - target[1], box[3] - box[1])
    if shape.type == "ellipse":
        return _ellipse(shape, _turned_box(box, target, turn))
    return _with(
        shape, points=rounded((target[0] + (x - box[0]) * sx, target[1] + (y - box[1]) * sy) for x, y in shape.points)
    )


def with_rotation(shape: Shape, degrees: float) -> Shape:
    """Return a rectangle or ellipse turned to this angle, another chain of points turned by it; masks stay."""
    if shape.type in ("rectangle", "ellipse"):
        return _with(shape, rotation=round(degrees % 360.0, 2) % 360.0)
    box = shape_box(shape)
    if box is None or shape.mask is not None:
        return shape
    return _with(shape, points=rounded(turned(point, centre(box), degrees) for point in shape.points))


def angle_towards(shape: Shape, point: Point) -> float:
    """Return the rotation at which the shape's top points to a frame point, 0 <= angle < 360."""
    cx, cy = centre(_frame_box(shape)[0])
    return round(math.degrees(math.atan2(point[0] - cx, cy - point[1])) % 360.0, 2) % 360.0


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


def _frame_box(shape: Shape) -> tuple[Box, float]:
    """Return the box before rotation and the rotation; for what has no rotation the upright box."""
    if shape.type == "rectangle":
        return box_from(shape.points[0], shape.points[1]), shape.rotation
    if shape.type == "ellipse":
        (cx, cy), (x, y) = shape.points
        return box_from((2 * cx - x, 2 * cy - y), (x, y)), shape.rotation
    box = shape_box(shape)
    if box is None:
        raise EditError("An empty shape has no box", f"shape {shape.id}")
    return box, 0.0


def _pulled(box: Box, handle: Handle, point: Point) -> Box:
    x1, y1, x2, y2 = box
    x1, x2 = (point[0] if "w" in handle else x1), (point[0] if "e" in handle else x2)
    y1, y2 = (point[1] if "n" in handle else y1), (point[1] if "s" in handle else y2)
    return x1, y1, x2, y2


def _turned_box(old: Box, new: Box, turn: float) -> Box:
    """Return the new box moved so that, turned about its own centre, its fixed side is where the old one's was.

    `new` stands in the old box's own axes, turned about the old centre: only its centre has to be carried over.
    """
    cx, cy = turned(centre(new), centre(old), turn)
    width, height = abs(new[2] - new[0]) / 2, abs(new[3] - new[1]) / 2
    return cx - width, cy - height, cx + width, cy + height


def _rectangle(shape: Shape, box: Box) -> Shape:
    return _with(shape, points=rounded(((box[0], box[1]), (box[2], box[3]))))


def _ellipse(shape: Shape, box: Box) -> Shape:
    return _with(shape, points=rounded((centre(box), (box[2], box[3]))))


def _moved_corner(shape: Shape, index: int, point: Point) -> Shape:
    fixed = handles(shape)[(index + 2) % 4]
    middle = ((fixed[0] + point[0]) / 2, (fixed[1] + point[1]) / 2)
    box = box_from(turned(fixed, middle, -shape.rotation), turned(point, middle, -shape.rotation))
    return _rectangle(shape, box)


def _resized_mask(shape: Shape, box: Box, target: Box) -> Shape:
    if shape.mask is None:
        return shape
    mask, _ = window(shape.mask)
    x1, y1, x2, y2 = (round(value) for value in box_from((target[0], target[1]), (target[2], target[3])))
    columns, rows = max(x2 - x1, 1), max(y2 - y1, 1)
    across = (np.arange(columns) + 0.5) * mask.shape[1] / columns
    down = (np.arange(rows) + 0.5) * mask.shape[0] / rows
    pixels = mask[down.astype(int)][:, across.astype(int)]
    pixels = pixels[:, ::-1] if target[2] < target[0] else pixels
    pixels = pixels[::-1] if target[3] < target[1] else pixels
    return _with(shape, mask=encode_window(pixels, (x1, y1), shape.mask.size))


def _ratio(new: float, old: float) -> float:
    return new / old if old else 1.0


def _inwards(low: float, high: float, size: int) -> float:
    """Return how far an interval must move to lie in 0..size, centred if it does not fit."""
    if high - low > size:
        return (size - low - high) / 2
    return max(-low, 0.0) + min(size - high, 0.0)
