"""Undo and redo by keys: what is begun is stepped through alone; a step of the document is shown where it was made."""

from __future__ import annotations

import pytest

from engine.errors import AppError
from engine.gestures import Idle

INSIDE, RIGHT, TOP = (120, 100), (150, 100), (120, 70)


def drawn(bench, *boxes):
    """Draw boxes, each on a frame of its own, and return their ids."""
    for frame, (x1, y1, x2, y2) in enumerate(boxes):
        bench.do(f"frames.go {frame + 1}", "draw.start rectangle")
        bench.at(x1, y1).do("point.positive")
        bench.at(x2, y2).do("point.positive")
    bench.do("tool.cancel")
    return [shape.id for shape in bench.session.document.all_shapes()]


def begin(bench, tool):
    """Begin something with a tool: three points, or a stroke."""
    bench.do(tool)
    for point in (INSIDE, RIGHT, TOP)[: 2 if tool.startswith("brush") else 3]:
        bench.at(*point).do("point.positive")


TOOLS = ["tool.interact graphcut", "tool.interact scissors", "draw.start polygon", "draw.start points", "brush.start"]


@pytest.mark.parametrize("tool", TOOLS)
def test_undo_keeps_to_what_is_begun_and_then_says_that_there_is_nothing_more(bench, tool):
    drawn(bench, (10, 20, 60, 80))
    begin(bench, tool)
    whole = bench.session.gesture
    bench.do(*["history.undo"] * 8)
    assert len(bench.session.shapes) == 1 and "Nothing more to take back" in bench.said[-1]
    bench.do(*["history.redo"] * 8)
    assert len(bench.session.shapes) == 1 and "Nothing more to do again" in bench.said[-1]
    assert bench.session.gesture.mode == whole.mode and bench.session.hand.past
    bench.do(*["tool.cancel"] * 3, "history.undo")
    assert not bench.session.shapes


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_with_which_nothing_is_begun_does_not_hold_undo_up(bench, tool):
    drawn(bench, (10, 20, 60, 80))
    bench.do(tool, "history.undo")
    assert not bench.session.shapes


@pytest.mark.parametrize("tool", TOOLS[:2])
def test_the_points_of_a_reopened_prompt_are_taken_back_one_by_one_and_no_step_of_the_document(bench, tool):
    begin(bench, tool)
    bench.do("tool.finish")
    before = bench.session.document
    bench.do("tool.redraw", "history.undo")
    held = bench.session.gesture
    left = held.prompt.positive if tool.endswith("graphcut") else held.points
    assert left == ((120.0, 100.0), (150.0, 100.0)) and held.replaces is not None
    bench.do("history.redo")
    held = bench.session.gesture
    assert len(held.prompt.clicks if tool.endswith("graphcut") else held.points) == 3
    bench.do(*["history.undo"] * 6)
    assert bench.session.document is before and "Nothing more" in bench.said[-1]


def test_a_reopened_prompt_with_a_point_less_is_not_left_by_a_step_to_the_next_frame(bench):
    begin(bench, TOOLS[0])
    bench.do("tool.finish", "tool.redraw", "frames.step 1", "frames.step -1")
    assert bench.session.gesture.replaces is None  # it was as it had been saved: nothing was lost
    bench.do("tool.cancel", "shape.next", "tool.redraw", "history.undo", "frames.step 1")
    assert bench.session.frame == 0 and "before you leave" in bench.said[-1]


def test_a_redrawn_shape_without_a_prompt_holds_undo_too(bench):
    drawn(bench, (10, 20, 60, 80))
    bench.do("shape.next", "tool.redraw", "history.undo")
    assert len(bench.session.shapes) == 1 and "Nothing more" in bench.said[-1]


def test_undo_goes_to_the_frame_of_its_step_shows_the_object_and_names_it(bench):
    _, two, three = drawn(bench, (10, 20, 60, 80), (200, 100, 300, 190), (20, 20, 40, 40))
    bench.do("frames.go 2", "shape.next", "shape.occluded", "frames.go 8")
    bench.do("history.undo")
    assert bench.session.frame == 1 and bench.session.selection.selected == two
    assert not bench.session.shape(two).occluded
    assert bench.said[-1] == f"Undone: Occluded car {two}, on frame 2"
    bench.do("history.undo")
    assert bench.session.frame == 2 and bench.session.shape(three) is None and bench.session.selection.selected is None
    bench.do("history.redo", "history.undo", "history.undo")
    assert bench.session.frame == 1 and bench.said[-1] == f"Undone: Draw car {two}, on frame 2"
    bench.do("frames.go 1", "history.redo")
    assert (bench.session.frame, bench.session.selection.selected) == (1, two)


