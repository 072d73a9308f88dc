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

from engine.label_match import folded
from engine.text import plain
from tui.output.cells import filled
from tui.screens.key_words import KeyWords
from tui.screens.modal import Dialog
from tui.widgets.rows import Rows

EVERY = 0.4
"""Seconds between two looks at what has changed."""
TITLE = "Models and their weights"
KEYS = {"u": "use", "g": "fetch", "a": "adopt", "v": "verify", "x": "stop", "enter": "details", "i": "details"}
MOVES: dict[str, Callable[[Rows], None]] = {
    "up": lambda rows: rows.action_step(-1), "k": lambda rows: rows.action_step(-1),
    "down": lambda rows: rows.action_step(1), "j": lambda rows: rows.action_step(1),
    "pageup": lambda rows: rows.action_page(-1), "pagedown": lambda rows: rows.action_page(1),
    "home": lambda rows: rows.action_edge(0), "end": lambda rows: rows.action_edge(-1),
}  # fmt: skip
FIND = "/"
"""Key with which models are found by typing."""
HINTS = [
    [("enter", "Enter details  "), ("u", "u use  "), ("g", "g fetch  "), ("a", "a adopt a file  "), ("v", "v verify  "),
     ("x", "x stop")],
    [(FIND, "/ find a name  "), ("escape", "Esc closes, what runs goes on")],
]  # fmt: skip
WHILE_FINDING = [[("enter", "Enter keeps these rows  "), ("escape", "Esc shows all again  "), ("down", "↓ next")], []]
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
        """Those in sight: all, or those that are looked for."""
        own = [i for i, row in enumerate(self._rows) if row.tool == marked]
        self._marked = next((i for i in own if self._rows[i].used), own[0] if own else 0)
        self._words, self._finds = "", False
        """What is looked for, and whether what is typed goes on with it."""

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical():
            yield Static(TITLE, classes="title", markup=False)
            yield Static(_line("MODEL", "WEIGHTS", "SIZE", "HERE", "LICENCE OF THE WEIGHTS"), classes="columns")
            rows = Rows(len(self._rows), lambda number: _text(self._rows[number]), marked=self._marked)
            rows.can_focus = False  # what is typed may be a name to find
            yield rows
            yield KeyWords(HINTS, self._clicked)

    def on_mount(self) -> None:
        """Look for what has changed as long as the list is open."""
        self.set_interval(EVERY, self._refresh)

    def _refresh(self) -> None:
        """Show what there is by now, the row marked that was."""
        rows = self.query_one(Rows)
        before = self._rows[rows.marked] if rows.marked is not None else None
        wanted = folded(self._words)
        self._rows = [
            row for row in self._ask() if wanted in folded(f"{row.tool} {row.name}") + "\n" + folded(row.file)
        ]
        rows.show(len(self._rows))
        same = [i for i, row in enumerate(self._rows) if before and (row.tool, row.file) == (before.tool, before.file)]
        if self._rows and same[:1] != [rows.marked]:
            rows.mark(same[0] if same else 0)

    def _find(self, words: str, *, typing: bool = True) -> None:
        """Show the models in whose names these words stand."""
        self._words, self._finds = words, typing
        rows = self.query_one(Rows)
        rows.styles.min_height = rows.size.height  # nothing moves while names are looked for
        self._refresh()
        more = "▏" if typing else "  (Esc shows all)"
        told = f"find: {words}{more}; {len(self._rows)} found" if typing or words else TITLE
        self.query_one(".title", Static).update(plain(told))
        self.query_one(KeyWords).show(WHILE_FINDING if typing else HINTS)

    def action_give_up(self) -> None:
        """Show all rows again where some are looked for, else close the list."""
        if self._finds or self._words:
            self._find("", typing=False)
        else:
            super().action_give_up()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Show the details of the row that was chosen."""
        self._do("details", self._rows[event.row])

    def on_key(self, event: Key) -> None:
        """Find names, go through the rows, or pass on what a key wants of the marked one."""
        if self._typed(event) if self._finds else self._take(event.character if event.key == "slash" else event.key):
            event.prevent_default().stop()

    def _clicked(self, key: str) -> None:
        if key == "escape":
            self.action_give_up()
        elif key == "enter" and self._finds:
            self._find(self._words, typing=False)
        else:
            self._take(key)

    def _typed(self, event: Key) -> bool:
        """Take a key while names are looked for; say whether it means anything."""
        if event.is_printable and event.character:
            self._find(self._words + event.character)
        elif event.key == "backspace":
            self._find(self._words[:-1], typing=bool(self._words))
        elif event.key == "enter":
            self._find(self._words, typing=False)
        else:
            return self._moved(event.key)
        return True

    def _take(self, key: str | None) -> bool:
        """Do what a key does while nothing is looked for; say whether it means anything."""
        marked = self.query_one(Rows).marked
        if key == FIND:
            self._find(self._words)
        elif key in KEYS and marked is not None:
            self._do(KEYS[key], self._rows[marked])
        elif key is None or not self._moved(key):
            return False
        return True

    def _moved(self, key: str) -> bool:
        if key in MOVES:
            MOVES[key](self.query_one(Rows))
        return key in MOVES


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
            yield KeyWords([[("escape", "Esc closes")]], lambda key: self.action_give_up())


def _text(row: Row) -> Text:
    line = _line(row.name, row.file, row.size, row.state, row.licence)
    if row.here:
        line.stylize("bold", 0, WIDTHS[0])
    return line


def _line(*cells: str) -> Text:
    fixed = [filled(cell, width) for cell, width in zip(cells, WIDTHS, strict=False)]
    return Text(" ".join([*fixed, plain(cells[-1])]), no_wrap=True, overflow="ellipsis")
