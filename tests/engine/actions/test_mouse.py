"""The mouse as actions: view points come in, what is in hand gets frame points (the view shows two pixels for each)."""

from __future__ import annotations

import pytest

from engine.actions import perform
from engine.document import Shape
from engine.edits import PutShape
from engine.gestures import Drawing, Editing, Idle, Prompting, Tracing


def does(bench, *commands) -> None:
    for name, *args in commands:
        perform(bench.actions, bench.session, name, *args)


@pytest.fixture
def boxed(bench):
    """Return a bench with a box from 100,50 to 160,90 that is selected."""
    bench.session.commit("Draw", PutShape(Shape(1, 0, "car", "rectangle", ((100.0, 50.0), (160.0, 90.0)))))
    does(bench, ("shape.select", 1))
    return bench


@pytest.mark.parametrize(
    ("point", "cursor"), [((200, 100), (100, 50)), ((-30, 900), (0, 200)), ((640.0, 0.5), (320, 0.25))]
)
def test_the_cursor_follows_and_stays_within_the_frame(bench, point, cursor):
    does(bench, ("mouse.move", *point))
    assert bench.session.view.cursor == cursor and bench.session.view.cursor_shown


@pytest.mark.parametrize(("button", "positive", "negative"), [(1, 1, 0), (3, 0, 1)])
def test_buttons_click_inside_and_outside(bench, button, positive, negative):
    bench.do("tool.interact graphcut")
    does(bench, ("mouse.press", 240, 200, 1), ("mouse.release", 240, 200, 1), ("mouse.press", 40, 40, button))
    prompt = bench.session.gesture.prompt
    assert (len(prompt.positive), len(prompt.negative)) == (1 + positive, negative)


def test_a_box_is_two_clicks_or_one_drag(bench):
    corners = ((100, 100), (300, 240))
    for moves in ("click", "drag"):
        bench.do("draw.start rectangle")
        for point in corners:
            does(bench, ("mouse.move", *point, 0 if moves == "click" else 1))
            if moves == "click":
                does(bench, ("mouse.press", *point), ("mouse.release", *point))
            elif point == corners[0]:
                does(bench, ("mouse.press", *point))
        does(bench, ("mouse.release", *corners[1]))
    shapes = bench.session.shapes
    assert [shape.points for shape in shapes] == [((50.0, 50.0), (150.0, 120.0))] * 2


@pytest.mark.parametrize(("far", "moved"), [(6, False), (7, True)])
def test_a_drag_takes_the_selected_object_along_a_shaking_hand_does_not(boxed, far, moved):
    does(boxed, ("mouse.press", 260, 140), ("mouse.move", 260 + far, 140, 1), ("mouse.release", 260 + far, 140))
    x = boxed.session.shapes[0].points[0][0]
    assert (x == 100 + far / 2) if moved else (x == 100)


def test_a_drag_takes_no_locked_object_along(boxed):
    boxed.do("shape.lock")
    does(boxed, ("mouse.press", 260, 140), ("mouse.move", 330, 140, 1), ("mouse.release", 330, 140))
    assert boxed.session.shapes[0].points[0][0] == 100 and isinstance(boxed.session.gesture, Idle)


def test_a_vertex_is_dragged(boxed):
    boxed.do("edit.start")
    does(boxed, ("mouse.press", 320, 180), ("mouse.move", 340, 190, 1), ("mouse.release", 340, 190))
    assert boxed.session.shapes[0].points == ((100.0, 50.0), (170.0, 95.0))
    assert isinstance(boxed.session.gesture, Editing) and not boxed.session.gesture.grabbed


def test_the_middle_button_drags_the_view_and_the_wheel_moves_it_then(bench):
    does(bench, *[("mouse.wheel", 320, 200, 1)] * 5)
    before = bench.session.view.viewport
    does(bench, ("mouse.press", 320, 200, 2), ("mouse.move", 300, 190, 2))
    after = bench.session.view.viewport
    assert after == before.panned(20, 10) and bench.session.view.cursor == (160, 100)
    does(bench, ("mouse.wheel", 300, 190, -1))
    assert bench.session.view.viewport == after.panned(0, 60)
    does(bench, ("mouse.release", 300, 190, 2), ("mouse.move", 100, 100))
    assert bench.session.view.viewport == after.panned(0, 60)


