"""A detector's label table: what each of its labels is here, and from which score; and which frames to annotate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Button, Static

from engine.document import TableRow
from engine.text import plain
from tui.output.cells import filled
from tui.screens.ask import Ask
from tui.screens.key_words import KeyWords
from tui.screens.modal import Dialog
from tui.screens.table_rows import TableRows
from tui.widgets.rows import Rows

DROPPED, NEW = "–", "+ "
"""In place of our label where what is found is dropped, and before one that will be added."""
MOST = 10
"""Rows in sight."""
THEIRS, OURS = 24, 24
"""Columns of names."""
TILES = (0, 320, 640, 1280)
"""Sides of tiles in frame pixels that a key goes through, 0 for none."""
JOINED = {"": "no", "bytetrack": "ByteTrack", "ocsort": "OC-SORT"}
"""How what is found is joined into tracks, and its name."""
RUNS = {"a": "frame", "r": "range", "A": "all", "s": "keep"}
"""Keys that end it, and what they ask for."""
FIND = "/"
"""Key with which names are found by typing."""


@dataclass(frozen=True)
class Shown:
    """What the table is about."""

    name: str
    ours: tuple[str, ...]
    threshold: float
    """The detector's own."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Theirs -> how many were found here."""
    frames: int = 1
    polygons: bool | None = None
    """Whether masks become polygons; None where it gives none."""
    attributes: tuple[str, ...] = ()
    """Of the detector."""
    tiles: int | None = None
    """Side of the tiles that are looked at as well, 0 for none; None where it cannot."""
    tracks: bool = False
    """Whether what is found can become tracks."""


@dataclass(frozen=True)
class Answer:
    """What is to be annotated ("frame", "range", "all", "keep" for nothing), and how the table was left."""

    what: str
    rows: tuple[TableRow, ...]
    polygons: bool | None
    tiles: int | None = None
    tracks: str = ""
    """How what is found is joined into tracks, "" for not at all."""


