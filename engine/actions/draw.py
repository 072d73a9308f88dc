"""Plain drawing of every shape type."""

from __future__ import annotations

from engine.actions import action
from engine.gestures import drawing
from engine.session import Session


@action("draw.start", "Draw: {0}")
def start(session: Session, kind: str) -> None:
    """Take a type of shape in hand; a mask is painted with the brush."""
    drawing.start(session, kind)
