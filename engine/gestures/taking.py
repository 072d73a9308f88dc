"""Taking something else in hand: every kind of gesture begins so."""

from __future__ import annotations

from engine.errors import AppError
from engine.gestures.grid import offer, put_away
from engine.session import Session
from engine.session.gesture import Gesture


def begin(session: Session, gesture: Gesture) -> None:
    """Take something else in hand; AppError while that would lose what is begun, or waits for its answer."""
    if session.gesture.is_waiting:
        raise AppError("The object is not there yet", "it waits for its answer; {tool.cancel} gives it up")
    if unfinished(session):
        how = "{tool.finish} finishes it, {tool.cancel} drops it; then take another tool"
        raise AppError("What you began is not finished", how)
    session.take(gesture)
    put_away(session)
    offer(session)


def unfinished(session: Session) -> bool:
    """Say whether what is in hand holds something that another frame would take away."""
    return session.gesture.is_unfinished(bool(session.hand.past), bool(session.hand.future))