def test_a_button_whose_release_was_lost_drags_no_more(bench):
    before = bench.session.view.viewport
    does(bench, ("mouse.press", 320, 200, 2), ("mouse.move", 300, 190, 0), ("mouse.wheel", 300, 190, 1))
    assert bench.session.view.viewport.scale > before.scale


def test_one_drag_selects_an_object_and_takes_it_along(boxed):
    boxed.do("tool.cancel")
    assert boxed.session.selection.selected is None
    does(boxed, ("mouse.press", 260, 140), ("mouse.move", 280, 140, 1), ("mouse.release", 280, 140))
    assert boxed.session.shapes[0].points[0][0] == 110 and boxed.session.selection.selected == 1


def test_the_wheel_zooms_at_the_mouse(bench):
    at = bench.session.view.viewport.to_frame((100, 50))
    does(bench, ("mouse.wheel", 100, 50, 1))
    viewport = bench.session.view.viewport
    assert viewport.scale == 2.5 and viewport.to_view(at) == pytest.approx((100, 50))
    does(bench, ("mouse.wheel", 100, 50, -1))
    assert bench.session.view.viewport.scale == 2


def test_with_ctrl_the_wheel_sizes_the_square_of_the_scissors_alone(bench):
    bench.do("tool.interact scissors")
    reach = bench.session.hand.reach
    does(bench, ("mouse.wheel", 100, 50, -1, True))
    assert bench.session.hand.reach < reach and bench.session.view.viewport.is_fitted
    assert isinstance(bench.session.gesture, Tracing) and not bench.session.hand.blocked


def test_ctrl_with_the_mouse_blocks_until_an_event_comes_without_it(bench):
    bench.do("tool.interact graphcut")
    does(bench, ("mouse.press", 240, 200, 1, True), ("mouse.release", 240, 200, 1, True))
    assert bench.session.hand.blocked and bench.session.gesture.answer is None
    does(bench, ("mouse.move", 250, 200))
    assert not bench.session.hand.blocked and bench.session.gesture.answer is not None


def test_where_the_terminal_reports_ctrl_itself_that_decides(bench):
    bench.do("tool.interact graphcut")
    does(bench, ("mouse.ctrl", True), ("mouse.move", 250, 200, 0, False))
    assert bench.session.hand.blocked
    does(bench, ("mouse.ctrl", False), ("mouse.press", 240, 200, 1, True))
    assert not bench.session.hand.blocked and isinstance(bench.session.gesture, Prompting)


def test_ctrl_blocks_nothing_that_sends_no_requests(bench):
    bench.do("draw.start polygon")
    does(bench, ("mouse.press", 240, 200, 1, True))
    assert not bench.session.hand.blocked and isinstance(bench.session.gesture, Drawing)


def test_the_clock_turns_frames_to_the_end_and_not_over_what_was_begun(bench):
    bench.do("frames.play", *["frames.turn"] * 3)
    assert bench.session.frame == 3
    bench.at(50, 50).do("draw.start polygon", "point.positive", "frames.turn")
    assert bench.session.frame == 3 and not bench.session.media.playing
    bench.do("tool.cancel", "tool.cancel", "frames.play", *["frames.turn"] * 9)
    assert bench.session.frame == 9 and not bench.session.media.playing
    bench.do("frames.turn")
    assert bench.session.frame == 9


def test_a_canvas_of_another_size_keeps_what_is_looked_at(bench):
    does(bench, ("view.resize", 320, 400, 8, 16))
    view = bench.session.view
    assert view.viewport.view_size == (320, 400) and view.cell == (8, 16) and view.viewport.is_fitted
