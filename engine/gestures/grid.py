"""The jump's grid laid over the view and put away again: by the jump, and by whatever else a key or the mouse does."""

from __future__ import annotations

from dataclasses import replace

from engine.jump import Jump
from engine.session import Session


def lay(session: Session) -> None:
    """Open the grid with nothing typed."""
    view = session.view
    view.jump = Jump(view.cursor, view.viewport, view.cell)
    session.changed()


def put_away(session: Session) -> bool:
    """Close the grid, the cursor where it has come to; return whether it was open."""
    if session.view.jump is None:
        return False
    session.view.jump = None
    session.changed()
    return True


def opens_itself(session: Session) -> bool:
    """Say whether the grid opens by itself now: what is in hand takes points, and the annotator wants it so."""
    return session.settings.auto_grid and session.gesture.takes_points


def offer(session: Session, wanted: bool = True) -> None:
    """Open the grid for the next point where it opens by itself."""
    if wanted and opens_itself(session):
        lay(session)


def go(session: Session, jump: Jump) -> None:
    """Put the cursor where a jump has come to; what is in hand hears of it when the grid is put away."""
    view = session.view
    view.jump, view.cursor, view.cursor_shown = jump, jump.target(), True
    session.changed()


def give_up(session: Session) -> None:
    """Close the grid, the cursor where it was before."""
    if (jump := session.view.jump) is not None:
        go(session, replace(jump, typed=""))
    put_away(session)