class LabelTable(Dialog[Answer]):
    """Rows to go through by the arrows; returns them with what is asked for, and changes nothing itself."""

    DEFAULT_CSS = """
    LabelTable Rows { width: 72; max-width: 100%; }
    LabelTable .info { width: 72; max-width: 100%; height: auto; max-height: 2; color: $text; }
    LabelTable Horizontal { height: 1; width: auto; max-width: 100%; margin: 1 0 0 0; }
    LabelTable Button { margin: 0 1 0 0; min-width: 8; height: 1; border: none; padding: 0 1; }
    LabelTable .hint { width: 72; max-width: 100%; height: auto; }
    """

    def __init__(self, rows: tuple[TableRow, ...], shown: Shown) -> None:
        super().__init__()
        self._table = TableRows([*rows], shown.ours, shown.threshold, shown.counts)
        self._shown, self._polygons, self._tiles, self._tracks = shown, shown.polygons, shown.tiles, ""
        self._finds = False
        """What is typed are the words to find."""

    def compose(self) -> ComposeResult:
        """Lay out a line for each row, and what can be asked for."""
        with Vertical():
            yield Static(plain(f"{self._shown.name}: its labels, and ours"), classes="title", markup=False)
            rows = Rows(len(self._table.seen), self._line)
            rows.can_focus = False  # keys are for the marked row
            rows.styles.max_height = MOST
            rows.styles.min_height = min(len(self._table.seen), MOST)  # nothing moves while names are looked for
            yield rows
            yield Static("", classes="info", markup=False)
            with Horizontal():
                for key, text in self._answers().items():
                    yield Button(text, id=f"do-{RUNS[key]}", compact=True)
            yield KeyWords(self._hints(), self._clicked)

    def _hints(self) -> list[list[tuple[str, str]]]:
        """Return lines of keys and what they do, no longer than a terminal of 80 columns is wide."""
        last = [("t", "  t attributes")] * bool(self._shown.attributes)
        last += [("p", "  p masks to polygons")] * (self._polygons is not None)
        ways = [("i", f"i tiles: {self._tiles or 'no'}  ")] * (self._tiles is not None)
        ways += [("T", f"⇧T tracks: {JOINED[self._tracks]}")] * self._shown.tracks
        if self._finds:
            keys = [("enter", "Enter keeps these rows  "), ("escape", "Esc shows all again  "), ("down", "↓ next")]
            return [keys, [], [], *[[]] * bool(ways)]  # as many lines, so that nothing moves
        return [
            [("left", "← "), ("right", "→ our label  "), ("n", "n its own name  "), ("[", "[ "),
             ("]", "] lowest score  "), ("=", "= its own  "), ("+", "+ "), ("-", "- rows")],
            [("*", "* take all that is found  "), ("m", "m match names  "), ("w", "w words to ask for")],
            [(FIND, "/ find a name"), *last, ("escape", "  Esc gives up")], *([ways] if ways else []),
        ]  # fmt: skip

    def _answers(self) -> dict[str, str]:
        every = {"A": f"⇧A All {self._shown.frames}"} if self._shown.frames > 1 else {}
        some = {"r": "R Range …"} if self._shown.frames > 1 else {}
        return {"a": "A This frame", **some, **every, "s": "S Only keep"}

    def on_mount(self) -> None:
        """Say what is known of the first row."""
        self._show()

    def _line(self, place: int) -> Text:
        row = self._table.rows[self._table.seen[place]]
        count = self._shown.counts.get(row.theirs, 0)
        known = row.ours in self._shown.ours
        ours = DROPPED if not row.ours else plain(row.ours) if known else NEW + plain(row.ours)
        score = f"≥ {row.threshold:.2f}" if row.threshold is not None else f"({self._shown.threshold:.2f})"
        theirs = f"{filled(plain(row.theirs), THEIRS)} {count or '':>5}"
        return Text(f"{theirs} → {filled(ours, OURS)} {score}", style="" if row.ours else "dim")

    def _show(self) -> None:
        rows, table = self.query_one(Rows), self._table
        rows.show(len(table.seen))
        if table.seen:
            rows.mark(table.place)
        self.query_one(".info", Static).update(self._info())
        self.query_one(KeyWords).show(self._hints())

    def _info(self) -> str:
        """Return a line about the marked row, or what is looked for, and one about all."""
        table, row = self._table, self._table.row
        own = [f"asked for: {row.phrase}"] if row is not None and row.phrase else []
        if row is not None and self._shown.attributes:
            own.append(f"attributes: {_spelled(row) or 'of the same names'}")
        if self._finds or table.words:
            own = [f"find: {table.words}{'▏' if self._finds else '  (Esc shows all)'}", f"{len(table.seen)} found"]
        dropped = [one for one in table.rows if not one.ours]
        lost = sum(self._shown.counts.get(name, 0) for name in table.dropped)
        said = [f"{len(dropped)} of {len(table.rows)} rows dropped" + (f", {lost} objects found here" if lost else "")]
        if self._polygons is not None:
            said.append("masks become polygons" if self._polygons else "masks stay masks")
        return "\n".join(plain("; ".join(part)) for part in (own, said) if part)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Mark the row that was clicked, and turn its label."""
        self._table.mark(event.row)
        self._table.turn(1)
        self._show()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the table with what the button asks for."""
        self._end((event.button.id or "").removeprefix("do-"))

    def _clicked(self, key: str) -> None:
        if key == "escape":
            self.action_give_up()
        elif key == "enter":
            self._find(self._table.words, typing=False)
        else:
            self._take(key)

    def _end(self, what: str) -> None:
        self.dismiss(Answer(what, tuple(self._table.rows), self._polygons, self._tiles, self._tracks))

    def action_give_up(self) -> None:
        """Show all rows again where some are looked for, else return None."""
        if self._finds or self._table.words:
            self._find("", typing=False)
        else:
            super().action_give_up()

    def on_key(self, event: Key) -> None:
        """Go through the rows, change the marked one, find names, or end with what is asked for."""
        key = event.character if event.is_printable and event.key != "space" and event.character else event.key
        if self._typed(event) if self._finds else self._take(key):
            event.prevent_default().stop()

    def _typed(self, event: Key) -> bool:
        """Take a key while names are looked for; say whether it means anything."""
        words = self._table.words
        if event.is_printable and event.character:
            self._find(words + event.character)
        elif event.key == "backspace":
            self._find(words[:-1], typing=bool(words))
        elif event.key == "enter":
            self._find(words, typing=False)
        else:
            return self._moved(event.key)
        return True

    def _find(self, words: str, *, typing: bool = True) -> None:
        self._finds = typing
        self._table.find(words)
        self._show()

    def _take(self, key: str) -> bool:
        """Do what a key does while nothing is looked for; say whether it means anything."""
        if key in RUNS and (self._shown.frames > 1 or key in ("a", "s")):
            self._end(RUNS[key])
        elif key == FIND:
            self._find(self._table.words)
        elif not self._moved(key) and not self._changed(key):
            return False
        return True

    def _moved(self, key: str) -> bool:
        moved = self._table.moved(key, max(self.query_one(Rows).size.height - 1, 1))
        if moved:
            self._show()
        return moved

    def _changed(self, key: str) -> bool:
        """Change the marked row, or all; return whether the key does so."""
        row = self._table.row
        if key == "p" and self._polygons is not None:
            self._polygons = not self._polygons
        elif key == "i" and self._tiles is not None:
            self._tiles = next((size for size in TILES if size > (self._tiles or 0)), 0)
        elif key == "T" and self._shown.tracks:
            ways = [*JOINED]
            self._tracks = ways[(ways.index(self._tracks) + 1) % len(ways)]
        elif key == "w" and row is not None:
            self._ask("What is it to be asked for?", row.phrase, lambda text: replace(row, phrase=text))
        elif key == "t" and row is not None and self._shown.attributes:
            names = " ".join(self._shown.attributes)
            self._ask(f"Attributes, theirs=ours ({names})", _spelled(row), lambda text: _with(row, text))
        elif not self._table.changed(key):
            return False
        self._show()
        return True

    def _ask(self, title: str, value: str, make: Callable[[str], TableRow]) -> None:
        """Ask for a line of text about the marked row; an empty one leaves it as it is."""

        def take(text: str | None) -> None:
            if text is not None:
                self._table.put(make(text))
                self._show()

        self.app.push_screen(Ask(title, value=value), take)


def _spelled(row: TableRow) -> str:
    return " ".join(f"{theirs}={ours}" for theirs, ours in row.attributes.items())


def _with(row: TableRow, text: str) -> TableRow:
    """Return a row with attributes as they were typed: "age=years gender="."""
    parts = [part.partition("=") for part in text.split() if part.partition("=")[0]]
    return replace(row, attributes={theirs: ours for theirs, _, ours in parts})
