"""Nothing in hand: a click selects, one on what is selected opens it for editing."""

from __future__ import annotations

from engine import aim
from engine.document import Point, Shape
from engine.gestures import base, editing
from engine.gestures.selected import is_here
from engine.session import Session
from engine.session.gesture import Idle

moved, drags, resume, unblocked = base.moved, base.drags, base.resume, base.unblocked


def click(session: Session, held: Idle, point: Point, positive: bool) -> None:
    """Select the shape there; a click on the one that is selected opens it for editing."""
    found, picked = shape_at(session, point), session.selection
    if found is not None and found.id == picked.selected and positive and found.id not in picked.locked:
        editing.start(session)
        return
    picked.selected = found.id if found else None
    session.changed()


def shape_at(session: Session, point: Point) -> Shape | None:
    """Return the shape that a click takes: the smallest of those that are seen there."""
    if session.view.hide_all:
        return None
    there = (shape for shape in session.shapes if shape.id not in session.selection.hidden and is_here(session, shape))
    return aim.item_at(there, point, session.view.viewport.scale)


def finish(session: Session, held: Idle) -> None:
    """Say that there is nothing to finish, nor to repeat."""
    session.tell("No tool has been used yet: I opens the magic wand, B draws a rectangle", "information")


def cancel(session: Session, held: Idle) -> None:
    """Let go of the selection; what is grouped next is a new group, and no track is marked to be merged."""
    picked = session.selection
    picked.selected = picked.track = picked.marked = None
    picked.last_group = 0
    session.media.playing = False
    session.changed()
