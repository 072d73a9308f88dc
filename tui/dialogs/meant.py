"""Answers that count only where what they were asked about is still there: a frame may change beneath a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from engine.session import Session
    from tui.window import Window

Answer = TypeVar("Answer")
ANOTHER = "Another frame or object is shown now: ask again"


def for_what_is_shown(app: Window, take: Callable[[Answer], None]) -> Callable[[Answer], None]:
    """Return `take` for an answer about the frame and the selected object that are shown when it is asked."""
    return unchanged(app, take, lambda session: (session.frame, session.selection.selected), ANOTHER)


def unchanged(
    app: Window, take: Callable[[Answer], None], about: Callable[[Session], object], otherwise: str
) -> Callable[[Answer], None]:
    """Return `take` as long as `about` the session is as it is now; else it says `otherwise`, and nothing is done."""
    before = about(app.session)

    def checked(answer: Answer) -> None:
        if about(app.session) == before:
            take(answer)
        else:
            app.say(otherwise, "warning")

    return checked
