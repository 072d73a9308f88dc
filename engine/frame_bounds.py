"""Keeping shapes in their frame: where a move stops, how far a vertex goes, what becomes of a shape on another frame.

Apart from handles, which know nothing of a frame. What stands outside can come from a file, or from a rectangle or an
ellipse that is turned at the border: as in CVAT that is allowed, because cutting it would change what it is. Nothing
that is moved by hand gets further out than it was.
"""

from __future__ import annotations

import msgspec

from engine.document import Point, Shape
from engine.geometry import Size, area, clamped, rounded
from engine.handles import clamp, move, moved_vertex
from engine.outlines import shape_box

HAIR = 0.02
"""Pixels by which rounding may bring a turned corner over the border."""
THINNEST = 0.5
"""Pixels that what is left of a rectangle on another frame must measure."""


def is_foreign(shape: Shape, size: Size) -> bool:
    """Say whether a shape is a mask of another size than the frame's: it is kept, its pixels are never looked at."""
    return shape.mask is not None and shape.mask.size != (size[1], size[0])


def moved_within(shape: Shape, dx: float, dy: float, size: Size) -> Shape:
    """Return a shape moved by so many pixels, but as a whole no farther than to the border of a frame of that size.

    Its outline counts, a turned one as it is seen. What stands outside already may stay there, or come in.
    """
    box = shape_box(shape)
    if box is None:
        return shape
    return move(shape, _stopped(dx, box[0], box[2], size[0]), _stopped(dy, box[1], box[3], size[1]))


def vertex_within(shape: Shape, index: int, point: Point, size: Size) -> Shape:
    """Return a shape with handle `index` at the place in the frame that is nearest to `point`.

    The side of an ellipse that answers the handle stays in the frame too, unless it is turned. Other corners of a
    turned rectangle may come to stand outside.
    """
    after = moved_vertex(shape, index, clamped(point, size))
    if shape.type != "ellipse" or shape.rotation:
        return after
    (cx, cy), before, now = shape.points[0], shape.points[1], after.points[1]
    ends = (_end(cx, before[0], now[0], size[0]), _end(cy, before[1], now[1], size[1]))
    return msgspec.structs.replace(after, points=rounded(((cx, cy), ends)))


def fitted(shape: Shape, size: Size) -> Shape | None:
    """Return a shape of a frame of another size as it stands in a frame of this `size`, None where it has no place.

    What lies in the frame stays as it is. Rectangles and chains of points are cut at the border, ellipses and turned
    rectangles moved in; a mask fits no size but its own.
    """
    if shape.mask is not None:
        return None if is_foreign(shape, size) else shape
    if is_inside(shape, size):
        return shape
    box = shape_box(shape)
    if box is None or box[0] >= size[0] or box[1] >= size[1] or box[2] <= 0 or box[3] <= 0:
        return None
    cut = clamp(shape, size)
    return cut if is_inside(cut, size) and not _is_nothing(cut) else None


def is_inside(shape: Shape, size: Size) -> bool:
    """Say whether all of a shape lies in a frame of that size."""
    box = shape_box(shape)
    if box is None:
        return True
    return box[0] >= -HAIR and box[1] >= -HAIR and box[2] <= size[0] + HAIR and box[3] <= size[1] + HAIR


def _stopped(by: float, low: float, high: float, size: int) -> float:
    """Return how far an interval may move of what is asked: between where it would lie at the one border and the other.

    One that is longer than the frame moves as long as it covers it.
    """
    first, second = -low, size - high
    return min(max(by, min(first, second, 0.0)), max(first, second, 0.0))


def _end(middle: float, before: float, now: float, size: int) -> float:
    """Return the end of an ellipse's radius: as far as the border is from its middle, or as far as it was."""
    longest = max(min(middle, size - middle), abs(before - middle))
    return middle + min(abs(now - middle), longest)


def _is_nothing(shape: Shape) -> bool:
    """Say whether nothing to be seen is left of a shape that was cut."""
    if shape.type == "polygon":
        return area(shape.points) <= 0
    box = shape_box(shape) or (0.0, 0.0, 0.0, 0.0)
    if shape.type == "rectangle":
        return box[2] - box[0] < THINNEST or box[3] - box[1] < THINNEST
    return shape.type == "polyline" and len(set(shape.points)) < 2
