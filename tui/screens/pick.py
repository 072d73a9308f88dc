"""Pick one of a list; beneath it stands what is known about the one that is marked."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Static

from engine.text import plain
from tui.screens.modal import Dialog
from tui.widgets.rows import Rows

BEHIND = "#101010"
"""Colour behind a label's, which is seen on a marked row as well, whatever the theme."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: the value that is returned, what the row shows, and what is said about it."""

    value: str
    text: str
    info: str = ""
    more: str = ""
    """What `?` shows in place of `info`."""
    color: str = ""
    enabled: bool = True


class Pick(Dialog[str]):
    """A list to choose from by arrows or j and k, Enter, a digit, or the mouse; returns the choice's value.

    `?` turns what is said about the marked choice to a fuller text and back.
    """

    DEFAULT_CSS = """
    Pick Rows { width: 72; max-width: 100%; max-height: 14; }
    Pick .info { width: 72; max-width: 100%; height: auto; max-height: 12; padding: 0 1; color: $text; }
    """

    def __init__(self, title: str, choices: list[Choice], *, marked: str = "", hint: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._hint = plain(title), choices, plain(hint)
        self._more = False
        self._marked = next((i for i, choice in enumerate(choices) if choice.value == marked), 0)

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            enabled = [choice.enabled for choice in self._choices]
            yield Rows(len(self._choices), self._line, marked=self._marked, enabled=enabled.__getitem__)
            if any(choice.info for choice in self._choices):
                yield Static("", classes="info", markup=False)
            yield Static(self._hint or "Enter or a digit chooses, Esc gives up", classes="hint", markup=False)

    def _line(self, number: int) -> Text:
        choice = self._choices[number]
        text = Text.assemble((f"{number + 1:>2} " if number < 9 else "   ", "bold"))
        if choice.color:
            text.append("■ ", style=f"{choice.color} on {BEHIND}")
        return text.append(plain(choice.text))

    def on_rows_marked(self, event: Rows.Marked) -> None:
        """Say what is known about the marked choice."""
        self._tell(self._choices[event.row])

    def _tell(self, choice: Choice) -> None:
        for info in self.query(".info").results(Static):
            lines = (choice.more if self._more and choice.more else choice.info).splitlines()
            info.update("\n".join(plain(line) for line in lines))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Return the choice."""
        self.dismiss(self._choices[event.row].value)

    def on_key(self, event: Key) -> None:
        """Let digits choose, and j and k move."""
        rows = self.query_one(Rows)
        if event.key in ("j", "k"):
            rows.action_step(1 if event.key == "j" else -1)
            event.stop()
        elif event.key == "question_mark" and rows.marked is not None:
            self._more = not self._more
            self._tell(self._choices[rows.marked])
            event.stop()
        elif event.key.isdigit() and 1 <= int(event.key) <= min(len(self._choices), 9):
            choice = self._choices[int(event.key) - 1]
            event.stop()
            if choice.enabled:
                self.dismiss(choice.value)
