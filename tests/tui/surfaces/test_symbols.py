"""Symbols: a small terminal takes the cells back from the bytes; compared with the picture and with `line`."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.viewport import Rect
from tui.surfaces.base import Area
from tui.surfaces.glyphs import Kind, glyphs
from tui.surfaces.symbols import SymbolsSurface

AREA = Area(2, 1, 160, 45, (10, 20))
Cell = tuple[str, object, object]


class Screen:
    """Characters with colours; knows cursor positions and colours, nothing else."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.cells: dict[tuple[int, int], Cell] = {}

    def feed(self, data: bytes) -> int:
        at, front, back = (0, 0), None, None
        for match in re.finditer(r"\x1b[78]|\x1b\[([\d;]*)([Hm])|(.)|\x1b", data.decode(), re.DOTALL):
            if match[2] == "H":
                row, column = match[1].split(";")
                at = int(row) - 1, int(column) - 1
            elif match[2] == "m":
                front, back = _colours(match[1], front, back)
            elif match[3]:
                assert match[3] >= " "
                assert self.area.row <= at[0] < self.area.row + self.area.rows
                assert self.area.column <= at[1] < self.area.column + self.area.columns
                self.cells[at] = match[3], None if match[3] == " " else front, back
                at = at[0], at[1] + 1
            else:
                assert match[0] in ("\x1b7", "\x1b8"), "an unknown sequence"
        assert not data or (front, back) == (None, None), "colours are left set"
        return len(data)

    def pixels(self, kind: Kind) -> np.ndarray:
        """The sub-cells that a person sees."""
        set_ = glyphs(kind)
        out = np.zeros((self.area.rows, set_.rows, self.area.columns, set_.columns, 3), np.uint8)
        for (row, column), (text, front, back) in self.cells.items():
            pattern = set_.symbols.index(text)
            for bit in range(set_.rows * set_.columns):
                y, x = divmod(bit, set_.columns)
                out[row - self.area.row, y, column - self.area.column, x] = front if pattern >> bit & 1 else back
        return out.reshape(self.area.rows * set_.rows, self.area.columns * set_.columns, 3)


def _colours(codes: str, front: object, back: object) -> tuple[object, object]:
    numbers = [int(code or 0) for code in codes.split(";")]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            front = back = None
            continue
        assert code in (38, 48)
        count = {2: 3, 5: 1}[numbers.pop(0)]
        colour = tuple(numbers[:count]) if count == 3 else numbers[0]
        assert all(0 <= value < 256 for value in numbers[:count])
        del numbers[:count]
        front, back = (colour, back) if code == 38 else (front, colour)
    return front, back


def photo(seed: int) -> np.ndarray:
    import cv2

    small = np.random.default_rng(seed).integers(0, 256, (45, 80, 3)).astype(np.uint8)
    return cv2.resize(small, AREA.size, interpolation=cv2.INTER_CUBIC)


def averaged(picture: np.ndarray, kind: Kind) -> np.ndarray:
    import cv2

    size = AREA.columns * glyphs(kind).columns, AREA.rows * glyphs(kind).rows
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def outline(rect: Rect, colour: tuple[int, int, int]) -> np.ndarray:
    layer = np.zeros((rect[3], rect[2], 4), np.uint8)
    for side in (layer[:2], layer[-2:], layer[:, :2], layer[:, -2:]):
        side[:] = (*colour, 255)
    return layer


def error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize(("kind", "bound"), [("sextant", 15), ("quadrant", 12), ("half", 1)])
def test_a_picture_is_shown_within_300_kb(kind: Kind, bound: float) -> None:
    surface, screen, picture = SymbolsSurface(kind=kind), Screen(AREA), photo(1)
    screen.feed(surface.resize(AREA))
    assert screen.feed(surface.base(picture, "full")) <= 300_000
    assert error(screen.pixels(kind), averaged(picture, kind)) < bound
    assert surface.base(picture, "full") == b""
    assert screen.feed(surface.base(photo(2), "full")) <= 300_000
    assert error(screen.pixels(kind), averaged(photo(2), kind)) < bound


def test_partings_of_two_colours_are_exact() -> None:
    surface, screen, random = SymbolsSurface(), Screen(AREA), np.random.default_rng(3)
    colours = random.integers(0, 256, (2, 45, 1, 160, 1, 3)).astype(np.uint8)
    small = np.where(random.random((45, 3, 160, 2, 1)) < 0.5, colours[0], colours[1]).reshape(135, 320, 3)
    area = Area(2, 1, 160, 45, (4, 6))
    surface.resize(area)
    screen.feed(surface.base(small.repeat(2, axis=0).repeat(2, axis=1), "full"))
    close = np.abs(colours[0].astype(int) - colours[1]).max() > 0
    assert close and np.abs(screen.pixels("sextant").astype(int) - small).max() <= 13  # one flat colour where near


