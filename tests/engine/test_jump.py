"""Where the letters of the jump's grid lead: on every canvas to within two pixels, by names that are apart."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace

import pytest

from engine.jump import LETTERS, NAME, NEAR, Jump, places_of
from engine.viewport import Viewport

CELL = (10, 20)
FRAMES = ((1280, 720), (3840, 2160), (400, 300), (1000, 3000), (5000, 20), (12, 9))
TERMINALS = {  # columns and rows of the canvas, and the cell: with all panels and without, odd ones, a 4K screen
    "80x24": ((54, 20), CELL), "80x24 folded": ((80, 22), CELL), "160x45": ((132, 41), CELL),
    "160x45 folded": ((160, 43), CELL), "small letters": ((237, 61), (7, 15)), "large letters": ((101, 33), (13, 29)),
    "narrow": ((41, 37), CELL), "low": ((160, 13), CELL), "4K": ((190, 52), (20, 40)),
}  # fmt: skip


def jumps() -> list[object]:
    """Every frame on every canvas: whole, zoomed in on a border and far in its middle, and smaller than the canvas."""
    found = []
    for (name, ((columns, rows), cell)), frame in itertools.product(TERMINALS.items(), FRAMES):
        whole = Viewport.fit(frame, (columns * cell[0], rows * cell[1]))
        views = {
            "whole": whole, "border": whole.zoomed(3.7, (0.0, 0.0)), "deep": whole.zoomed(40, (frame[0] / 2, 7.0)),
            "small": whole.zoomed(1e-3, (0.0, 0.0)),
        }  # fmt: skip
        for how, view in views.items():
            found.append(pytest.param(Jump((0.0, 0.0), view, cell), id=f"{name}, {frame[0]}x{frame[1]}, {how}"))
    return found


def typed(jump: Jump, places: list[tuple[int, int]]) -> Jump:
    """Return a jump after the letters of places were typed, each of which counts."""
    for row, column in places:
        letters = places_of(jump).letters
        after = jump.typing(letters[row]).typing(letters[column])
        assert len(after.typed) == len(jump.typed) + 2
        jump = after
    return jump


def leading_to(jump: Jump, point: tuple[float, float]) -> Jump:
    """Return a jump by the four letters that a person would read off at a point."""
    for _ in range(2):
        places = places_of(jump)
        x1, y1, x2, y2 = places.box
        column = min(int((point[0] - x1) / (x2 - x1) * places.columns), places.columns - 1)
        row = min(int((point[1] - y1) / (y2 - y1) * places.rows), places.rows - 1)
        jump = typed(jump, [(row, column)])
    return jump


def away(jump: Jump, point: tuple[float, float]) -> float:
    """Return how far the cursor is from a frame point, in view pixels."""
    return math.dist(jump.viewport.to_view(jump.target()), jump.viewport.to_view(point))


@pytest.mark.parametrize("jump", jumps())
def test_four_letters_lead_to_within_two_pixels_of_any_place_in_view(jump):
    x1, y1, x2, y2 = jump.viewport.visible()
    chance = random.Random(1)
    some = [(chance.uniform(x1, x2), chance.uniform(y1, y2)) for _ in range(40)]
    for point in [(x1, y1), (x2, y1), (x1, y2), (x2, y2), ((x1 + x2) / 2, (y1 + y2) / 2), *some]:
        assert away(leading_to(jump, point), point) <= NEAR + 1e-6


@pytest.mark.parametrize("jump", jumps())
def test_names_are_apart_in_the_view_and_in_the_lens_which_lies_within_the_view(jump):
    cell, view = jump.cell, jump.viewport.view_size
    first = places_of(jump)
    x1, y1, x2, y2 = (value * jump.viewport.scale for value in first.box)
    for counts, sizes in (((first.columns, x2 - x1), (first.rows, y2 - y1)),):
        for (count, size), axis in zip((counts, sizes), (0, 1), strict=True):
            assert count == 1 or size / count >= NAME[axis] * cell[axis] - 1e-6
    for row, column in {(0, 0), (first.rows - 1, first.columns - 1), (first.rows // 2, first.columns // 2)}:
        inner = places_of(typed(jump, [(row, column)]))
        left, top, width, height = inner.lens
        assert width / inner.columns >= NAME[0] * cell[0] and height / inner.rows >= NAME[1] * cell[1]
        assert left >= 0 and top >= 0 and left + width <= view[0] and top + height <= view[1]


@pytest.mark.parametrize("name", ["80x24", "160x45"])
def test_every_four_letters_are_a_place_of_their_own_and_none_is_left_out(name):
    (columns, rows), cell = TERMINALS[name]
    jump = Jump((0.0, 0.0), Viewport.fit((1280, 720), (columns * cell[0], rows * cell[1])), cell)
    first = places_of(jump)
    assert len(set(first.names())) == first.columns * first.rows
    area = 0.0
    for place in [(0, 0), (first.rows - 1, first.columns - 1)]:
        inner = places_of(typed(jump, [place]))
        boxes = [inner.at(row, column) for row in range(inner.rows) for column in range(inner.columns)]
        assert len(set(inner.names())) == len(boxes)
        area += sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in boxes)
    assert area == pytest.approx(2 * 1280 * 720 / (first.columns * first.rows))


def test_letters_that_lead_nowhere_are_not_taken_and_taken_ones_can_be_taken_back():
    jump = Jump((3.0, 4.0), Viewport.fit((100, 80), (200, 160)), CELL)
    assert jump.target() == (3.0, 4.0) and jump.typing(LETTERS[-1]) is jump and jump.typing("?") is jump
    once = jump.typing("s")
    assert (once.typed, once.pending, once.target()) == ("s", "s", (3.0, 4.0))
    twice = once.typing("a")
    assert twice.pending == "" and places_of(twice).lens is not None and twice.target() != (3.0, 4.0)
    assert twice.back() == once and once.back() == jump


def test_another_view_begins_anew():
    jump = Jump((3.0, 4.0), Viewport.fit((100, 80), (200, 160)), CELL).typing("s")
    assert jump.over(jump.viewport, CELL) is jump
    for viewport, cell in ((jump.viewport.zoomed(2, (0.0, 0.0)), CELL), (jump.viewport, (8, 16))):
        assert jump.over(viewport, cell) == replace(jump, viewport=viewport, cell=cell, typed="")


def test_no_letter_of_the_grid_finishes():
    assert "n" not in LETTERS and len(set(LETTERS)) == len(LETTERS)
