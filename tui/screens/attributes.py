"""The attributes of an object and the tags of its frame, with their values, to change by keys or mouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key, Paste
from textual.widgets import Static

from engine.declarations import checked, shown
from engine.document import Attribute, AttributeValue
from engine.errors import EditError
from engine.text import plain
from tui.output.cells import filled
from tui.screens.modal import Dialog
from tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Row:
    """One value: what declares it, and the value itself; `tag` where it says whether the frame has a tag."""

    attribute: Attribute
    value: AttributeValue
    tag: bool = False

    @property
    def typed(self) -> bool:
        """Whether the value is typed rather than chosen."""
        return self.attribute.kind in ("text", "number")

    def turned(self, step: int) -> Row:
        """Return the row with the next value of those to choose from, or the previous one."""
        if self.attribute.kind == "checkbox":
            return replace(self, value=not self.value)
        values = self.attribute.values
        if not values:
            return self
        here = values.index(str(self.value)) if self.value in values else (-1 if step > 0 else 0)
        return replace(self, value=values[(here + step) % len(values)])


WIDEST = 40
"""Columns that names take at most, so that values are seen beside them."""
STEPS = {"up": -1, "shift+tab": -1, "down": 1, "tab": 1}
LETTERS = {"k": -1, "j": 1}
TURNS = {"left": -1, "h": -1, "right": 1, "l": 1, "space": 1}
Changes = tuple[dict[str, AttributeValue], list[str]]
"""Attributes that have another value now, and tags to put on or take off."""


class Attributes(Dialog[Changes]):
    """Rows to go through by the arrows; returns what was changed, and changes nothing itself."""

    DEFAULT_CSS = """
    Attributes Rows { width: 60; max-width: 100%; max-height: 16; }
    Attributes .problem { color: $error; width: 60; max-width: 100%; height: auto; }
    """

    def __init__(self, title: str, rows: Iterable[Row]) -> None:
        super().__init__()
        self._title, self._before = title, tuple(rows)
        self._rows = [replace(row, value=shown(row.value)) if row.typed else row for row in self._before]
        self._marked = 0
        self._width = min(max(cell_len(_name(row)) for row in self._rows), WIDEST)

    def compose(self) -> ComposeResult:
        """Lay out a line for each value."""
        with Vertical():
            yield Static(plain(self._title), classes="title", markup=False)
            rows = Rows(len(self._rows), self._line)
            rows.can_focus = False  # letters are typed into the marked row
            yield rows
            yield Static("", classes="problem", markup=False)
            yield Static("↑ ↓ choose a line, ← → or Space turn a value, letters type one; Enter keeps all, Esc none",
                         classes="hint", markup=False)  # fmt: skip

    def _line(self, number: int) -> Text:
        row = self._rows[number]
        value = plain(str(row.value)) + ("▏" if number == self._marked else "") if row.typed else _chosen(row)
        return Text(f"{filled(_name(row), self._width)}  {value}")

    def _show(self, problem: str = "") -> None:
        self.query_one(Rows).mark(self._marked)
        self.query_one(".problem", Static).update(plain(problem))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Mark the line that was clicked, and turn its value."""
        self._marked = event.row
        self._turn(1)

    def on_key(self, event: Key) -> None:
        """Go through the lines, turn or type the marked one's value."""
        row, key = self._rows[self._marked], event.key
        step = STEPS.get(key, LETTERS.get(key, 0) if not row.typed else 0)
        if key == "enter":
            self._accept()
        elif step:
            self._marked = (self._marked + step) % len(self._rows)
            self._show()
        elif row.typed and key == "backspace":
            self._put(replace(row, value=str(row.value)[:-1]))
        elif row.typed and event.is_printable and event.character is not None:
            self._put(replace(row, value=str(row.value) + event.character))
        elif not row.typed and key in TURNS:
            self._turn(TURNS[key])
        else:
            return
        event.prevent_default().stop()

    @property
    def takes_text(self) -> bool:
        """Whether what is typed or pasted becomes the marked line's value."""
        return self._rows[self._marked].typed

    def on_paste(self, event: Paste) -> None:
        """Take pasted text into the marked line."""
        row = self._rows[self._marked]
        if row.typed:
            self._put(replace(row, value=str(row.value) + event.text))
        event.stop()

    def _turn(self, step: int) -> None:
        self._put(self._rows[self._marked].turned(step))

    def _put(self, row: Row) -> None:
        self._rows[self._marked] = row
        self._show()

    def _accept(self) -> None:
        """Return what is different, unless a value does not fit: then say why and stay."""
        values: dict[str, AttributeValue] = {}
        tags: list[str] = []
        for number, (before, row) in enumerate(zip(self._before, self._rows, strict=True)):
            if row.value == (shown(before.value) if row.typed else before.value):
                continue
            if row.tag:
                tags.append(row.attribute.name)
                continue
            try:
                values[row.attribute.name] = checked(row.attribute, row.value)
            except EditError as error:
                self._marked = number
                self._show(f"{error.title}: {error.detail}")
                return
        self.dismiss((values, tags))


def _name(row: Row) -> str:
    return plain(("tag " if row.tag else "") + row.attribute.name)


def _chosen(row: Row) -> str:
    if row.attribute.kind == "checkbox":
        return "[x]" if row.value else "[ ]"
    return f"‹ {plain(str(row.value)) or '–'} ›"
