"""The keys common to all gestures, handed to the kind that is in hand: click, move, finish, cancel, Block, undo.

Mouse and keyboard end in the same functions, so neither way of working can do what the other cannot.
"""

from __future__ import annotations

from typing import Any, TypeVar

from engine.gestures import certifying, drawing, editing, grid, hinting, idle, painting, prompting, sifting, tracing
from engine.gestures.base import Kind
from engine.session import Session
from engine.session.gesture import Gesture, Idle

State = TypeVar("State", bound=Gesture)
_KINDS: dict[type[Gesture], Kind[Any]] = {}


def _join(state: type[State], kind: Kind[State]) -> None:
    """Let a file handle its state; that its functions take this very state is checked here."""
    _KINDS[state] = kind


_join(Idle, idle)
_join(prompting.Prompting, prompting)
_join(tracing.Tracing, tracing)
_join(drawing.Drawing, drawing)
_join(painting.Painting, painting)
_join(editing.Editing, editing)
_join(hinting.Hinting, hinting)
_join(sifting.Sifting, sifting)
_join(certifying.Certifying, certifying)


def click(session: Session, *, positive: bool = True) -> None:
    """Click at the cursor, or right-click; the jump's grid is put away, and laid again for the next point."""
    by_grid = grid.put_away(session)
    _click(session, positive)
    grid.offer(session, by_grid)


def _click(session: Session, positive: bool) -> None:
    held = session.gesture
    _KINDS[type(held)].click(session, held, session.view.cursor, positive)


def moved(session: Session) -> None:
    """Tell what is in hand that the cursor has moved; while the grid is open, that is not where it will stay."""
    if session.view.jump is None:
        held = session.gesture
        _KINDS[type(held)].moved(session, held)


def release(session: Session, far: bool) -> None:
    """Let go of the mouse button; `far` says that it was dragged."""
    held = session.gesture
    if _KINDS[type(held)].drags(session, held, far):
        _click(session, True)


def finish(session: Session) -> None:
    """Finish what is in hand."""
    grid.put_away(session)
    held = session.gesture
    _KINDS[type(held)].finish(session, held)


def cancel(session: Session) -> None:
    """Take what is in hand back one step."""
    held = session.gesture
    _KINDS[type(held)].cancel(session, held)


def resume(session: Session) -> None:
    """Go on with what undo or redo has brought back."""
    held = session.gesture
    _KINDS[type(held)].resume(session, held)
    session.changed()


def hold_block(session: Session, held: bool) -> None:
    """Take it that Ctrl is held, or no longer."""
    if session.hand.block_held != held:
        session.hand.block_held = held
        unblocked(session)


def unblocked(session: Session) -> None:
    """Tell what is in hand that Block was switched."""
    held = session.gesture
    _KINDS[type(held)].unblocked(session, held)
    moved(session)
    session.changed()
