"""Taking something else in hand: apart from `hand.py`, which knows every kind of work, because each kind begins so."""

from __future__ import annotations

from engine.errors import AppError
from engine.session import Session
from engine.work import Jump, Work


def begin(session: Session, work: Work) -> None:
    """Take something else in hand; AppError while an object still waits for its answer, which would be lost."""
    held = session.work.under if isinstance(session.work, Jump) else session.work
    if getattr(held, "finishing", False):
        raise AppError("The object is not there yet", "it waits for its answer; Esc gives it up")
    session.take(work)
