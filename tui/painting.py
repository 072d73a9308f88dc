"""An application that tells which cells Textual has just drawn: what was painted over them by other means is gone.

Textual asks a widget for its lines for many reasons (for all of them whenever anything over it changes, for one of them
at every move of the mouse), so only what it writes in the end says what has to be shown again. Apart from `app.py`
because the canvas's tests have an application of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual._compositor import ChopsUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen

Result = TypeVar("Result")


class PaintingApp(App[Result]):
    """Calls `on_painted` after each write of Textual's own, with a test for rows of a region."""

    ALLOW_SELECT = False
    """Textual draws the whole screen, 55 kB and the picture, when a click could begin to mark text; Shift does it too."""
    on_painted: Callable[[Callable[[Region], list[int]]], None] | None = None

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None and self.on_painted is not None:
            self.on_painted(lambda region: drawn_rows(renderable, region))


def drawn_rows(update: Any, region: Region) -> list[int]:
    """Return the screen rows of a region in which an update of Textual's compositor has drawn."""
    if not isinstance(update, ChopsUpdate):
        return list(region.line_range)
    rows = {y for y, left, right in update.spans if left < region.right and right > region.x}
    return sorted(rows.intersection(region.line_range))
