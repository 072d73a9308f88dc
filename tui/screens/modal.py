"""What every dialog has in common: no tint over the canvas, a box in the middle, Esc gives it up.

The background stays transparent because Kitty's placeholders carry the picture's id in their colour: a tint would
change it and the picture would vanish.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandPalette
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Static

Result = TypeVar("Result")


class OneAnswer:
    """Makes a screen deaf once it has been answered: a second answer would take away what lies under it."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Return a result, unless this is not the screen on top: it has returned one, or something lies over it."""
        screen: Any = self
        if screen.app.screen is not self:
            return cast("Any", AwaitComplete).nothing()  # type: ignore[no-any-return]
        return super().dismiss(result)  # type: ignore[misc, no-any-return]


class Palette(OneAnswer, CommandPalette):
    """Textual's command palette as one more dialog."""


class Dialog(OneAnswer, ModalScreen[Result]):
    """A modal screen that returns a value or, given up, None; it changes nothing itself."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > Vertical {
        width: auto; min-width: 40; max-width: 92%; height: auto; max-height: 92%;
        border: round $accent; background: $panel; padding: 0 1;
    }
    Dialog .title { text-style: bold; color: $foreground; width: 100%; }
    Dialog .hint { color: $text-muted; width: 100%; }
    """
    BINDINGS = [Binding("escape", "give_up", "Cancel", show=False)]

    def on_click(self, event: Click) -> None:
        """Give up where a hint's words about Esc are clicked: a mouse alone has no other way out of some dialogs."""
        hint = event.widget
        if isinstance(hint, Static) and hint.has_class("hint"):
            line = hint.render_line(event.y).text
            start = line.find("Esc")
            if 0 <= start <= event.x < start + len(re.split(r"[,;]|  ", line[start:])[0]):
                event.stop()
                self.action_give_up()

    def action_give_up(self) -> None:
        """Return None."""
        self.dismiss(None)
