"""Putting the cursor somewhere: within the frame and into view, and what is in hand follows."""

from __future__ import annotations

from engine.document import Point
from engine.gestures.dispatch import moved
from engine.session import Session


def point_at(session: Session, point: Point) -> None:
    """Put the cursor on a frame point (kept within the frame) and into view."""
    view = session.view
    width, height = view.viewport.frame_size
    view.cursor = (min(max(point[0], 0.0), float(width)), min(max(point[1], 0.0), float(height)))
    view.cursor_shown = True
    view.viewport = view.viewport.showing(view.cursor)
    moved(session)
    session.changed()
