"""Changing a finished shape: vertices moved, put in, taken out; the whole moved; rectangles and ellipses turned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import msgspec

from engine import aim, items
from engine.chains import nearest_on
from engine.document import Point, Shape
from engine.errors import EditError
from engine.frame_bounds import moved_within, vertex_within
from engine.gestures import base
from engine.gestures.selected import chosen, is_here, outlined
from engine.gestures.taking import begin
from engine.handles import deleted_vertex, handles, inserted_vertex, with_rotation
from engine.session import Session
from engine.session.gesture import Gesture, Idle
from engine.tracks import neighbours

resume, unblocked = base.resume, base.unblocked


@dataclass(frozen=True)
class Editing(Gesture):
    """A finished shape being changed: a vertex, or the whole of it, may be on the cursor."""

    mode: ClassVar[str] = "edit"
    shape: Shape
    """As it is shown now; committed when what is grabbed is dropped."""
    vertex: int | None = None
    grabbed: bool = False
    anchor: Point | None = None
    """Where the whole shape was grabbed; None while a vertex is."""
    slack: Point = (0.0, 0.0)
    """From the cursor to the vertex when it was grabbed, so that a click beside it does not move it."""
    before: Shape | None = None
    """As it was when something was grabbed."""

    @property
    def subject(self) -> int | None:
        """The shape that is changed."""
        return self.shape.id

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say whether something is on the cursor."""
        return self.grabbed

    def following(self, stored: Shape | None) -> Gesture:
        """Return the same in step with a document that has changed; what is grabbed stays on the cursor."""
        if stored is None:
            return Idle()
        if not self.grabbed:
            return replace(self, shape=stored)
        held = {"points": self.shape.points, "rotation": self.shape.rotation, "mask": self.shape.mask}
        return replace(self, shape=msgspec.structs.replace(stored, **held), before=stored)


def start(session: Session) -> None:
    """Open the selected shape for editing."""
    shape = outlined(session, chosen(session))
    if shape is not None:
        begin(session, Editing(shape))


def hot_vertex(session: Session, held: Editing) -> int | None:
    """Return the vertex that the next action takes: the grabbed one, else the one at the cursor."""
    if held.grabbed:
        return held.vertex
    return aim.vertex_at(held.shape, session.view.cursor, session.view.viewport.scale)


def click(session: Session, held: Editing, point: Point, positive: bool) -> None:
    """Grab what is at the cursor, or drop what is grabbed; a right click deletes the vertex."""
    if not positive and not held.grabbed:
        delete_vertex(session, held)
    elif positive and held.grabbed:
        drop(session, held)
    elif positive:
        _grab(session, held, point)


def _grab(session: Session, held: Editing, point: Point) -> None:
    vertex = hot_vertex(session, held)
    if vertex is not None:
        x, y = handles(held.shape)[vertex]
        slack = (x - point[0], y - point[1])
        session.gesture = replace(held, vertex=vertex, grabbed=True, anchor=None, slack=slack, before=held.shape)
        session.changed()
        return
    found = aim.hit(held.shape, point, aim.GRIP / session.view.viewport.scale)
    if found is None:
        session.selection.pick(None)
        session.take(Idle())
    elif found.part == "outline" and held.shape.type in ("polygon", "polyline"):
        longer = inserted_vertex(held.shape, found.index, point)
        session.gesture = Editing(longer, vertex=found.index + 1, grabbed=True, before=held.shape)
        session.changed()
    else:
        grab_whole(session, held, point)


def grab_whole(session: Session, held: Editing, point: Point) -> None:
    """Let the whole shape follow the cursor from a frame point on, until it is dropped."""
    session.gesture = replace(held, grabbed=True, vertex=None, anchor=point, before=held.shape)
    session.changed()


def moved(session: Session, held: Editing) -> None:
    """Let what is grabbed follow the cursor."""
    if not held.grabbed or held.before is None:
        return
    (x, y), size = session.view.cursor, session.view.viewport.frame_size
    if held.anchor is not None:
        shape = moved_within(held.before, x - held.anchor[0], y - held.anchor[1], size)
    elif held.vertex is not None:
        shape = vertex_within(held.shape, held.vertex, (x + held.slack[0], y + held.slack[1]), size)
    else:
        return
    session.gesture = replace(held, shape=shape)


