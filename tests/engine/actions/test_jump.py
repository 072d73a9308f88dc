"""The jump's grid among all that an annotator does meanwhile: four letters, the keys beside them, models, mouse."""

from __future__ import annotations

import math

import pytest

from engine.actions import frames
from engine.errors import AppError
from engine.gestures import Prompting, prompting
from engine.jump import places_of
from engine.scene_of import scene_of

INSIDE, OUTSIDE = (120.0, 100.0), (20.0, 20.0)


def letters(bench, x: float, y: float) -> str:
    """Return the four letters that a person reads off at a frame point."""
    jump = bench.session.view.jumping
    found = ""
    for _ in range(2):
        places = places_of(jump)
        x1, y1, x2, y2 = places.box
        row = min(int((y - y1) / (y2 - y1) * places.rows), places.rows - 1)
        column = min(int((x - x1) / (x2 - x1) * places.columns), places.columns - 1)
        for letter in (places.letters[row], places.letters[column]):
            jump, found = jump.typing(letter), found + letter
    return found


def go(bench, x: float, y: float, last: str = "") -> None:
    """Type the letters of a place into the grid that is open; `last` in place of the last one's case."""
    typed = letters(bench, x, y)
    for letter in (*typed[:3], typed[3].upper() if last == "shift" else typed[3]):
        bench.do(f"jump.type {letter}")


def open_(bench) -> bool:
    return bench.session.view.jump is not None


def near(bench, x: float, y: float) -> bool:
    to_view = bench.session.view.viewport.to_view
    return math.dist(to_view(bench.session.view.cursor), to_view((x, y))) <= 2


def test_the_fourth_letter_ends_the_jump_with_the_cursor_in_place(bench):
    bench.do("cursor.jump")
    assert open_(bench) and bench.session.view.mode("main") == "jump"
    go(bench, 77.3, 141.9)
    assert not open_(bench) and near(bench, 77.3, 141.9) and bench.session.view.mode("main") == "main"


@pytest.mark.parametrize("typed", ["", "s", "sd", "sdf"])
@pytest.mark.parametrize("end", ["tool.cancel", "jump.end"])
def test_escape_brings_the_cursor_back_and_staying_leaves_it(bench, typed, end):
    bench.at(*INSIDE).do("cursor.jump", *(f"jump.type {letter}" for letter in typed))
    cell = bench.session.view.cursor
    assert (cell == INSIDE) == (len(typed) < 2)
    bench.do(end)
    assert not open_(bench) and bench.session.view.cursor == (INSIDE if end == "tool.cancel" else cell)


def test_letters_are_taken_back_one_by_one_then_points(bench):
    bench.do("draw.start polygon")
    bench.at(*INSIDE).do("point.positive", "cursor.jump", "jump.type s", "jump.type d", "jump.type f")
    for left in ("sd", "s", ""):
        bench.do("jump.back")
        assert open_(bench) and bench.session.view.jump.typed == left
    assert bench.session.view.cursor == INSIDE and bench.session.gesture.points
    bench.do("jump.back")
    assert not bench.session.gesture.points and not open_(bench)


@pytest.mark.parametrize(
    "command",
    ["point.positive", "point.negative", "tool.finish", "tool.redraw", "history.undo", "history.redo", "prompt.undo",
     "cursor.move left", "draw.start rectangle", "brush.start", "tool.interact graphcut", "frames.step 1"],
)  # fmt: skip
def test_what_moves_clicks_or_takes_something_else_in_hand_puts_the_grid_away(bench, command):
    bench.do("cursor.jump", "jump.type s", command)
    assert not open_(bench)


@pytest.mark.parametrize(
    "command", ["view.zoom in", "view.zoom out", "view.fit", "view.actual", "view.pan left", "view.brightness 0.1",
                "label.choose 2", "view.texts", "prompt.block", "filter.toggle equalize"],
)  # fmt: skip
def test_what_only_changes_the_look_leaves_it_laid_over_the_new_view(bench, command):
    bench.at(*INSIDE).do("view.zoom in", "view.zoom in", "cursor.jump", "jump.type s", command)
    assert open_(bench)
    jump = bench.session.view.jumping
    same = command.split()[0] not in ("view.zoom", "view.fit", "view.actual", "view.pan")
    assert jump.viewport == bench.session.view.viewport and jump.typed == ("s" if same else "")


@pytest.mark.parametrize("typed", ["", "s", "sd"])
def test_a_canvas_of_another_size_has_the_grid_laid_anew(bench, typed):
    bench.do("cursor.jump", *(f"jump.type {letter}" for letter in typed))
    frames.with_view_size(bench.session, (1000, 380), (10, 20))  # a panel folded, or the window resized
    go(bench, 300.2, 11.5)
    assert near(bench, 300.2, 11.5)


def test_a_frame_of_another_size_puts_it_away_and_playing_stops_for_it(bench):
    bench.session.media.frames.sizes[1] = (64, 48)
    bench.do("frames.play", "cursor.jump")
    assert not bench.session.media.playing
    bench.do("frames.step 1")
    assert not open_(bench) and bench.session.view.viewport.frame_size == (64, 48)
    bench.do("cursor.jump")
    go(bench, 63.9, 0.1)
    assert near(bench, 63.9, 0.1)


