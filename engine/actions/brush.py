"""Brush and eraser."""

from __future__ import annotations

from engine.actions import action
from engine.gestures import Painting, painting
from engine.session import Session


@action("brush.start", "Paint a mask, or correct the selected one")
def start(session: Session) -> None:
    """Take the brush in hand; a selected mask, polygon, rectangle or ellipse is painted on."""
    painting.start(session)


@action("brush.erase", "Brush or eraser")
def erase(session: Session) -> None:
    """Toggle between painting and erasing."""
    if isinstance(session.gesture, Painting):
        painting.switch(session, session.gesture)