def drop(session: Session, held: Editing) -> None:
    """Let go of what is grabbed, where it is."""
    _commit(session, "Edit", held.shape)


def _commit(session: Session, title: str, shape: Shape, vertex: int | None = None) -> None:
    """Commit a shape and let go of it; where it is refused, what is in hand stays as it is."""
    if shape != session.shape(shape.id):
        session.commit(f"{title} {shape.label} {shape.id}", *items.put(session.document, shape))
        offer_again(session, shape)
    session.gesture = Editing(session.shape(shape.id) or shape, vertex=vertex)
    session.changed()


def offer_again(session: Session, shape: Shape) -> None:
    """Say that a track that a person has corrected can be followed anew, where machines have set what is beside it."""
    track = session.document.tracks.get(shape.id)
    if track is None or not track.tracker:
        return
    beside = [key for key in neighbours(track, shape.frame) if key is not None and key.by != "human"]
    if beside:
        session.tell("Corrected: {track.again} follows it anew from here, both ways")


def drags(session: Session, held: Editing, far: bool) -> bool:
    """Drop with the button what was grabbed with it."""
    return held.grabbed


def insert_vertex(session: Session, held: Editing) -> None:
    """Insert a vertex on the edge that is nearest to the cursor, at the cursor."""
    shape = held.shape
    found = nearest_on(shape.points, session.view.cursor, closed=shape.type != "polyline")
    if shape.type not in ("polygon", "polyline") or found is None:
        session.tell("Only polygons and polylines take further vertices", "warning")
        return
    longer = inserted_vertex(shape, found.index, session.view.cursor)
    _commit(session, "Insert vertex", longer, found.index + 1)


def delete_vertex(session: Session, held: Editing) -> None:
    """Delete the vertex at the cursor; the whole shape where too few would be left."""
    number = hot_vertex(session, held)
    if number is None:
        session.tell("No vertex at the cursor: Tab jumps to the next one", "warning")
        return
    try:
        shorter = deleted_vertex(held.shape, number)
    except EditError as error:
        session.tell(f"{error.title}: {error.detail}", "warning")
        return
    if shorter is None:
        gone = held.shape
        session.commit(f"Delete {gone.label} {gone.id}", *items.drop(session.document, gone.frame, gone.id))
        session.take(Idle())
        return
    _commit(session, "Delete vertex", shorter)


def snap_vertex(session: Session, held: Editing) -> Point | None:
    """Move the vertex at the cursor onto a near outline of another object; return where that is, None if nowhere."""
    number = hot_vertex(session, held)
    if number is None:
        return None
    left_out = session.selection.hidden | {held.shape.id}
    others = [shape for shape in session.shapes if shape.id not in left_out and is_here(session, shape)]
    point = aim.snap(session.view.cursor, others, aim.SNAP / session.view.viewport.scale)
    if point is None:
        session.tell("No other outline is near", "warning")
        return None
    _commit(session, "Snap", vertex_within(held.shape, number, point, session.view.viewport.frame_size), number)
    return point


def turn(session: Session, held: Editing, degrees: float) -> None:
    """Turn the shape by so many degrees; by a tenth of that in precise mode."""
    if held.shape.type not in ("rectangle", "ellipse"):
        session.tell("Only rectangles and ellipses turn", "warning")
        return
    by = degrees / (10 if session.view.precise else 1)
    _commit(session, "Turn", with_rotation(held.shape, held.shape.rotation + by))


def finish(session: Session, held: Editing) -> None:
    """Drop what is grabbed and close the shape."""
    if held.grabbed:
        drop(session, held)
    session.take(Idle())


def cancel(session: Session, held: Editing) -> None:
    """Put back what is grabbed, else close the shape."""
    if held.grabbed and held.before is not None:
        session.gesture = Editing(held.before)
        session.changed()
    else:
        session.take(Idle())
