"""The cursor put on a place: kept within the frame, brought into view, and followed by what is in hand."""

from __future__ import annotations

from engine.document import Point
from engine.geometry import clamped
from engine.gestures.dispatch import moved
from engine.session import Session


def point_at(session: Session, point: Point) -> None:
    """Put the cursor on a frame point (kept within the frame) and into view."""
    view = session.view
    view.cursor = clamped(point, view.viewport.frame_size)
    view.cursor_shown = True
    view.viewport = view.viewport.showing(view.cursor)
    moved(session)
    session.changed()
