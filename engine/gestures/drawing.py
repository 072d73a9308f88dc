"""Plain drawing of every shape type, point by point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from engine import aim
from engine.document import SHAPE_TYPES, Point, Shape, ShapeType
from engine.errors import ToolError, nearest
from engine.geometry import box_from, rounded_point
from engine.gestures import base
from engine.gestures.making import put_shapes, put_track
from engine.gestures.painting import Painting
from engine.gestures.taking import begin
from engine.handles import FEWEST
from engine.session import Session
from engine.session.gesture import Gesture, Idle

moved, resume, unblocked = base.moved, base.resume, base.unblocked


@dataclass(frozen=True)
class Drawing(Gesture):
    """A shape being drawn point by point."""

    mode: ClassVar[str] = "draw"
    takes_points: ClassVar[bool] = True
    type: ShapeType
    points: tuple[Point, ...] = ()
    replaces: int | None = None
    tracker: str = ""
    """The tracker that is to follow it: what is drawn becomes a track."""

    @property
    def reopened(self) -> int | None:
        """The shape that is drawn anew."""
        return self.replaces

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say whether points would be lost."""
        return bool(self.points) and super().is_unfinished(past, future)

    def emptied(self) -> Drawing:
        """Return it with nothing drawn."""
        return Drawing(self.type, tracker=self.tracker)

    def taken_by(self) -> tuple[str, ...]:
        """Return the action that begins to draw this type."""
        return ("track.draw", self.tracker) if self.tracker else ("draw.start", self.type)


def start(session: Session, kind: str) -> None:
    """Take a type of shape in hand; a mask is painted with the brush."""
    if kind not in SHAPE_TYPES:
        raise ToolError(f'No shape type is called "{kind}"', nearest(kind, SHAPE_TYPES))
    session.labelled()
    begin(session, Painting() if kind == "mask" else Drawing(kind))
    session.hand.last_tool = ("draw.start", kind)


def start_tracked(session: Session, tracker: str) -> None:
    """Take a rectangle in hand that becomes a track pinned to a tracker."""
    session.labelled()
    begin(session, Drawing("rectangle", tracker=tracker))
    session.hand.last_tool = ("track.draw", tracker)


def redraw(session: Session, shape: Shape) -> None:
    """Draw a shape that has no prompt anew, with the tool for its type."""
    masked = shape.type == "mask"
    begin(session, Painting(shape.mask, replaces=shape.id) if masked else Drawing(shape.type, replaces=shape.id))
    session.label = shape.label


def hot_vertex(session: Session, held: Drawing) -> int | None:
    """Return the number of the drawn point that a click at the cursor would take: the last one, or a ring's first."""
    return aim.drawn_point_at(held.type, held.points, session.view.cursor, session.view.viewport.scale)


def click(session: Session, held: Drawing, point: Point, positive: bool) -> None:
    """Add a vertex; one on the first vertex, or twice on one place, finishes; a right click takes the last one away.

    Points have no end of their own: there a click on the last one takes it away.
    """
    taken = hot_vertex(session, held)
    if positive and taken is not None and held.type != "points":
        finish(session, held)
        return
    if not positive or taken is not None:
        if held.points:
            session.advance(replace(held, points=held.points[:-1]))
        return
    held = replace(held, points=(*held.points, rounded_point(point)))
    session.advance(held)
    if held.type in aim.CORNERS and len(held.points) == 2:
        _corners(session, held)


def _corners(session: Session, held: Drawing) -> None:
    x1, y1, x2, y2 = box_from(*held.points)
    if x2 - x1 < 0.5 or y2 - y1 < 0.5:
        session.gesture = replace(held, points=held.points[:1])
        session.tell("Too small: move the cursor to the opposite corner", "warning")
        return
    points: tuple[Point, ...] = ((x1, y1), (x2, y2))
    if held.type == "ellipse":
        points = (((x1 + x2) / 2, (y1 + y2) / 2), (x2, y2))
    _commit(session, replace(held, points=points))


def _commit(session: Session, held: Drawing) -> None:
    shape = Shape(id=0, frame=session.frame, label=session.label, type=held.type, points=held.points)
    if held.tracker:
        put_track(session, shape, held.tracker)
        return
    put_shapes(session, [shape], held.replaces)


def drags(session: Session, held: Drawing, far: bool) -> bool:
    """Let a dragged button set the opposite corner."""
    return far and held.type in aim.CORNERS and len(held.points) == 1


def finish(session: Session, held: Drawing) -> None:
    """Make the shape of the vertices."""
    if held.type in aim.CORNERS:
        click(session, held, session.view.cursor, True)
        return
    least = FEWEST[held.type]
    if len(held.points) < least:
        session.tell(f"A {held.type} needs at least {least} point(s)", "warning")
        return
    _commit(session, held)


def cancel(session: Session, held: Drawing) -> None:
    """The vertices, then the tool."""
    if held.points:
        session.advance(replace(held, points=()))
    else:
        session.take(Idle())
