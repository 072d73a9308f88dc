"""Pick one of a list; beneath it stands what is known about the one that is marked."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.text import plain
from tui.screens.modal import Dialog


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
    Pick OptionList { width: 72; max-width: 100%; height: auto; max-height: 14; border: none; background: $panel; }
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
            options = OptionList(*(self._option(i, choice) for i, choice in enumerate(self._choices)), markup=False)
            options.highlighted = self._marked if self._choices else None
            yield options
            if any(choice.info for choice in self._choices):
                yield Static("", classes="info", markup=False)
            yield Static(self._hint or "Enter or a digit chooses, Esc gives up", classes="hint", markup=False)

    def _option(self, number: int, choice: Choice) -> Option:
        text = Text(f"{number + 1:>2} " if number < 9 else "   ", style="dim")
        if choice.color:
            text.append("■ ", style=choice.color)
        text.append(plain(choice.text))
        return Option(text, disabled=not choice.enabled)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what is known about the marked choice."""
        self._tell(self._choices[event.option_index])

    def _tell(self, choice: Choice) -> None:
        for info in self.query(".info").results(Static):
            lines = (choice.more if self._more and choice.more else choice.info).splitlines()
            info.update("\n".join(plain(line) for line in lines))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the choice."""
        self.dismiss(self._choices[event.option_index].value)

    def on_key(self, event: Key) -> None:
        """Let digits choose, and j and k move."""
        options = self.query_one(OptionList)
        if event.key in ("j", "k"):
            options.action_cursor_down() if event.key == "j" else options.action_cursor_up()
            event.stop()
        elif event.key == "question_mark" and options.highlighted is not None:
            self._more = not self._more
            self._tell(self._choices[options.highlighted])
            event.stop()
        elif event.key.isdigit() and 1 <= int(event.key) <= min(len(self._choices), 9):
            choice = self._choices[int(event.key) - 1]
            event.stop()
            if choice.enabled:
                self.dismiss(choice.value)
