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
from engine.label_match import match
from engine.text import plain
from tui.output.cells import filled
from tui.screens.ask import Ask
from tui.screens.modal import Dialog
from tui.widgets.rows import Rows

STEP = 0.05
"""By which a threshold is changed."""
DROPPED, NEW = "–", "+ "
"""In place of our label where what is found is dropped, and before one that will be added."""
THEIRS, OURS = 24, 24
"""Columns of names."""
MOVES = {"up": -1, "k": -1, "down": 1, "j": 1}
TURNS = {"left": -1, "h": -1, "right": 1, "l": 1, "space": 1}
TILES = (0, 320, 640, 1280)
"""Sides of tiles in frame pixels that a key goes through, 0 for none."""
JOINED = {"": "no", "bytetrack": "ByteTrack", "ocsort": "OC-SORT"}
"""How what is found is joined into tracks, and its name."""
RUNS = {"a": "frame", "r": "range", "A": "all", "s": "keep"}
"""Keys that end it, and what they ask for."""


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
    LabelTable Rows { width: 72; max-width: 100%; max-height: 10; }
    LabelTable .info { width: 72; max-width: 100%; height: auto; max-height: 2; color: $text; }
    LabelTable Horizontal { height: 1; width: auto; max-width: 100%; margin: 1 0 0 0; }
    LabelTable Button { margin: 0 1 0 0; min-width: 8; height: 1; border: none; padding: 0 1; }
    LabelTable .hint { width: 72; height: auto; }
    """

    def __init__(self, rows: tuple[TableRow, ...], shown: Shown) -> None:
        super().__init__()
        self._rows, self._shown = list(rows), shown
        self._marked, self._polygons, self._tiles, self._tracks = 0, shown.polygons, shown.tiles, ""

    def compose(self) -> ComposeResult:
        """Lay out a line for each row, and what can be asked for."""
        with Vertical():
            yield Static(plain(f"{self._shown.name}: its labels, and ours"), classes="title", markup=False)
            rows = Rows(len(self._rows), self._line)
            rows.can_focus = False  # keys are for the marked row
            yield rows
            yield Static("", classes="info", markup=False)
            with Horizontal():
                for key, text in self._answers().items():
                    yield Button(text, id=f"do-{RUNS[key]}", compact=True)
            yield Static("\n".join(self._hints()), classes="hint", markup=False)

    def _hints(self) -> list[str]:
        last = ["t attributes"] * bool(self._shown.attributes) + ["p masks to polygons"] * (self._polygons is not None)
        last += [f"i tiles: {self._tiles or 'no'}"] * (self._tiles is not None)
        last += [f"⇧T tracks: {JOINED[self._tracks]}"] * self._shown.tracks
        return [
            "← → our label  n its own name  [ ] lowest score  = its own  + - rows",
            "* take all that is found  m match names  w words to ask for",
            *(["  ".join(last)] if last else []),
        ]

    def _answers(self) -> dict[str, str]:
        every = {"A": f"⇧A All {self._shown.frames}"} if self._shown.frames > 1 else {}
        some = {"r": "R Range …"} if self._shown.frames > 1 else {}
        return {"a": "A This frame", **some, **every, "s": "S Only keep"}

    def on_mount(self) -> None:
        """Say what is known of the first row."""
        self._show()

    def _line(self, number: int) -> Text:
        row = self._rows[number]
        count = self._shown.counts.get(row.theirs, 0)
        known = row.ours in self._shown.ours
        ours = DROPPED if not row.ours else plain(row.ours) if known else NEW + plain(row.ours)
        score = f"≥ {row.threshold:.2f}" if row.threshold is not None else f"({self._shown.threshold:.2f})"
        theirs = f"{filled(plain(row.theirs), THEIRS)} {count or '':>5}"
        return Text(f"{theirs} → {filled(ours, OURS)} {score}", style="" if row.ours else "dim")

    def _show(self) -> None:
        rows = self.query_one(Rows)
        rows.show(len(self._rows))
        if self._rows:
            rows.mark(self._marked)
        self.query_one(".info", Static).update(self._info())
        self.query_one(".hint", Static).update("\n".join(self._hints()))

    def _info(self) -> str:
        """Return a line about the marked row, where there is anything to say of it, and one about all."""
        row = self._rows[self._marked] if self._rows else None
        own = [f"asked for: {row.phrase}"] if row is not None and row.phrase else []
        if row is not None and self._shown.attributes:
            own.append(f"attributes: {_spelled(row) or 'of the same names'}")
        dropped = [one for one in self._rows if not one.ours]
        lost = sum(self._shown.counts.get(one.theirs, 0) for one in dropped)
        said = [f"{len(dropped)} of {len(self._rows)} rows dropped" + (f", {lost} objects found here" if lost else "")]
        if self._polygons is not None:
            said.append("masks become polygons" if self._polygons else "masks stay masks")
        return "\n".join(plain("; ".join(part)) for part in (own, said) if part)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Mark the row that was clicked, and turn its label."""
        self._marked = event.row
        self._turn(1)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the table with what the button asks for."""
        self._end((event.button.id or "").removeprefix("do-"))

    def _end(self, what: str) -> None:
        self.dismiss(Answer(what, tuple(self._rows), self._polygons, self._tiles, self._tracks))

    def on_key(self, event: Key) -> None:
        """Go through the rows, change the marked one, or end with what is asked for."""
        key = event.character if event.is_printable and event.key != "space" and event.character else event.key
        if key in RUNS and (self._shown.frames > 1 or key in ("a", "s")):
            self._end(RUNS[key])
        elif self._rows and not self._moved(key) and not self._changed(key):
            return
        event.prevent_default().stop()

    def _moved(self, key: str) -> bool:
        rows = self.query_one(Rows)
        if key in MOVES:
            self._marked = (self._marked + MOVES[key]) % len(self._rows)
        elif key in ("pageup", "pagedown", "home", "end"):
            page, last = max(rows.size.height - 1, 1), len(self._rows) - 1
            to = {"pageup": self._marked - page, "pagedown": self._marked + page, "home": 0, "end": last}[key]
            self._marked = min(max(to, 0), last)
        else:
            return False
        self._show()
        return True

    def _changed(self, key: str) -> bool:
        """Change the marked row, or all; return whether the key does so."""
        row = self._rows[self._marked]
        match key:
            case "[" | "]":
                self._put(replace(row, threshold=self._slid(row, STEP if key == "]" else -STEP)))
            case "=":
                self._put(replace(row, threshold=None))
            case "n":
                self._put(replace(row, ours=row.theirs))
            case "+":
                self._rows.insert(self._marked + 1, replace(row, ours=""))
                self._marked += 1
            case "-":
                self._take_away(row)
            case "*":
                self._rows = [self._taken(one) for one in self._rows]
            case "m":
                self._rows = [replace(one, ours=match(one.theirs, self._shown.ours)) for one in self._rows]
            case "p" if self._polygons is not None:
                self._polygons = not self._polygons
            case "i" if self._tiles is not None:
                self._tiles = next((size for size in TILES if size > (self._tiles or 0)), 0)
            case "T" if self._shown.tracks:
                ways = [*JOINED]
                self._tracks = ways[(ways.index(self._tracks) + 1) % len(ways)]
            case "w":
                self._ask("What is it to be asked for?", row.phrase, lambda text: replace(row, phrase=text))
            case "t" if self._shown.attributes:
                names = " ".join(self._shown.attributes)
                self._ask(f"Attributes, theirs=ours ({names})", _spelled(row), lambda text: _with(row, text))
            case _ if key in TURNS:
                self._turn(TURNS[key])
                return True
            case _:
                return False
        self._show()
        return True

    def _slid(self, row: TableRow, by: float) -> float:
        score = self._shown.threshold if row.threshold is None else row.threshold
        return round(min(max(score + by, STEP), 1.0), 2)

    def _taken(self, row: TableRow) -> TableRow:
        """Return a row that drops nothing which was found, or nothing at all where nothing was found yet."""
        is_wanted = not self._shown.counts or row.theirs in self._shown.counts
        return replace(row, ours=row.theirs) if is_wanted and not row.ours else row

    def _take_away(self, row: TableRow) -> None:
        if sum(one.theirs == row.theirs for one in self._rows) > 1:
            del self._rows[self._marked]
            self._marked = min(self._marked, len(self._rows) - 1)
        else:
            self._put(replace(row, ours=""))

    def _turn(self, step: int) -> None:
        """Give the marked row the next of our labels, of its own name, or none."""
        row = self._rows[self._marked]
        own = () if row.theirs in self._shown.ours else (row.theirs,)
        values = ("", *self._shown.ours, *own)
        here = values.index(row.ours) if row.ours in values else 0
        self._put(replace(row, ours=values[(here + step) % len(values)]))
        self._show()

    def _put(self, row: TableRow) -> None:
        self._rows[self._marked] = row

    def _ask(self, title: str, value: str, make: Callable[[str], TableRow]) -> None:
        """Ask for a line of text about the marked row; an empty one leaves it as it is."""
        place = self._marked

        def take(text: str | None) -> None:
            if text is not None:
                self._rows[place] = make(text)
                self._show()

        self.app.push_screen(Ask(title, value=value), take)


def _spelled(row: TableRow) -> str:
    return " ".join(f"{theirs}={ours}" for theirs, ours in row.attributes.items())


def _with(row: TableRow, text: str) -> TableRow:
    """Return a row with attributes as they were typed: "age=years gender="."""
    parts = [part.partition("=") for part in text.split() if part.partition("=")[0]]
    return replace(row, attributes={theirs: ours for theirs, _, ours in parts})
