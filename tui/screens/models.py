"""The models and their weights: what is here, where the rest comes from, under which terms; fetched from here.

Shows rows that it asks for again while it is open, so that progress is seen; what the keys mean is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.widgets import Static

from engine.text import plain
from tui.output.cells import filled
from tui.screens.modal import Dialog
from tui.widgets.rows import Rows

EVERY = 0.4
"""Seconds between two looks at what has changed."""
KEYS = {"u": "use", "g": "fetch", "a": "adopt", "v": "verify", "x": "stop", "enter": "details", "i": "details"}
HINT = "Enter details  u use  g fetch  a adopt a file  v verify  x stop  Esc closes, what runs goes on"
WIDTHS = (10, 27, 9, 13)
"""Columns of model, file, size and state, which a terminal of 80 columns has room for; the licence takes the rest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One set of weights of one model; `file` is its name, which for a set of one file is the file's."""

    tool: str
    name: str
    file: str
    size: str
    state: str
    licence: str
    here: bool = False
    used: bool = False
    details: Callable[[], str] = str
    """Returns everything that is known of it, once somebody asks."""


class Models(Dialog[str]):
    """The list; `do` gets what a key wants ("fetch", "adopt" ...) and the marked row."""

    DEFAULT_CSS = """
    Models > Vertical { width: 100; }
    Models Rows { width: 100%; max-height: 65vh; }
    Models .columns { text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, rows: Callable[[], list[Row]], do: Callable[[str, Row], None], *, marked: str = "") -> None:
        super().__init__()
        self._ask, self._do = rows, do
        self._rows = rows()
        own = [i for i, row in enumerate(self._rows) if row.tool == marked]
        self._marked = next((i for i in own if self._rows[i].used), own[0] if own else 0)

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical():
            yield Static("Models and their weights", classes="title", markup=False)
            yield Static(_line("MODEL", "WEIGHTS", "SIZE", "HERE", "LICENCE OF THE WEIGHTS"), classes="columns")
            yield Rows(len(self._rows), lambda number: _text(self._rows[number]), marked=self._marked)
            yield Static(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Look for what has changed as long as the list is open."""
        self.set_interval(EVERY, self._refresh)

    def _refresh(self) -> None:
        self._rows = self._ask()
        self.query_one(Rows).show(len(self._rows))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Show the details of the row that was chosen."""
        self._do("details", self._rows[event.row])

    def on_key(self, event: Key) -> None:
        """Pass on what a key wants of the marked row."""
        rows = self.query_one(Rows)
        if event.key in ("j", "k"):
            rows.action_step(1 if event.key == "j" else -1)
            event.stop()
        elif event.key in KEYS and event.key != "enter" and rows.marked is not None:
            event.stop()
            self._do(KEYS[event.key], self._rows[rows.marked])


class Details(Dialog[str]):
    """Everything that is known of a file, to scroll through."""

    DEFAULT_CSS = """
    Details > Vertical { width: 92; }
    Details VerticalScroll { height: auto; max-height: 70vh; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = plain(title), "\n".join(plain(line) for line in text.splitlines())

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll():
                yield Static(self._text, markup=False)
            yield Static("Esc closes", classes="hint", markup=False)


def _text(row: Row) -> Text:
    line = _line(row.name, row.file, row.size, row.state, row.licence)
    if row.here:
        line.stylize("bold", 0, WIDTHS[0])
    return line


def _line(*cells: str) -> Text:
    fixed = [filled(cell, width) for cell, width in zip(cells, WIDTHS, strict=False)]
    return Text(" ".join([*fixed, plain(cells[-1])]), no_wrap=True, overflow="ellipsis")
