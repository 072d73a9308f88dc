"""The line of state: where in the media, what is in hand, lamps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from tui.widgets.parts import Part, fitted

if TYPE_CHECKING:
    from textual.timer import Timer

    from engine.session import Session

BETWEEN_PLACES = 0.2
"""Seconds between two writes of the cursor's place while it moves: nobody reads faster, and a slow link is spared."""


class StatusBar(Widget):
    """One line of state."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $panel; color: $text; }"
    _parts: Sequence[Part] = (Part(Text(" Opening …", style="dim")),)
    _moved = False
    """The cursor has moved since its place was written."""
    _pause: Timer | None = None

    def show(self, session: Session) -> None:
        """Show the session's state; where only the cursor has moved, a few times a second."""
        from tui.widgets.status_words import status_parts

        before, self._parts = self._parts, status_parts(session)
        if _at_rest(before) != _at_rest(self._parts):
            self.refresh()
        elif before != self._parts:
            self._moved = True
            if self._pause is None:
                self._write_place()

    def _write_place(self) -> None:
        """Write where the cursor is now, if it has moved, and look again a moment later."""
        self._pause = self.set_timer(BETWEEN_PLACES, self._write_place) if self._moved else None
        if self._moved:
            self._moved = False
            self.refresh()

    def render(self) -> Text:
        """Return the line."""
        return fitted(self._parts, self.size.width)


def _at_rest(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if not part.follows_cursor]
