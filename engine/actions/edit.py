"""Changing a finished shape by keys: vertices stepped through, put in, taken out, snapped; the whole moved, turned."""

from __future__ import annotations

from dataclasses import replace

from engine.actions import action
from engine.gestures import Editing, editing
from engine.gestures.cursor import point_at
from engine.handles import handles
from engine.session import Session


def _at_rest(session: Session) -> Editing | None:
    """Return the shape that is edited, if nothing of it is on the cursor."""
    held = session.gesture
    return held if isinstance(held, Editing) and not held.grabbed else None


@action("edit.start", "Edit the selected object's vertices")
def start(session: Session) -> None:
    """Open the selected shape for editing."""
    editing.start(session)


@action("edit.grab", "Grab the whole object, or drop it")
def grab_whole(session: Session) -> None:
    """Let the whole shape follow the cursor until it is dropped."""
    held = session.gesture
    if isinstance(held, Editing) and held.grabbed:
        editing.drop(session, held)
    elif isinstance(held, Editing):
        editing.grab_whole(session, held, session.view.cursor)


@action("edit.vertex", "Jump to the {0} vertex")
def next_vertex(session: Session, direction: str | int = 1) -> None:
    """Move the cursor to the next (1) or previous (-1) vertex."""
    if (held := _at_rest(session)) is None:
        return
    points = handles(held.shape)
    if not points:
        return
    here = held.vertex if held.vertex is not None else -1
    number = (here + int(direction)) % len(points)
    session.gesture = replace(held, vertex=number)
    point_at(session, points[number])


@action("edit.insert", "Put a vertex into the outline at the cursor")
def insert_vertex(session: Session) -> None:
    """Insert a vertex on the edge that is nearest to the cursor, at the cursor."""
    if (held := _at_rest(session)) is not None:
        editing.insert_vertex(session, held)


@action("edit.delete", "Delete the vertex at the cursor")
def delete_vertex(session: Session) -> None:
    """Delete the vertex at the cursor, where Tab leads it too."""
    if (held := _at_rest(session)) is not None:
        editing.delete_vertex(session, held)


@action("edit.snap", "Snap the vertex to the nearest outline of another object")
def snap_vertex(session: Session) -> None:
    """Move the vertex at the cursor onto the nearest neighbour's outline, and the cursor there."""
    held = session.gesture
    if isinstance(held, Editing) and (point := editing.snap_vertex(session, held)) is not None:
        point_at(session, point)


@action("edit.rotate", "Turn a rectangle or ellipse by {0}°")
def rotate(session: Session, degrees: str | float) -> None:
    """Turn the shape by so many degrees; by a tenth of that in precise mode."""
    if (held := _at_rest(session)) is not None:
        editing.turn(session, held, float(degrees))
