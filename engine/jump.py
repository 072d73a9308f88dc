"""The jump's grid: four letters lead to within two pixels of the screen of any place in view.

Two letters, for a row and a column, choose a cell of what is in view. Two more choose a place in that cell, which is
then shown magnified: in a lens, as its places are smaller than their names. Pure: a view in, boxes and places out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from engine.document import Box, Point
from engine.viewport import Rect, Viewport

LETTERS = "asdfghjklqwertyuiopzxcvbm"
"""The home row first. No n: that key finishes, also while the grid is open."""
MORE = LETTERS + "1234567890"
"""For views so large that letters do not do."""
NEAR = 2.0
"""View pixels from the middle of a place to its corners, at most."""
NAME = (3, 1)
"""Columns and rows of the terminal that a name takes, with the gap to the next one."""
CELL = (4, 2)
"""Columns and rows of the terminal that a cell of the first grid takes, where that is fine enough."""
LOOSE = 1.5
"""Times the room of its name that a cell, or a place in the lens, takes where that is possible for both."""
LENS = ((4, 2.0), (3, 1.5), (3, 1.0))
"""Columns and rows of the terminal that a place takes in the lens: the first of these for which the view has room."""


@dataclass(frozen=True, slots=True)
class Places:
    """A box of the frame, divided: row by row, each place named by a letter for its row and one for its column."""

    box: Box
    columns: int
    rows: int
    letters: str
    lens: Rect | None = None
    """Where it is shown magnified, in view pixels; None where it stands."""

    def index(self, names: str) -> tuple[int, ...] | None:
        """Return the row, or the row and the column, that letters name, None where there is no such place."""
        found = tuple(self.letters.find(name) for name in names)
        counts = (self.rows, self.columns)[: len(found)]
        return found if all(0 <= at < count for at, count in zip(found, counts, strict=True)) else None

    def at(self, row: int, column: int) -> Box:
        """Return a place's box."""
        x1, y1, x2, y2 = self.box
        wide, high = (x2 - x1) / self.columns, (y2 - y1) / self.rows
        return x1 + column * wide, y1 + row * high, x1 + (column + 1) * wide, y1 + (row + 1) * high

    def names(self) -> tuple[str, ...]:
        """Return every place's name, row by row."""
        rows, columns = self.letters[: self.rows], self.letters[: self.columns]
        return tuple(row + column for row in rows for column in columns)


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump under way: where the cursor was, the view that the grid lies over, and the letters typed so far."""

    start: Point
    viewport: Viewport
    cell: tuple[int, int]
    """A cell of the terminal in view pixels."""
    typed: str = ""

    @property
    def pending(self) -> str:
        """The letters typed since the last choice: none or one."""
        return self.typed[len(self.typed) // 2 * 2 :]

    def over(self, viewport: Viewport, cell: tuple[int, int]) -> Jump:
        """Return it for a view: laid anew, with nothing typed, where that is another one."""
        if (viewport, cell) == (self.viewport, self.cell):
            return self
        return replace(self, viewport=viewport, cell=cell, typed="")

    def typing(self, letter: str) -> Jump:
        """Return it with one letter more; as it is where that names no place."""
        names = self.pending + letter
        return replace(self, typed=self.typed + letter) if places_of(self).index(names) is not None else self

    def back(self) -> Jump:
        """Return it with one letter less."""
        return replace(self, typed=self.typed[:-1])

    def target(self) -> Point:
        """Return the middle of what was chosen, the cursor's place at the start before anything was."""
        if len(self.typed) < 2:
            return self.start
        x1, y1, x2, y2 = chosen(self)
        return (x1 + x2) / 2, (y1 + y2) / 2


def places_of(jump: Jump) -> Places:
    """Return what the next letters choose from: the cells of the view, after two letters the places of one cell."""
    viewport, cell = jump.viewport, jump.cell
    box = viewport.visible()
    size = ((box[2] - box[0]) * viewport.scale, (box[3] - box[1]) * viewport.scale)
    axes = [_Axis(size[i], viewport.usable[i], NAME[i] * cell[i], CELL[i] * cell[i]) for i in (0, 1)]
    letters = next((some for some in (LETTERS, MORE) if _fits(axes, len(some))), MORE)
    (columns, inner_columns), (rows, inner_rows) = _counts(axes, len(letters))
    first = Places(box, columns, rows, letters)
    if len(jump.typed) < 2:
        return first
    row, column = first.index(jump.typed[:2]) or (0, 0)
    inner = first.at(row, column)
    return Places(inner, inner_columns, inner_rows, letters, _lens(jump, inner, (inner_columns, inner_rows)))


def chosen(jump: Jump) -> Box:
    """Return the cell that two letters have chosen, or the place in it that four have."""
    first = places_of(replace(jump, typed=""))
    row, column = first.index(jump.typed[:2]) or (0, 0)
    inner = places_of(replace(jump, typed=jump.typed[:2]))
    found = inner.index(jump.typed[2:4]) if len(jump.typed) >= 4 else None
    return inner.at(*found) if found else first.at(row, column)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Lengths in view pixels along one axis: what is in view of the frame, the view, a name's room, a wanted cell."""

    size: float
    view: int
    room: int
    cell: int

    def most(self, letters: int) -> tuple[int, int]:
        """Return how many cells there can be, and how many places in each, with no name on another."""
        return max(min(letters, int(self.size // self.room)), 1), max(min(letters, self.view // self.room), 1)

    def finest(self, letters: int) -> float:
        """Return how long a place is where there are as many as there can be."""
        cells, inner = self.most(letters)
        return self.size / (cells * inner)

    def counts(self, letters: int, place: float) -> tuple[int, int]:
        """Return how many cells there are, and places in each, so that a place is no longer than `place`."""
        most, inner = self.most(letters)
        needed = self.size / place
        loose = min(math.ceil(needed / max(int(self.view / self.room / LOOSE), 1)), int(self.size / self.room / LOOSE))
        cells = min(max(int(self.size / self.cell + 1e-9), loose, math.ceil(needed / inner - 1e-9), 1), most)
        return cells, max(min(math.ceil(needed / cells - 1e-9), inner), 1)


def _fits(axes: list[_Axis], letters: int) -> bool:
    """Say whether with so many letters a place can be small enough."""
    return math.hypot(*(axis.finest(letters) for axis in axes)) <= 2 * NEAR


def _counts(axes: list[_Axis], letters: int) -> list[tuple[int, int]]:
    """Return each axis's counts: of squares, but where an axis cannot have so many the other makes up for it."""
    square = math.sqrt(2) * NEAR
    found = []
    for axis, other in (axes, axes[::-1]):
        rest = max(other.finest(letters), square)
        place = math.sqrt(max((2 * NEAR) ** 2 - rest**2, 1.0))
        found.append(axis.counts(letters, min(place, square)))
    return found


def _lens(jump: Jump, box: Box, counts: tuple[int, int]) -> Rect:
    """Return where a cell is shown magnified: round its own middle, within the view, on whole cells of the terminal."""
    view, cell = jump.viewport.usable, jump.cell
    sizes = [[int(counts[i] * cells[i] * cell[i]) for i in (0, 1)] for cells in LENS]
    size = next((size for size in sizes if size[0] <= view[0] and size[1] <= view[1]), sizes[-1])
    middle = jump.viewport.to_view(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    corner = [min(max(middle[i] - size[i] / 2, 0.0), max(view[i] - size[i], 0)) for i in (0, 1)]
    left, top = (int(corner[i]) // cell[i] * cell[i] for i in (0, 1))
    return left, top, size[0], size[1]