def test_what_undo_changes_is_brought_into_view_and_shown_if_it_was_hidden(bench):
    drawn(bench, (250, 150, 300, 190))
    bench.do("shape.next", "shape.occluded", "shape.hide", "view.fit")
    bench.at(20, 20).do(*["view.zoom in"] * 10)
    assert bench.session.view.viewport.visible()[2] < 250
    bench.do("history.undo")
    x1, y1, x2, y2 = bench.session.view.viewport.visible()
    assert x1 <= 250 and y1 <= 150 and x2 >= 300 and y2 >= 190 and bench.session.view.cursor == (275, 170)
    assert not bench.session.selection.hidden


def test_what_is_in_view_already_moves_neither_view_nor_cursor(bench):
    drawn(bench, (10, 20, 60, 80))
    bench.do("shape.next", "shape.occluded")
    bench.at(200, 100)
    view = bench.session.view.viewport
    bench.do("history.undo")
    assert bench.session.view.viewport == view and bench.session.view.cursor == (200, 100)


def test_a_step_over_many_frames_is_shown_on_the_one_where_it_was_made(bench):
    drawn(bench, (10, 20, 60, 80))
    bench.do("frames.go 1", "shape.next", "shape.propagate 6", "frames.go 10", "history.undo")
    assert bench.session.frame == 0 and "Propagate" in bench.said[-1] and "frame 1" in bench.said[-1]
    assert sum(1 for _ in bench.session.document.all_shapes()) == 1


def test_a_step_that_is_about_no_frame_is_undone_where_one_is(bench):
    bench.do("label.add dog", "frames.go 5", "history.undo")
    assert bench.session.frame == 4 and bench.said[-1] == "Undone: Add label dog"


def test_nothing_of_another_frame_is_selected_before_it_is_there(bench):
    drawn(bench, (10, 20, 60, 80), (10, 20, 60, 80))
    bench.do("frames.go 6")
    bench.held = []
    bench.do("history.undo")
    assert bench.session.frame == 5 and bench.session.selection.selected is None
    bench.release()
    assert bench.session.frame == 1


def test_any_step_of_the_list_is_gone_to(bench):
    drawn(bench, (10, 20, 60, 80), (20, 20, 40, 40), (30, 20, 40, 40), (40, 20, 50, 40))
    bench.do("history.go 3")
    assert [len(bench.session.document.shapes(frame)) for frame in range(4)] == [1, 0, 0, 0]
    assert bench.session.frame == 1 and bench.said[-1].startswith("Undone 3 steps, the last: Draw car")
    bench.do("history.go -2")
    assert [len(bench.session.document.shapes(frame)) for frame in range(4)] == [1, 1, 1, 0]
    assert [step.title for step in bench.session.history.undone()] == ["Draw car 4"]
    bench.do("history.go 0", "history.go 99")
    assert not list(bench.session.document.all_shapes()) and bench.session.history.undo_title is None
    bench.do("history.go 1")
    assert bench.said[-1] == "There are no more steps"


def test_no_step_is_gone_to_while_something_is_begun(bench):
    drawn(bench, (10, 20, 60, 80))
    begin(bench, "draw.start polygon")
    with pytest.raises(AppError, match="not finished"):
        bench.do("history.go 1")
    assert len(bench.session.shapes) == 1


def test_undo_while_editing_closes_what_is_on_another_frame(bench):
    drawn(bench, (10, 20, 60, 80), (20, 20, 40, 40))
    bench.do("frames.go 1", "shape.next", "edit.start", "history.undo")
    assert bench.session.frame == 1 and isinstance(bench.session.gesture, Idle)


@pytest.mark.parametrize("key", ["history.undo", "history.redo"])
def test_nothing_is_undone_or_redone_where_nothing_can_be_changed(bench, key):
    drawn(bench, (10, 20, 60, 80), (20, 20, 40, 40))
    bench.do("history.undo")
    before, bench.session.read_only = bench.session.document, True
    with pytest.raises(AppError, match="read-only"):
        bench.do(key)
    assert bench.session.document is before
