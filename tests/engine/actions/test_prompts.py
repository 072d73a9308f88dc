"""Interactors by keys: when a request goes out, which answer counts, what undo takes back. With the real tool."""

from __future__ import annotations

import pytest

from engine.errors import AppError
from engine.gestures import Idle, Prompting
from engine.masks import mask_area, pixel_at
from engine.shapes_from import rle_of_shape

INSIDE, OUTSIDE, RIGHT = (120, 100), (200, 30), (150, 100)


@pytest.fixture
def cutting(bench):
    """Return a bench with the interactor that needs no weights in hand."""
    bench.do("tool.interact graphcut")
    return bench


def waiting(bench) -> None:
    """Let jobs wait from now on."""
    bench.held = []


def requests(bench) -> list:
    return [job for job in bench.held if job.kind == "interact"]


def area(bench) -> int:
    shape = bench.session.shapes[0]
    return mask_area(rle_of_shape(shape, (320, 200)))


DISC = 3.1416 * 50**2


def test_a_point_gives_a_preview_and_n_the_object_with_its_prompt(cutting):
    cutting.at(*INSIDE).do("point.positive")
    gesture = cutting.session.gesture
    assert gesture.answered == gesture.prompt and gesture.answer is not None
    cutting.do("tool.finish")
    shape = cutting.session.shapes[0]
    assert abs(area(cutting) - DISC) < 0.06 * DISC
    assert (shape.type, shape.source, shape.model) == ("polygon", "semi-auto", "graphcut")
    assert shape.prompt is not None and shape.prompt.points == ((120.0, 100.0, True),)


def test_one_request_is_in_flight_and_the_newest_prompt_wins(cutting):
    waiting(cutting)
    for x in (110, 120, 130):
        cutting.at(x, 100).do("point.positive")
    newest = cutting.session.gesture.prompt
    assert cutting.session.jobs.running["interact"] == requests(cutting)[-1].ticket
    cutting.release()  # the first two answer as well: neither may be shown
    gesture = cutting.session.gesture
    assert gesture.prompt == newest == gesture.answered


def test_block_adds_points_without_a_request(cutting):
    waiting(cutting)
    cutting.do("prompt.block")
    for x in (110, 120, 130):
        cutting.at(x, 100).do("point.positive")
    assert not requests(cutting) and len(cutting.session.gesture.prompt.clicks) == 3
    cutting.do("prompt.block")
    assert len(requests(cutting)) == 1
    cutting.release()
    assert cutting.session.gesture.answered == cutting.session.gesture.prompt


def test_n_asks_even_while_blocked(cutting):
    cutting.do("prompt.block")
    cutting.at(*INSIDE).do("point.positive", "tool.finish")
    assert len(cutting.session.shapes) == 1


def test_n_waits_for_the_answer_to_the_prompt_as_it_is(cutting):
    cutting.at(*INSIDE).do("point.positive")
    waiting(cutting)
    cutting.at(*RIGHT).do("point.positive", "tool.finish")
    assert not cutting.session.shapes and cutting.session.gesture.finishing
    cutting.release()
    assert len(cutting.session.shapes[0].prompt.points) == 2


@pytest.mark.parametrize("other", ["draw.start rectangle", "brush.start", "tool.interact graphcut"])
def test_another_tool_does_not_take_the_object_that_n_waits_for(cutting, other):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.finish")
    with pytest.raises(AppError, match="waits for its answer"):
        cutting.do(other)
    cutting.do("cursor.jump")
    with pytest.raises(AppError, match="waits for its answer"):
        cutting.do(other)  # also from the grid that is open over it
    cutting.release()
    assert len(cutting.session.shapes) == 1


@pytest.mark.parametrize("other", ["tool.interact graphcut", "draw.start rectangle", "brush.start"])
def test_no_tool_takes_away_what_is_begun(cutting, other):
    cutting.at(*INSIDE).do("point.positive")
    gesture = cutting.session.gesture
    with pytest.raises(AppError, match="not finished"):
        cutting.do(other)
    assert cutting.session.gesture is gesture and cutting.session.hand.last_tool == ("tool.interact", "graphcut")
    cutting.do("tool.cancel", other)  # dropped, and nothing holds the other one up
    assert cutting.session.gesture != gesture


