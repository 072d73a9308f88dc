"""What the keys common to all work do with what is in hand: click, move, finish, repeat, cancel.

Each kind of work has a file with the same four functions: `click`, `moved`, `finish`, `cancel`, and `drags`, which says
whether letting go of the mouse button counts as a click (the end of a rectangle, the lift of a brush).
"""

from __future__ import annotations

from typing import Protocol

from engine.actions import action, brushing, drawing, editing, grid, prompts, reopening, scissors, shapes, snapping
from engine.document import Point
from engine.session import Session
from engine.work import Brush, Draw, Edit, Idle, Interact, Scissors, Work


class Hand(Protocol):
    """What a kind of work can do."""

    def click(self, session: Session, point: Point, positive: bool) -> None: ...

    def moved(self, session: Session) -> None: ...

    def finish(self, session: Session) -> None: ...

    def cancel(self, session: Session) -> None: ...

    def drags(self, session: Session, far: bool) -> bool: ...


def hand(work: Work) -> Hand:
    """Return the functions for what is in hand."""
    table: dict[type, Hand] = {
        Idle: shapes,
        Interact: prompts,
        Scissors: scissors,
        Draw: drawing,
        Brush: brushing,
        Edit: editing,
    }
    return table[type(work)]


def moved(session: Session) -> None:
    """Tell what is in hand that the cursor has moved."""
    if session.view.jump is None:
        hand(session.work).moved(session)


@action("point.positive", "Click: a point inside, a vertex, a corner, or select")
def positive(session: Session) -> None:
    """Click at the cursor."""
    _click(session, True)


@action("point.negative", "Right click: a point outside")
def negative(session: Session) -> None:
    """Right-click at the cursor."""
    _click(session, False)


def _click(session: Session, positive: bool) -> None:
    by_grid = grid.put_away(session)
    hand(session.work).click(session, session.view.cursor, positive)
    grid.offer(session, by_grid)


def release(session: Session, far: bool) -> None:
    """Let go of the mouse button; `far` says that it was dragged."""
    if hand(session.work).drags(session, far):
        hand(session.work).click(session, session.view.cursor, True)


@action("tool.finish", "Finish, or repeat the last tool")
def finish(session: Session) -> None:
    """Finish what is in hand; with nothing in hand, take the last tool again."""
    grid.put_away(session)
    hand(session.work).finish(session)


@action("tool.redraw", "Finish, or redraw the selected object with its own prompt")
def redraw(session: Session) -> None:
    """Finish what is in hand; with nothing in hand, reopen the selected object."""
    grid.put_away(session)
    if isinstance(session.work, Idle):
        reopening.reopen(session)
    else:
        hand(session.work).finish(session)


@action("tool.cancel", "Cancel one step: preview, prompt, tool")
def cancel(session: Session) -> None:
    """Go back one step: the grid, then what the tool has, then the tool, then the selection."""
    if session.view.jump is not None:
        grid.give_up(session)
    elif snapping.KIND in session.jobs.running:
        snapping.cancel(session)
    else:
        hand(session.work).cancel(session)


@action("prompt.block", "Block: add points without a request")
def block(session: Session) -> None:
    """Toggle Block."""
    session.block_on = not session.block_on
    _unblocked(session)


def hold_block(session: Session, held: bool) -> None:
    """Take it that Ctrl is held, or no longer."""
    if session.block_held != held:
        session.block_held = held
        _unblocked(session)


def _unblocked(session: Session) -> None:
    if not session.blocked and isinstance(session.work, Interact):
        prompts.request(session)
    scissors.reclose(session)
    moved(session)
    session.changed()


@action("prompt.points", "Points of the polygon, or size of the brush, {0}")
def points(session: Session, change: str | int) -> None:
    """Move the slider of polygon points; in brush mode, the brush's size."""
    if isinstance(session.work, Brush):
        brushing.resize(session, int(change))
        return
    value = min(max(session.settings.points + int(change), 0), 13)
    session.set(points=value)


@action("prompt.polygons", "Convert masks to polygons, or keep masks")
def polygons(session: Session) -> None:
    """Toggle the conversion."""
    session.set(polygons=not session.settings.polygons)
    session.tell("Masks become polygons" if session.settings.polygons else "Masks stay masks")
