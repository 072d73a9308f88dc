"""A decision: a text and a few answers, each with a key of its own."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Button, Static

from engine.text import plain
from tui.screens.modal import Dialog

DEAF = 1.0
"""Seconds for which a question that nobody asked for takes no key: what is typed then was meant for something else."""


class Confirm(Dialog[str]):
    """Answers are key -> text; returns the key of the chosen one. No key counts for the first `deaf` seconds."""

    DEFAULT_CSS = """
    Confirm .text { width: 64; max-width: 100%; padding: 1 0; }
    Confirm Horizontal { height: 3; width: auto; max-width: 100%; }
    Confirm Button { margin: 0 1; min-width: 12; height: 3; }
    """

    def __init__(self, title: str, text: str, answers: dict[str, str], *, deaf: float = 0.0) -> None:
        super().__init__()
        self._deaf, self.is_deaf = deaf, deaf > 0
        self._title, self._answers = plain(title), answers
        self._text = "\n".join(plain(line) for line in text.split("\n"))

    def compose(self) -> ComposeResult:
        """Lay out the question and its answers."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._text, classes="text", markup=False)
            with Horizontal():
                for key, text in self._answers.items():
                    yield Button(self._shown(key, text), id=f"answer-{key}")

    def _shown(self, key: str, text: str) -> str:
        return f"{'…' if self.is_deaf else key.upper()}  {text}"

    def on_mount(self) -> None:
        """Take keys after a while."""
        if self.is_deaf:
            self.set_timer(self._deaf, self.hear)

    def hear(self) -> None:
        """Take keys from now on, and name them."""
        self.is_deaf = False
        for button in self.query(Button):
            key = (button.id or "").removeprefix("answer-")
            button.label = self._shown(key, self._answers[key])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the button's key."""
        self.dismiss((event.button.id or "").removeprefix("answer-"))

    def on_key(self, event: Key) -> None:
        """Return the key itself."""
        if event.key in self._answers:
            event.stop()
            self.dismiss(event.key)
