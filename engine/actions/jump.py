"""The jump of the cursor by letters: two for a cell of the grid, two more for a place in it."""

from __future__ import annotations

from engine.actions import action, history
from engine.gestures.dispatch import click, moved
from engine.gestures.grid import go, lay, opens_itself, put_away
from engine.session import Session

LETTERS = 4


@action("cursor.jump", "Jump the cursor: type the four letters of a place")
def jump(session: Session) -> None:
    """Lay the labelled grid over the view; a picture that plays stands still for it."""
    if session.view.jump is None:
        session.media.playing = False
        lay(session)


@action("jump.type", "Choose a place of the grid")
def choose(session: Session, letter: str) -> None:
    """Take one letter of a place; letters that lead nowhere are ignored.

    The last one ends the jump. Where the grid opened by itself that is a click, outside with Shift.
    """
    under_way = session.view.jumping
    if under_way is None:
        return
    typed = under_way.typing(letter.lower())
    go(session, typed)
    if len(typed.typed) < LETTERS:
        return
    if opens_itself(session):
        click(session, positive=not letter.isupper())
    else:
        end(session)


@action("jump.back", "Take the last letter back")
def back(session: Session) -> None:
    """Take a letter back; with none typed, the last point of what is in hand."""
    under_way = session.view.jumping
    if under_way is not None and under_way.typed:
        go(session, under_way.back())
    else:
        history.undo_point(session)


@action("jump.end", "Stay where the jump has led")
def end(session: Session) -> None:
    """Put the grid away; the cursor stays."""
    if put_away(session):
        moved(session)


@action("jump.auto", "Let the jump's grid open by itself for each point, or not")
def auto(session: Session) -> None:
    """Toggle the setting for this session."""
    session.set(auto_grid=not session.settings.auto_grid)
    by_itself = "opens by itself for each point, its last letter clicks"
    session.tell(f"The jump's grid {by_itself if session.settings.auto_grid else 'opens by {cursor.jump}'}")
