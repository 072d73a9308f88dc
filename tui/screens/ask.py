"""Ask for one line of text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from engine.text import plain
from tui.screens.modal import Dialog


class Ask(Dialog[str]):
    """A question with a line to type into; returns the text, an empty one only where it `can_be_empty`."""

    DEFAULT_CSS = "Ask Input { width: 56; max-width: 100%; }"

    def __init__(self, title: str, hint: str = "", value: str = "", *, can_be_empty: bool = False) -> None:
        super().__init__()
        self._title, self._hint, self._value = plain(title), plain(hint), plain(value)
        self._can_be_empty = can_be_empty

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            yield Input(self._value)
            yield Static(self._hint or "Enter accepts, Esc gives up", classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the text; an empty one gives up, unless it means something."""
        text = event.value.strip()
        self.dismiss(text if text or self._can_be_empty else None)
