"""Help: every key of the keymap, from the keymap itself; and the short screen of the first run."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from engine.text import plain
from tui.screens.modal import Dialog

TITLES = {
    "main": "Everywhere",
    "prompt": "While an interactor or the scissors are in hand",
    "draw": "While drawing",
    "brush": "With the brush",
    "edit": "While editing an object",
    "jump": "In the jump's grid (letters choose a place)",
}


class Help(Dialog[str]):
    """The whole keymap, to scroll through."""

    DEFAULT_CSS = """
    Help > Vertical { width: 92; height: 90%; }
    Help VerticalScroll { height: 1fr; }
    """
    BINDINGS = [Binding("question_mark,q,f1", "give_up", "Close", show=False)]

    def __init__(self, name: str, rows: Iterable[tuple[str, str, str]]) -> None:
        super().__init__()
        self._name, self._rows = plain(name), list(rows)

    def compose(self) -> ComposeResult:
        """Lay out one table a mode."""
        with Vertical():
            yield Static(f"Keys of the keymap “{self._name}”", classes="title", markup=False)
            with VerticalScroll() as scroll:
                scroll.can_focus = True
                for mode, title in TITLES.items():
                    rows = [(keys, what) for of, keys, what in self._rows if of == mode]
                    if rows:
                        yield Static(Text(f"\n{title}", style="bold"))
                        yield Static(_table(rows))
            yield Static("Arrows and Page Down scroll, Esc closes", classes="hint", markup=False)


class FirstRun(Dialog[str]):
    """The few keys that a new annotator needs: one line each, so that they fit a small terminal."""

    DEFAULT_CSS = "FirstRun > Vertical { width: 76; }"
    BINDINGS = [Binding("enter,space", "give_up", "Begin", show=False)]

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Lay out the short table."""
        with Vertical():
            yield Static("Welcome to termwand", classes="title", markup=False)
            yield Static(_table(self._rows))
            yield Static("Enter begins. This is shown once; ? shows every key.", classes="hint", markup=False)


def _table(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=False, max_width=26)
    table.add_column()
    for keys, what in rows:
        table.add_row(Text(plain(keys)), Text(plain(what)))
    return table
