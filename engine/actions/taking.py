"""Taking something else in hand: apart from `hand.py`, which knows every kind of work, because each kind begins so."""

from __future__ import annotations

from engine.actions.grid import offer, put_away
from engine.errors import AppError
from engine.session import Session
from engine.work import Draw, Edit, Idle, Interact, Scissors, Work


def begin(session: Session, work: Work) -> None:
    """Take something else in hand; AppError while that would lose what is begun, or waits for its answer."""
    held = session.work
    if getattr(held, "finishing", False):
        raise AppError("The object is not there yet", "it waits for its answer; {tool.cancel} gives it up")
    if unfinished(session):
        how = "{tool.finish} finishes it, {tool.cancel} drops it; then take another tool"
        raise AppError("What you began is not finished", how)
    session.take(work)
    put_away(session)
    offer(session)


def unfinished(session: Session) -> bool:
    """Say whether what is in hand holds something that another frame would take away."""
    work = session.work
    if isinstance(work, Edit):
        return work.grabbed
    if isinstance(work, Interact) and not work.prompt and work.corner is None:
        return False
    if isinstance(work, Scissors | Draw) and not work.points:
        return False
    if session.future and getattr(work, "replaces", None) is not None:
        return True
    return bool(session.past) and not isinstance(work, Idle)
