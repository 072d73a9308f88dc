"""Plain drawing of every shape type, point by point."""

from __future__ import annotations

from dataclasses import replace

from engine.actions import action
from engine.actions.making import put_shapes
from engine.actions.reach import reached
from engine.actions.taking import begin
from engine.document import SHAPE_TYPES, Point, Shape
from engine.errors import ToolError, nearest
from engine.geometry import box_from
from engine.session import Session
from engine.work import Brush, Draw, Idle

CORNERS = ("rectangle", "ellipse")
LEAST = {"polygon": 3, "polyline": 2, "points": 1}
SAME = 3.0
"""View pixels within which two clicks are at one place."""


@action("draw.start", "Draw: {0}")
def start(session: Session, kind: str) -> None:
    """Take a type of shape in hand; a mask is painted with the brush."""
    if kind not in SHAPE_TYPES:
        raise ToolError(f'No shape type is called "{kind}"', nearest(kind, SHAPE_TYPES))
    session.labelled()
    begin(session, Brush() if kind == "mask" else Draw(kind))
    session.last_tool = ("draw.start", kind)


def redraw(session: Session, shape: Shape) -> None:
    """Draw a shape that has no prompt anew, with the tool for its type."""
    again = Brush(mask=shape.mask) if shape.type == "mask" else Draw(shape.type)
    begin(session, replace(again, replaces=shape.id))
    session.label = shape.label


def hot_vertex(session: Session) -> int | None:
    """Return the number of the drawn point that a click at the cursor would take: the last one, or a ring's first."""
    work = session.work
    if not isinstance(work, Draw) or not work.points or work.type in CORNERS:
        return None
    to_view = session.view.viewport.to_view
    (x1, y1), (x2, y2) = to_view(work.points[-1]), to_view(session.view.cursor)
    if abs(x1 - x2) <= SAME and abs(y1 - y2) <= SAME:
        return len(work.points) - 1
    closes = work.type == "polygon" and len(work.points) >= LEAST[work.type]
    return reached(session, work.points[:1]) if closes else None


def click(session: Session, point: Point, positive: bool) -> None:
    """Add a vertex; one on the first vertex, or twice on one place, finishes; a right click takes the last one away.

    Points have no end of their own: there a click on the last one takes it away.
    """
    work = session.work
    assert isinstance(work, Draw)
    taken = hot_vertex(session)
    if positive and taken is not None and work.type != "points":
        finish(session)
        return
    if not positive or taken is not None:
        if work.points:
            session.advance(replace(work, points=work.points[:-1]))
        return
    work = replace(work, points=(*work.points, (round(point[0], 2), round(point[1], 2))))
    session.advance(work)
    if work.type in CORNERS and len(work.points) == 2:
        _corners(session, work)


def _corners(session: Session, work: Draw) -> None:
    x1, y1, x2, y2 = box_from(*work.points)
    if x2 - x1 < 0.5 or y2 - y1 < 0.5:
        session.work = replace(work, points=work.points[:1])
        session.tell("Too small: move the cursor to the opposite corner", "warning")
        return
    points: tuple[Point, ...] = ((x1, y1), (x2, y2))
    if work.type == "ellipse":
        points = (((x1 + x2) / 2, (y1 + y2) / 2), (x2, y2))
    _commit(session, replace(work, points=points))


def _commit(session: Session, work: Draw) -> None:
    shape = Shape(id=0, frame=session.frame, label=session.label, type=work.type, points=work.points)
    put_shapes(session, [shape], work.replaces)


def drags(session: Session, far: bool) -> bool:
    """Let a dragged button set the opposite corner."""
    work = session.work
    return far and isinstance(work, Draw) and work.type in CORNERS and len(work.points) == 1


def moved(session: Session) -> None:
    """The rubber band follows by itself."""


def finish(session: Session) -> None:
    """Make the shape of the vertices."""
    work = session.work
    assert isinstance(work, Draw)
    if work.type in CORNERS:
        click(session, session.view.cursor, True)
        return
    least = LEAST[work.type]
    if len(work.points) < least:
        session.tell(f"A {work.type} needs at least {least} point(s)", "warning")
        return
    _commit(session, work)


def cancel(session: Session) -> None:
    """The vertices, then the tool."""
    work = session.work
    assert isinstance(work, Draw)
    if work.points:
        session.advance(replace(work, points=()))
    else:
        session.take(Idle())