def test_thin_outlines_stay_and_go() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(np.full((900, 1600, 3), 60, np.uint8), "full"))
    before, box = dict(screen.cells), (403, 205, 300, 300)
    assert screen.feed(surface.overlay(outline(box, (255, 220, 40)), box)) <= 10_000
    seen = screen.pixels("sextant")
    line = seen[int(205 * 3 / 20), int(410 / 5) : int(690 / 5)]
    assert (line == (255, 220, 40)).all(), "two pixels of a cell of 20 are a line, not a breath of colour"
    screen.feed(surface.overlay(np.zeros((300, 300, 4), np.uint8), box))
    assert screen.cells == before


def test_the_crosshair_is_thin_cheap_and_leaves_no_trace() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(4), "full"))
    before = dict(screen.cells)
    for point in [(500.0, 300.0), (512.0, 309.0), (1599.0, 899.0), (0.0, 0.0), (800.0, 450.0)]:
        assert screen.feed(surface.cursor(point)) <= 10_000
    assert 20 < sum(screen.cells[at] != cell for at, cell in before.items()) < 60
    screen.feed(surface.cursor(None))
    assert screen.cells == before


def test_a_small_change_writes_only_its_cells() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(5), "full"))
    patch = Screen(AREA)
    patch.feed(surface.patch(photo(6)[300:364, 400:464], (400, 300, 64, 64)))
    assert 0 < len(patch.cells) <= 28
    assert {row for row, _ in patch.cells} <= set(range(16, 21)) and {x for _, x in patch.cells} <= set(range(42, 49))


def test_256_colours_use_no_others_and_are_near() -> None:
    surface, screen = SymbolsSurface(truecolor=False), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(np.full((900, 1600, 3), 115, np.uint8), "full"))
    used = {cell[2] for cell in screen.cells.values()}
    assert len(used) > 1, "a grey between two of the 256 colours is dithered"
    greys = [8 + 10 * (number - 232) for number in (cell[2] for cell in screen.cells.values()) if number >= 232]
    assert abs(np.mean(greys) - 115) < 6


def test_textual_gets_the_same_cells() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(7), "full"))
    strip = surface.line(7)
    assert strip.cell_length == 160
    assert strip.text == "".join(screen.cells[8, column][0] for column in range(2, 162))
    assert surface.changed() == []
    surface.suspend()
    assert sum(width * height for _, _, width, height in surface.changed()) >= 160 * 45
    assert surface.changed() == []


def test_a_message_over_the_picture_is_left_alone() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    surface.cover([(100, 38, 30, 4)])
    screen.feed(surface.base(photo(10), "full"))
    assert len(screen.cells) == 160 * 45 - 30 * 4
    assert not any(row - 1 in range(38, 42) and column - 2 in range(100, 130) for row, column in screen.cells)
    surface.cover([])
    screen.feed(surface.damaged(range(38, 42)))
    assert len(screen.cells) == 160 * 45


def test_damaged_rows_are_written_again() -> None:
    surface, screen = SymbolsSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(8), "full"))
    again = Screen(AREA)
    again.feed(surface.damaged(range(3, 5)))
    assert again.cells == {at: cell for at, cell in screen.cells.items() if at[0] - AREA.row in (3, 4)}


def test_when_textual_draws_nothing_is_written_and_changes_are_told() -> None:
    surface = SymbolsSurface(direct=False)
    surface.resize(AREA)
    assert surface.base(photo(9), "full") == b""
    assert sum(rect[2] * rect[3] for rect in surface.changed()) == 160 * 45
    assert surface.cursor((800.0, 450.0)) == b""
    changed = surface.changed()
    assert 0 < sum(rect[2] * rect[3] for rect in changed) < 250


def test_nothing_is_made_before_there_is_a_picture() -> None:
    early, late = (SymbolsSurface(), Screen(AREA)), (SymbolsSurface(), Screen(AREA))
    layer = outline((0, 0, 1600, 900), (255, 220, 40))
    for surface, _ in (early, late):
        surface.resize(AREA)
    assert early[0].overlay(layer, (0, 0, 1600, 900)) == early[0].cursor((800.0, 450.0)) == b""
    for surface, screen in (early, late):
        screen.feed(surface.base(photo(11), "full"))
    late[1].feed(late[0].overlay(layer, (0, 0, 1600, 900)) + late[0].cursor((800.0, 450.0)))
    assert early[1].cells == late[1].cells
