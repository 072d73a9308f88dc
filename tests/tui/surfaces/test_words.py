"""Where there are only symbols, the jump's grid and the shapes' names are letters of the terminal."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from engine.document import Shape
from engine.scene import CropView, GridView, HintView, Scene, ShapeView, StripView, Style
from engine.viewport import Viewport
from tui.surfaces.base import Area
from tui.surfaces.symbols import SymbolsSurface
from tui.surfaces.words import wordless, words_of

VIEW = Viewport.fit((400, 200), (400, 200))
SHAPE = Shape(id=7, frame=0, label="car", type="rectangle", points=((50.0, 60.0), (150.0, 120.0)))


def test_a_shapes_name_stands_above_its_corner():
    scene = Scene(None, VIEW, shapes=(ShapeView(SHAPE, (1, 2, 3), "car 7"),))
    words = words_of(scene, (10, 20))
    assert "".join(words[column, 2] for column in range(5, 10)) == "car 7"
    assert not words_of(Scene(None, VIEW, scene.shapes, style=Style(texts=False)), (10, 20))
    assert not wordless(scene).style.texts


def test_a_name_does_not_run_into_one_that_stands_there():
    shapes = [replace(SHAPE, id=number) for number in range(1, 6)]
    views = [ShapeView(shape, (1, 2, 3), f"car {shape.id}", selected=shape.id == 4) for shape in shapes]
    words = words_of(Scene(None, VIEW, shapes=tuple(views)), (10, 20))
    lines = ["".join(words.get((column, row), " ") for column in range(40)).strip() for row in range(10)]
    assert lines == ["", "", "car 4", "car 1", "", "", "", "car 2", "", ""]


def test_the_grid_shows_the_places_that_can_still_be_meant():
    grid = GridView((0.0, 0.0, 400.0, 200.0), 4, 2, ("aa", "as", "ad", "af", "sa", "ss", "sd", "sf"))
    words = words_of(Scene(None, VIEW, grid=grid), (10, 20))
    assert words[4, 2] + words[5, 2] == "aa" and len(words) == 16
    typed = GridView(grid.box, 4, 2, grid.texts, typed="s")
    assert "".join(words_of(Scene(None, VIEW, grid=typed), (10, 20)).values()) == "asdf"  # what is left to be typed


def test_names_in_the_lens_stand_where_it_does_and_apart():
    names = tuple(row + column for row in "ASD" for column in "ASDF")
    grid = GridView((0.0, 0.0, 40.0, 20.0), 4, 3, names, lens=(100, 40, 120, 60))
    words = words_of(Scene(None, VIEW, grid=grid), (10, 20))
    lines = ["".join(words.get((column, row), " ") for column in range(40)).strip() for row in range(10)]
    assert lines[2:5] == ["AA AS AD AF", "SA SS SD SF", "DA DS DD DF"] and not any(lines[:2] + lines[5:])
    assert wordless(Scene(None, VIEW, grid=grid)).grid.lens == grid.lens


def test_letters_reach_the_terminal_and_go_again():
    surface = SymbolsSurface()
    surface.resize(Area(0, 0, 40, 10, (10, 20)))
    surface.base(np.full((200, 400, 3), 90, np.uint8), "full")
    nothing = np.zeros((20, 40, 4), np.uint8)
    surface.say(Scene(None, VIEW, shapes=(ShapeView(SHAPE, (1, 2, 3), "caр \u65e5"),)))  # a Cyrillic letter, a wide one
    written = surface.overlay(nothing, (0, 0, 40, 20)).decode()
    assert "caр ?" in written and "caр ?" in surface.line(2).text
    surface.say(Scene(None, VIEW))
    surface.overlay(nothing, (0, 0, 40, 20))
    assert "ca" not in surface.line(2).text


def test_hints_stand_over_names_without_the_letters_that_were_typed():
    hints = (HintView((50.0, 45.0), "A"), HintView((200.0, 100.0), "MK", typed=1))
    scene = Scene(None, VIEW, shapes=(ShapeView(SHAPE, (1, 2, 3), "car 7"),), hints=hints)
    words = words_of(scene, (10, 20))
    assert "".join(words[column, 2] for column in (5, 6, 7)) == " A " and words[21, 5] == "K"
    assert "c" in {words.get((column, row)) for column in range(40) for row in range(10)}  # the name has gone elsewhere
    assert not wordless(scene).hints


def test_the_grids_letters_stand_on_the_picture_darkened():
    surface = SymbolsSurface()
    surface.resize(Area(0, 0, 40, 10, (10, 20)))
    surface.base(np.full((200, 400, 3), (200, 100, 50), np.uint8), "full")
    nothing = np.zeros((20, 40, 4), np.uint8)
    surface.say(Scene(None, VIEW, grid=GridView((0.0, 0.0, 400.0, 200.0), 1, 1, ("AS",))))
    assert "48;2;84;42;21" in surface.overlay(nothing, (0, 0, 40, 20)).decode()


def test_the_strips_numbers_stand_below_its_crops_the_shown_frames_in_brackets():
    crops = [
        CropView((10 + 90 * place, 104, 80, 68), number, None, place, here=place == 1)
        for place, number in enumerate(("9", "*10", "11"))
    ]
    scene = Scene(None, VIEW, strip=StripView((0, 100, 400, 100), tuple(crops), (1, 2, 3), 20))
    words = words_of(scene, (10, 20))
    assert "".join(words.get((column, 9), " ") for column in range(28)).split() == ["9", "[*10]", "11"]
    assert {row for _, row in words} == {9} and not wordless(scene).strip.numbers
    assert words[12, 9] == "[" and words[16, 9] == "]"  # about the middle of the second one
