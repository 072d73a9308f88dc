"""The rows of a label table while a person changes them: which is marked, which are in sight, what a key makes of one.

Knows no widgets, so that the table can be tried without a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.document import TableRow
from engine.label_match import folded, match

STEP = 0.05
"""By which a threshold is changed."""
MOVES = {"up": -1, "k": -1, "down": 1, "j": 1}
TURNS = {"left": -1, "h": -1, "right": 1, "l": 1, "space": 1}


@dataclass
class TableRows:
    """Rows in their order; only those in which `words` stand are in sight, and what is done to all is done to them."""

    rows: list[TableRow]
    ours: Sequence[str]
    threshold: float
    """The detector's own."""
    found: Collection[str] = ()
    """Labels of theirs that were found here."""
    words: str = ""
    marked: int = 0
    """Number of a row of `rows`."""
    seen: list[int] = field(default_factory=list)
    """Numbers of the rows in sight."""

    def __post_init__(self) -> None:
        self.find(self.words)

    def find(self, words: str) -> None:
        """Show the rows in whose names, theirs or ours, these words stand; mark the first if the marked one is gone."""
        self.words, wanted = words, folded(words)
        names = (folded(row.theirs) + "\n" + folded(row.ours) for row in self.rows)
        self.seen = [number for number, name in enumerate(names) if wanted in name]
        if self.marked not in self.seen:
            self.marked = self.seen[0] if self.seen else 0

    @property
    def row(self) -> TableRow | None:
        """The marked row, None where none is in sight."""
        return self.rows[self.marked] if self.seen else None

    @property
    def place(self) -> int:
        """The marked row's place among those in sight."""
        return self.seen.index(self.marked) if self.seen else 0

    @property
    def dropped(self) -> set[str]:
        """Labels of theirs of which every row is dropped."""
        return {one.theirs for one in self.rows} - {one.theirs for one in self.rows if one.ours}

    def moved(self, key: str, page: int) -> bool:
        """Mark another row, `page` rows on for Page Down; say whether the key does so."""
        last = len(self.seen) - 1
        ends = {"pageup": self.place - page, "pagedown": self.place + page, "home": 0, "end": last}
        if key in MOVES:
            self.mark((self.place + MOVES[key]) % max(last + 1, 1))
        elif key in ends:
            self.mark(min(max(ends[key], 0), last))
        return key in MOVES or key in ends

    def mark(self, place: int) -> None:
        """Mark the row at a place among those in sight."""
        if 0 <= place < len(self.seen):
            self.marked = self.seen[place]

    def changed(self, key: str) -> bool:
        """Change the marked row, or all that are in sight; say whether the key does so."""
        row = self.row
        if row is None:
            return False
        match key:
            case "[" | "]":
                self.put(replace(row, threshold=self._slid(row, STEP if key == "]" else -STEP)))
            case "=":
                self.put(replace(row, threshold=None))
            case "n":
                self.put(replace(row, ours=row.theirs))
            case "+":
                self.rows.insert(self.marked + 1, replace(row, ours=""))
                self.marked += 1
                self.find(self.words)
            case "-":
                self._take_away(row)
            case "*":
                self._each(self._taken)
            case "m":
                self._each(lambda one: replace(one, ours=match(one.theirs, self.ours)))
            case _ if key in TURNS:
                self.turn(TURNS[key])
            case _:
                return False
        return True

    def put(self, row: TableRow) -> None:
        """Put another row in place of the marked one."""
        self.rows[self.marked] = row

    def turn(self, step: int) -> None:
        """Give the marked row the next of our labels, of its own name, or none."""
        row = self.row
        if row is None:
            return
        own = () if row.theirs in self.ours else (row.theirs,)
        values = ("", *self.ours, *own)
        here = values.index(row.ours) if row.ours in values else 0
        self.put(replace(row, ours=values[(here + step) % len(values)]))

    def _each(self, change: Callable[[TableRow], TableRow]) -> None:
        for number in self.seen:
            self.rows[number] = change(self.rows[number])

    def _slid(self, row: TableRow, by: float) -> float:
        score = self.threshold if row.threshold is None else row.threshold
        return round(min(max(score + by, STEP), 1.0), 2)

    def _taken(self, row: TableRow) -> TableRow:
        """Return a row that drops nothing which was found, or nothing at all where nothing was found yet."""
        is_wanted = not self.found or row.theirs in self.found
        return replace(row, ours=row.theirs) if is_wanted and not row.ours else row

    def _take_away(self, row: TableRow) -> None:
        if sum(one.theirs == row.theirs for one in self.rows) > 1:
            del self.rows[self.marked]
            self.marked = min(self.marked, len(self.rows) - 1)
            self.find(self.words)
        else:
            self.put(replace(row, ours=""))
