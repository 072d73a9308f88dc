"""What is in hand gets the keys: each kind its own, and the jump's grid before all of them."""

from __future__ import annotations

import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.errors import AppError
from engine.gestures import Drawing, Editing, Idle, Painting, Prompting, Tracing, dispatch, editing, grid, idle
from engine.gestures.taking import begin
from engine.prompt import Prompt

BOX = Shape(1, 0, "car", "rectangle", ((100.0, 50.0), (200.0, 150.0)))
ONE = Prompt().add((120.0, 100.0))
KINDS = (
    Idle(), Prompting("graphcut"), Tracing("scissors"), Drawing("polygon"), Painting(), Editing(BOX),
)  # fmt: skip


@pytest.mark.parametrize("held", KINDS, ids=lambda held: type(held).__name__)
def test_every_kind_takes_every_key(bench, held):
    for key in (
        dispatch.click, lambda session: dispatch.click(session, positive=False), dispatch.moved, dispatch.finish,
        dispatch.cancel, dispatch.resume, dispatch.unblocked, lambda session: dispatch.release(session, True),
    ):  # fmt: skip
        bench.session.take(held)
        key(bench.session)
        assert type(bench.session.gesture) in {type(held), Idle}  # no key takes another tool in hand


@pytest.mark.parametrize(
    ("held", "mode", "takes_points", "action"),
    [
        (Idle(), "main", False, ()),
        (Prompting("graphcut"), "prompt", True, ("tool.interact", "graphcut")),
        (Tracing("scissors"), "prompt", True, ("tool.interact", "scissors")),
        (Drawing("polygon"), "draw", True, ("draw.start", "polygon")),
        (Painting(), "brush", False, ("brush.start",)),
        (Editing(BOX), "edit", False, ()),
    ],
)
def test_every_kind_says_what_it_is(held, mode, takes_points, action):
    assert (held.mode, held.takes_points, held.taken_by()) == (mode, takes_points, action)


def test_only_a_prompt_asks_for_an_answer():
    assert [held.is_asking for held in KINDS] == [False] * len(KINDS) and Prompting("graphcut", ONE).is_asking
    assert [held.interactor for held in KINDS] == ["", "graphcut", "scissors", "", "", ""]


def test_a_click_puts_the_grid_away_and_lays_it_for_the_next_point(bench):
    bench.session.set(auto_grid=True)
    begin(bench.session, Drawing("polygon"))
    bench.session.view.jump = bench.session.view.jump.typing("a")
    dispatch.click(bench.session)
    assert bench.session.view.jump.typed == ""
    grid.put_away(bench.session)
    dispatch.click(bench.session)
    assert bench.session.view.jump is None  # a click by the mouse opens none


def test_what_is_in_hand_does_not_follow_while_the_grid_is_open(bench):
    bench.session.take(Painting())
    bench.at(20, 20).do("point.positive")
    grid.lay(bench.session)
    bench.session.view.cursor = (60, 20)
    dispatch.moved(bench.session)
    assert bench.session.gesture.last == (20, 20)
    grid.put_away(bench.session)
    dispatch.moved(bench.session)
    assert bench.session.gesture.last == (60, 20)


def test_letting_go_of_the_button_is_a_click_where_the_kind_takes_drags(bench):
    bench.session.take(Drawing("rectangle", ((10.0, 10.0),)))
    bench.session.view.cursor = (60.0, 60.0)
    dispatch.release(bench.session, False)
    assert not bench.session.shapes
    dispatch.release(bench.session, True)
    assert bench.session.shapes[0].points == ((10.0, 10.0), (60.0, 60.0))


def test_block_lets_a_prompt_wait_and_asks_when_it_is_let_go(bench):
    bench.held = []
    bench.session.take(Prompting("graphcut"))
    dispatch.hold_block(bench.session, True)
    bench.at(120, 100).do("point.positive")
    dispatch.hold_block(bench.session, True)
    assert not bench.held
    dispatch.hold_block(bench.session, False)
    assert [job.kind for job in bench.held] == ["interact"]
    dispatch.hold_block(bench.session, False)
    assert len(bench.held) == 1


def test_block_makes_the_paths_closing_edge_straight_and_back(bench):
    bench.held = []
    corners = ((120.0, 50.0), (170.0, 100.0), (120.0, 150.0))
    bench.session.take(Tracing("scissors", corners, ((corners[:2]), (corners[1:])), closing=(corners[2], corners[0])))
    bench.session.hand.reach = 400
    dispatch.hold_block(bench.session, True)
    assert bench.session.gesture.closing == (corners[2], corners[0]) and not bench.held
    dispatch.hold_block(bench.session, False)
    assert bench.session.gesture.closing == () and "segment" in [job.kind for job in bench.held]


@pytest.mark.parametrize(
    ("held", "past", "title"),
    [
        (Prompting("graphcut", ONE, finishing=True), [], "The object is not there yet"),
        (Tracing("scissors", ((1.0, 1.0),), finishing=True), [], "The object is not there yet"),
        (Drawing("polygon", ((1.0, 1.0),)), [Drawing("polygon")], "What you began is not finished"),
        (Editing(BOX, grabbed=True), [], "What you began is not finished"),
    ],
)
def test_nothing_is_taken_in_hand_while_that_would_lose_what_is_there(bench, held, past, title):
    bench.session.take(held)
    bench.session.hand.past[:] = past
    with pytest.raises(AppError) as raised:
        begin(bench.session, Drawing("rectangle"))
    assert raised.value.title == title and bench.session.gesture == held


def test_undo_resumes_without_finishing(bench):
    bench.held = []
    for held in (Prompting("graphcut", ONE, finishing=True), Tracing("scissors", ((9.0, 9.0),), finishing=True)):
        bench.session.take(held)
        dispatch.resume(bench.session)
        assert not bench.session.gesture.finishing


def test_a_click_selects_and_on_what_is_selected_it_edits(bench):
    bench.session.commit("x", PutShape(BOX))
    bench.session.view.cursor = (150, 100)
    dispatch.click(bench.session)
    assert (bench.session.selection.selected, bench.session.gesture) == (1, Idle())
    dispatch.click(bench.session, positive=False)
    assert bench.session.gesture == Idle()
    bench.session.selection.locked = frozenset({1})
    dispatch.click(bench.session)
    assert (bench.session.selection.selected, bench.session.gesture) == (1, Idle())
    bench.session.selection.locked = frozenset()
    dispatch.click(bench.session)
    assert bench.session.gesture == Editing(BOX)
    editing.finish(bench.session, bench.session.gesture)
    bench.session.view.cursor = (10, 10)
    dispatch.click(bench.session)
    assert bench.session.selection.selected is None


def test_what_is_not_seen_is_not_selected(bench):
    bench.session.commit("x", PutShape(BOX))
    assert idle.shape_at(bench.session, (150, 100)) == BOX
    bench.session.view.hide_all = True
    assert idle.shape_at(bench.session, (150, 100)) is None
    bench.session.view.hide_all, bench.session.selection.hidden = False, frozenset({1})
    assert idle.shape_at(bench.session, (150, 100)) is None


def test_cancel_with_nothing_in_hand_lets_go_of_selection_group_and_playing(bench):
    bench.session.selection.selected, bench.session.selection.last_group, bench.session.media.playing = 1, 7, True
    dispatch.cancel(bench.session)
    assert (bench.session.selection.selected, bench.session.selection.last_group, bench.session.media.playing) == (
        None,
        0,
        False,
    )
