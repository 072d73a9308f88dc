"""Help: every key of the keymap by what it is for, filtered by typing; and the short screen of the first run."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from engine.text import plain
from engine.topics import Section, found
from tui.screens.modal import Dialog

SCROLLING = {"up": "scroll_up", "down": "scroll_down", "pageup": "page_up", "pagedown": "page_down"}


class Search(Input):
    """The field of the help, which leaves the question mark to whoever closes the help with it."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say whether a key is text for the field."""
        return key != "question_mark" and super().check_consume_key(key, character)


class Help(Dialog[str]):
    """The whole keymap, to scroll through and to search; the sections come in the order in which they are given."""

    DEFAULT_CSS = """
    Help > Vertical { width: 92; height: 90%; }
    Help Search { padding: 0 1; background: $surface; }
    Help VerticalScroll { height: 1fr; }
    """
    BINDINGS = [
        Binding("question_mark,f1", "give_up", "Close", show=False, priority=True),
        *(Binding(key, f"scroll('{how}')", show=False) for key, how in SCROLLING.items()),
    ]

    def __init__(self, name: str, sections: Iterable[Section]) -> None:
        super().__init__()
        self._name, self._sections = plain(name), list(sections)

    def compose(self) -> ComposeResult:
        """Lay out the field and all that it filters."""
        with Vertical():
            yield Static(f"Keys of the keymap “{self._name}”", classes="title", markup=False)
            yield Search(placeholder="Type what you look for: zoom, copy, class …", compact=True)
            with VerticalScroll() as scroll:
                scroll.can_focus = False  # what is typed is meant for the field
                yield Static(_shown(self._sections), id="keys")
            yield Static("Typing filters, arrows and Page Down scroll, Esc closes", classes="hint", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has the words that are typed."""
        self.query_one("#keys", Static).update(_shown(found(self._sections, event.value)))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_scroll(self, how: str) -> None:
        """Move through the keys while the field keeps what is typed."""
        getattr(self.query_one(VerticalScroll), f"action_{how}")()


class FirstRun(Dialog[str]):
    """The few keys that a new annotator needs: one line each, so that they fit a small terminal."""

    DEFAULT_CSS = "FirstRun > Vertical { width: 76; }"
    BINDINGS = [
        Binding("enter,space", "give_up", "Begin", show=False), Binding("t", "dismiss('tour')", "Tour", show=False)
    ]  # fmt: skip

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Lay out the short table."""
        with Vertical():
            yield Static("Welcome to termwand", classes="title", markup=False)
            yield Static(_table(self._rows))
            yield Static(
                "Enter begins, T shows how on a sample, in a minute. ? finds every key.",
                classes="hint",
                markup=False,
            )


def _shown(sections: list[Section]) -> Group | Text:
    if not sections:
        return Text("\nNothing here is called so. Try another word, or the command palette.")
    lines: list[Text | Table] = []
    for section in sections:
        lines += [Text(f"\n{section.title}", style="bold"), _table([(row.keys, row.what) for row in section.rows])]
    return Group(*lines)


def _table(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=False, width=20)
    table.add_column()
    for keys, what in rows:
        table.add_row(Text(plain(keys)), Text(plain(what)))
    return table