def test_an_answer_to_an_older_prompt_is_never_saved(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.finish")
    cutting.at(*RIGHT).do("point.positive")  # a point more: N was for the prompt before
    cutting.release()
    assert not cutting.session.shapes and not cutting.session.gesture.finishing
    cutting.do("tool.finish")
    assert len(cutting.session.shapes[0].prompt.points) == 2


def test_n_twice_makes_one_object(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.finish", "tool.finish")
    cutting.release()
    assert len(cutting.session.shapes) == 1


def test_points_below_the_minimum_take_the_preview_along(cutting):
    cutting.at(*INSIDE).do("point.positive")
    assert cutting.session.gesture.answer is not None
    cutting.do("prompt.undo")
    gesture = cutting.session.gesture
    assert not gesture.prompt and gesture.answer is None and gesture.answered is None
    cutting.do("tool.finish")
    assert not cutting.session.shapes and "at least 1" in cutting.said[-1]


def test_an_answer_that_comes_after_its_points_have_gone_is_dropped(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "prompt.undo")
    cutting.release()
    assert cutting.session.gesture.answer is None and "interact" not in cutting.session.jobs.running


def test_undo_and_redo_go_point_by_point_and_the_preview_with_them(cutting):
    for point in (INSIDE, RIGHT):
        cutting.at(*point).do("point.positive")
    cutting.at(*OUTSIDE).do("point.negative")
    cutting.do("history.undo", "history.undo")
    gesture = cutting.session.gesture
    assert gesture.prompt.positive == ((120.0, 100.0),) and gesture.answered == gesture.prompt
    cutting.do("history.redo", "history.redo")
    gesture = cutting.session.gesture
    assert len(gesture.prompt.negative) == 1 and gesture.answered == gesture.prompt
    cutting.do("tool.finish", "history.undo")
    assert not cutting.session.shapes


def test_a_click_on_a_point_deletes_it(cutting):
    for point in (INSIDE, RIGHT):
        cutting.at(*point).do("point.positive")
    cutting.at(151, 101).do("point.positive")
    assert cutting.session.gesture.prompt.positive == ((120.0, 100.0),)
    cutting.at(*OUTSIDE).do("point.negative")
    cutting.at(199, 31).do("point.negative")  # by right click too
    assert not cutting.session.gesture.prompt.negative


def test_escape_goes_back_one_step_at_a_time(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.finish", "tool.cancel")
    assert not cutting.session.gesture.finishing and cutting.session.gesture.prompt
    cutting.release()
    assert not cutting.session.shapes
    cutting.do("tool.cancel")
    assert isinstance(cutting.session.gesture, Prompting) and not cutting.session.gesture.prompt
    cutting.do("tool.cancel")
    assert cutting.session.gesture.mode == "main"


def test_n_still_works_after_a_request_was_given_up(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.cancel", "tool.finish")
    cutting.release()
    assert len(cutting.session.shapes) == 1


def test_a_box_alone_is_a_prompt_and_points_refine_it(cutting):
    cutting.do("prompt.box")
    cutting.at(60, 40).do("point.positive")
    assert cutting.session.gesture.corner == (60, 40) and cutting.session.gesture.answer is None
    cutting.at(180, 160).do("point.positive")
    assert cutting.session.gesture.prompt.box == (60, 40, 180, 160) and cutting.session.gesture.answer is not None
    cutting.at(*OUTSIDE).do("point.negative", "tool.finish")
    assert cutting.session.shapes[0].prompt.box == (60, 40, 180, 160)
    assert abs(area(cutting) - DISC) < 0.06 * DISC


def test_reopening_takes_the_prompt_in_hand_and_replaces_the_object(cutting):
    cutting.at(*INSIDE).do("point.positive", "tool.finish", "label.choose 2")
    before = cutting.session.shapes[0]
    cutting.do("tool.redraw")
    gesture = cutting.session.gesture
    assert gesture.prompt.positive == ((120.0, 100.0),) and gesture.replaces == before.id
    cutting.at(*OUTSIDE).do("point.negative", "tool.finish")
    (after,) = cutting.session.shapes
    assert (after.id, after.label, len(after.prompt.points)) == (before.id, "person", 2)
    cutting.do("history.undo")
    assert cutting.session.shapes == (before,)


def test_reopening_and_giving_up_changes_nothing(cutting):
    cutting.at(*INSIDE).do("point.positive", "tool.finish")
    before = cutting.session.shapes
    cutting.do("tool.redraw")
    cutting.at(*OUTSIDE).do("point.negative", "tool.cancel", "tool.cancel", "tool.cancel")
    assert cutting.session.shapes == before and cutting.session.gesture.mode == "main"


def test_a_drawn_object_is_refined_by_an_interactor(bench):
    bench.do("draw.start rectangle")
    bench.at(60, 40).do("point.positive")
    bench.at(180, 160).do("point.positive", "prompt.refine graphcut")
    bench.at(*INSIDE).do("point.positive")
    bench.at(65, 45).do("point.negative", "tool.finish")
    (shape,) = bench.session.shapes
    mask = rle_of_shape(shape, (320, 200))
    assert shape.model == "graphcut" and pixel_at(mask, INSIDE) and not pixel_at(mask, (65, 45))


def test_the_slider_and_masks_follow_the_settings(cutting):
    cutting.at(*INSIDE).do("point.positive")
    counts = []
    for change in ("-9", "13"):
        cutting.do(f"prompt.points {change}")
        from engine.scene_of import vertices_now

        counts.append(vertices_now(cutting.session))
    assert counts[0] < counts[1]
    cutting.do("prompt.polygons", "tool.finish")
    assert cutting.session.shapes[0].type == "mask"


def test_the_frame_is_not_left_with_an_unfinished_prompt_but_with_an_empty_one(cutting):
    cutting.at(*INSIDE).do("point.positive", "frames.step 1")
    assert cutting.session.frame == 0 and "Finish" in cutting.said[-1]
    cutting.do("tool.cancel", "frames.step 1")
    assert cutting.session.frame == 1
    assert isinstance(cutting.session.gesture, Prompting) and not cutting.session.gesture.prompt


@pytest.mark.parametrize("tool", ["draw.start polygon", "tool.interact scissors", "draw.start rectangle"])
def test_a_tool_that_was_emptied_lets_the_frame_go(bench, tool):
    bench.do(tool)
    bench.at(50, 50).do("point.positive", "frames.step 1")
    assert bench.session.frame == 0
    bench.do("tool.cancel", "frames.step 1")
    assert bench.session.frame == 1


def test_a_tool_that_needs_a_box_asks_for_one_on_the_next_frame_too(bench):
    bench.do("tool.interact iog")
    assert bench.session.gesture.boxing
    bench.do("frames.step 1")
    assert isinstance(bench.session.gesture, Prompting) and bench.session.gesture.boxing


def test_undo_of_escape_brings_the_prompt_back(cutting):
    cutting.at(*INSIDE).do("point.positive", "tool.cancel", "history.undo")
    gesture = cutting.session.gesture
    assert gesture.prompt.positive == ((120.0, 100.0),) and gesture.answered == gesture.prompt


def test_n_does_not_ask_again_for_what_is_in_flight(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "tool.finish")
    assert len(requests(cutting)) == 1 and cutting.session.gesture.finishing
    cutting.release()
    assert len(cutting.session.shapes) == 1


def test_an_answer_that_comes_while_the_grid_is_open_is_shown_and_the_grid_stays(cutting):
    waiting(cutting)
    cutting.at(*INSIDE).do("point.positive", "cursor.jump")
    cutting.release()
    gesture = cutting.session.gesture
    assert cutting.session.view.jump is not None and gesture.answered == gesture.prompt
    cutting.do("jump.end")
    waiting(cutting)
    cutting.at(*RIGHT).do("point.positive", "tool.finish", "cursor.jump")
    cutting.release()
    assert len(cutting.session.shapes) == 1 and cutting.session.view.jump is not None
    assert isinstance(cutting.session.gesture, Idle)


def test_speeds_of_the_last_answers_are_kept(cutting):
    for x in range(110, 126, 2):
        cutting.at(x, 100).do("point.positive", "tool.cancel")
    assert len(cutting.session.hand.speeds["graphcut"]) == 5


def test_what_is_being_prepared_for_a_frame_goes_on_when_it_is_stepped_on_to(bench):
    waiting(bench)
    bench.do("tool.interact hrnet")
    assert [job.request.key[0] for job in bench.held] == [0, 1]
    kept, shown = bench.held[1].ticket, bench.held
    bench.held = None
    bench.do("frames.step 1")  # frames come at once; what models do is held again
    prepared = bench.session.jobs.running
    assert kept in prepared.values() and shown[0].ticket not in prepared.values()
    bench.do("tool.cancel")
    assert not bench.session.jobs.running


def test_a_stale_preview_says_which_prompt_it_answers(cutting):
    from tui.widgets.status_words import in_hand

    cutting.at(*INSIDE).do("point.positive", "prompt.block")
    cutting.at(*RIGHT).do("point.positive")
    assert "answers 1 of 2 points" in in_hand(cutting.session)
    cutting.at(*INSIDE).do("point.positive")  # deletes the first
    assert "answers an older prompt" in in_hand(cutting.session)
    cutting.do("prompt.block")
    assert "answers" not in in_hand(cutting.session)