def test_the_mouse_moves_nothing_while_it_is_open_and_a_press_clicks_where_it_is(bench):
    bench.session.set(auto_grid=True)
    bench.do("draw.start polygon", "jump.type s")
    cursor = bench.session.view.cursor
    bench.do("mouse.move 333 111")
    assert bench.session.view.cursor == cursor and open_(bench)
    bench.do("mouse.press 300 100")
    assert bench.session.gesture.points == ((150.0, 50.0),) and not open_(bench)  # a hand at the mouse needs no letters


def test_the_brush_paints_when_the_jump_is_over_and_not_before(bench):
    bench.do("brush.start")
    bench.at(*OUTSIDE).do("point.positive", "cursor.jump", "jump.type s", "jump.type d")
    before = bench.session.gesture.mask
    bench.do("jump.end")
    assert bench.session.gesture.mask != before


def test_a_failure_leaves_it_open_with_what_was_typed(bench):
    bench.do("tool.interact graphcut", "cursor.jump", "jump.type s", "jump.type d")
    prompting.failed(bench.session, AppError("The model failed", "memory"))
    assert bench.session.view.jumping.typed == "sd"


@pytest.mark.parametrize(("setting", "keys"), [(False, 13), (True, 9)])
def test_a_box_to_two_pixels(bench, setting, keys):
    """B, then for a corner W, four letters and Enter; where the grid opens by itself the letters alone."""
    bench.session.set(auto_grid=setting)
    bench.do("draw.start rectangle")
    pressed = 1
    for x, y in ((33.4, 20.7), (201.9, 151.2)):
        if not setting:
            bench.do("cursor.jump")
        go(bench, x, y)
        if not setting:
            bench.do("point.positive")
        pressed += 4 if setting else 6
    (x1, y1), (x2, y2) = bench.session.shapes[0].points
    assert max(map(abs, (x1 - 33.4, y1 - 20.7, x2 - 201.9, y2 - 151.2))) * bench.session.view.viewport.scale <= 2
    assert pressed == keys and not open_(bench)


def test_a_grid_that_opens_itself_does_so_for_each_point_until_the_object_is_done(bench):
    bench.session.set(auto_grid=True)
    bench.do("tool.interact graphcut")
    go(bench, *INSIDE)
    assert open_(bench)
    go(bench, *OUTSIDE, last="shift")
    assert [click.positive for click in bench.session.gesture.prompt.clicks] == [True, False]
    bench.do("jump.back")
    assert len(bench.session.gesture.prompt.clicks) == 1 and open_(bench)
    bench.do("history.redo")
    assert len(bench.session.gesture.prompt.clicks) == 2 and open_(bench)
    bench.do("tool.finish")
    assert len(bench.session.shapes) == 1 and not open_(bench)
    bench.do("tool.finish")  # the same tool again
    assert open_(bench)
    bench.do("tool.cancel")
    assert not open_(bench) and isinstance(bench.session.gesture, Prompting)


def test_a_half_typed_place_is_clicked_in_the_middle_of_its_cell(bench):
    bench.session.set(auto_grid=True)
    bench.do("draw.start points", "jump.type s", "jump.type d")
    cell = bench.session.view.cursor
    bench.do("point.positive")
    assert bench.session.gesture.points[0] == pytest.approx(cell, abs=0.01)
    assert open_(bench) and not bench.session.view.jump.typed


def test_the_grid_stays_shut_with_nothing_in_hand_and_while_a_shape_is_edited(bench):
    bench.session.set(auto_grid=True)
    bench.do("point.positive", "draw.start rectangle")
    go(bench, 10, 10)
    go(bench, 60, 60)
    bench.do("edit.start", "edit.vertex", "point.positive")
    assert not open_(bench)


def test_the_box_of_a_prompt_is_drawn_by_the_grid_too_and_no_crosshair_lies_over_it(bench):
    bench.session.set(auto_grid=True)
    bench.do("tool.interact graphcut", "tool.cancel")
    assert scene_of(bench.session).cursor is not None
    bench.do("prompt.box")
    assert open_(bench) and scene_of(bench.session).cursor is None
    go(bench, 60, 40)
    go(bench, 190, 160)
    assert bench.session.gesture.prompt.box is not None and open_(bench)


def test_whether_it_opens_by_itself_is_a_key_of_the_grid(bench):
    bench.do("draw.start rectangle", "cursor.jump", "jump.auto")
    assert "by itself" in bench.said[-1] and bench.session.view.jump is not None
    for letter in "ssdd":
        bench.do(f"jump.type {letter}")
    assert bench.session.gesture.points and bench.session.view.jump is not None, "it clicked, and is open for the next"
    bench.do("jump.auto")
    for letter in "ddff":
        bench.do(f"jump.type {letter}")
    assert bench.session.view.jump is None
