"""Undo and redo. While something is begun they step through that alone; else through the document's steps.

A step of the document is shown where it was made: its frame is gone to, its object brought into view and selected.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.actions import action, frames, review
from engine.counting import counted
from engine.effects import shown, touched
from engine.errors import AppError
from engine.gestures import Editing, Idle, dispatch, grid
from engine.history import Group
from engine.session import Goal, Session, detecting

NOTHING_MORE = "Nothing more to {} of what is in hand: {{tool.finish}} finishes it, {{tool.cancel}} drops it"


@action("prompt.undo", "Take back the last point")
def undo_point(session: Session) -> None:
    """Go back one step of what is in hand, without touching the document."""
    by_grid = grid.put_away(session)
    before = session.hand.past.pop() if session.hand.past else session.gesture.one_less()
    if before is None:
        session.tell(NOTHING_MORE.format("take back"))
    else:
        session.hand.future.append(session.gesture)
        session.gesture = before
        dispatch.resume(session)
    grid.offer(session, by_grid)


@action("history.undo", "Undo")
def undo(session: Session) -> None:
    """Take back the last point of what is in hand, else, with nothing begun, the last commit."""
    if is_begun(session):
        undo_point(session)
        return
    grid.put_away(session)
    if isinstance(session.gesture, Editing) and session.gesture.grabbed:
        dispatch.cancel(session)
    elif title := detecting.take_back(session):
        session.tell(f"Undone: {title}")
    else:
        _replay(session, session.undo, "Undone", "Nothing to undo")


@action("history.redo", "Redo")
def redo(session: Session) -> None:
    """Do again what undo took back: of what is in hand, else, with nothing begun, of the document."""
    by_grid = grid.put_away(session)
    if session.hand.future:
        session.hand.past.append(session.gesture)
        session.gesture = session.hand.future.pop()
        dispatch.resume(session)
        grid.offer(session, by_grid)
    elif is_begun(session):
        session.tell(NOTHING_MORE.format("do again"))
    else:
        _replay(session, session.redo, "Done again", "Nothing to redo")


@action("history.go", "Undo or redo {0} step(s)")
def go(session: Session, count: str | int) -> None:
    """Take back so many steps of the document, or do them again if the number is negative; show the last of them."""
    grid.put_away(session)
    if is_begun(session) or (isinstance(session.gesture, Editing) and session.gesture.grabbed):
        raise AppError("What you began is not finished", "{tool.finish} finishes it, {tool.cancel} drops it")
    back, steps = int(count) > 0, abs(int(count))
    take, said = (session.undo, "Undone") if back else (session.redo, "Done again")
    for _ in range(steps - 1):
        if take() is None:
            break
    if steps:
        _replay(session, take, said if steps == 1 else f"{said} {steps} steps, the last", "There are no more steps")


def is_begun(session: Session) -> bool:
    """Say whether something is in hand that undo has to keep to: begun, taken back to nothing, or reopened."""
    held = session.gesture
    if isinstance(held, Idle | Editing):
        return False
    return bool(session.hand.past or session.hand.future) or held != held.emptied()


def _replay(session: Session, take: Callable[[], Group | None], said: str, none: str) -> None:
    before = session.document
    done = take()
    if done is None:
        session.tell(none)
        return
    if review.went_back(session, before):
        session.tell(f"{said}: {done.title}")
        return
    found = shown(touched(done.edits, before), done.frame)
    if found is None or found.frame >= len(session.media.frames):
        session.tell(f"{said}: {done.title}")
        return
    session.selection.hidden = frozenset(number for number in session.selection.hidden if number != found.id)
    goal = Goal(found.id if found.stands else None, found.box)
    if found.frame == session.frame and not session.media.loading:
        frames.look(session, goal)
        session.tell(f"{said}: {done.title}")
    else:
        session.media.playing = False
        frames.show(session, found.frame, goal)
        session.tell(f"{said}: {done.title}, on frame {counted(found.frame)}")
