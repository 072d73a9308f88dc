"""Interactors: what a prompt is told, which answers count, what is kept of an object that is drawn anew."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from engine.document import Label, Shape
from engine.edits import PutLabels, PutShape
from engine.errors import AppError
from engine.gestures import Drawing, Idle, Prompting, prompting
from engine.gestures.interactors import spec_of
from engine.gestures.making import put_shapes
from engine.jobs import Answer
from engine.prompt import Click, Prompt
from engine.tools.base import Prediction

ONE = Prompt().add((120.0, 100.0))
TWO = ONE.add((130.0, 100.0))
MASK = Prediction(np.ones((20, 20), bool), (110, 90))
OTHER = Prediction(np.ones((5, 5), bool), (0, 0))


@pytest.mark.parametrize(
    ("held", "past", "future", "unfinished"),
    [
        (Prompting("graphcut"), True, True, False),
        (Prompting("graphcut", ONE), True, False, True),
        (Prompting("graphcut", ONE), False, False, False),  # as it was reopened: nothing was done to it
        (Prompting("graphcut", ONE), False, True, False),
        (Prompting("graphcut", ONE, replaces=3), False, True, True),
        (Prompting("graphcut", ONE, replaces=3), False, False, False),
        (Prompting("graphcut", corner=(1.0, 1.0), boxing=True), True, False, True),
    ],
)
def test_what_would_be_missed(held, past, future, unfinished):
    assert held.is_unfinished(past, future) is unfinished


@pytest.mark.parametrize(("choice", "shown"), [(0, MASK), (1, OTHER), (2, MASK)])
def test_the_answer_that_is_shown_is_the_chosen_one_of_several(choice, shown):
    answer = replace(MASK, alternatives=(OTHER, MASK))
    found = Prompting("sam", ONE, answer=answer, choice=choice).chosen
    assert found is (answer if choice == 0 else shown)


def test_points_go_one_by_one_also_those_that_it_was_reopened_with():
    held = Prompting("graphcut", TWO)
    assert held.one_less() == Prompting("graphcut", ONE)
    assert held.one_less().one_less() == Prompting("graphcut")
    assert Prompting("graphcut").one_less() is None


def test_another_frame_takes_the_prompt_and_leaves_the_tool():
    assert Prompting("graphcut", ONE, answer=MASK, replaces=3).carried() == Prompting("graphcut")
    assert Drawing("polygon", ((1.0, 1.0),)).carried() == Idle()


def test_an_answer_to_an_older_prompt_is_shown_as_such_and_the_newest_is_asked_for(bench):
    bench.held = []
    bench.session.take(Prompting("graphcut", TWO))
    prompting.receive(bench.session, Answer(1, ONE, MASK, 0.1))
    held = bench.session.gesture
    assert (held.prompt, held.answered, held.answer) == (TWO, ONE, MASK)
    assert [job.kind for job in bench.held] == ["interact"]


def test_an_answer_to_an_older_prompt_finishes_nothing(bench):
    bench.held = []
    bench.session.take(Prompting("graphcut", TWO, finishing=True))
    prompting.receive(bench.session, Answer(1, ONE, MASK, 0.1))
    assert not bench.session.shapes and bench.session.gesture.finishing
    prompting.receive(bench.session, Answer(2, TWO, MASK, 0.1))
    assert len(bench.session.shapes) == 1 and bench.session.gesture == Idle()


def test_an_answer_that_finds_another_thing_in_hand_is_dropped(bench):
    for held in (Idle(), Drawing("polygon", ((1.0, 1.0),))):
        bench.session.take(held)
        prompting.receive(bench.session, Answer(1, ONE, MASK, 0.1))
        assert bench.session.gesture == held and not bench.session.hand.speeds


def test_an_empty_answer_makes_nothing_and_the_prompt_stays(bench):
    empty = Prediction(np.zeros((4, 4), bool), (0, 0))
    bench.session.take(Prompting("graphcut", ONE, answered=ONE, answer=empty, finishing=True))
    prompting.finish(bench.session, bench.session.gesture)
    assert bench.said == ["The answer is empty: nothing to save"]
    assert not bench.session.shapes and bench.session.gesture.prompt == ONE and not bench.session.gesture.finishing


def test_a_failure_keeps_the_prompt_and_does_not_finish_later(bench):
    bench.session.take(Prompting("graphcut", ONE, finishing=True))
    prompting.failed(bench.session, AppError("It failed", "so it did"))
    assert bench.session.gesture == Prompting("graphcut", ONE) and bench.said == ["It failed. so it did"]


@pytest.mark.parametrize(
    ("held", "far", "drags"),
    [
        (Prompting("graphcut", boxing=True, corner=(1.0, 1.0)), True, True),
        (Prompting("graphcut", boxing=True, corner=(1.0, 1.0)), False, False),
        (Prompting("graphcut", boxing=True), True, False),
        (Prompting("graphcut", ONE), True, False),
    ],
)
def test_letting_go_of_the_button_sets_a_boxs_second_corner(bench, held, far, drags):
    assert prompting.drags(bench.session, held, far) is drags


@pytest.mark.parametrize(
    ("corner", "made"), [((10.9, 40.0), False), ((40.0, 10.9), False), ((11.0, 40.0), True), ((40.0, 11.0), True)]
)
def test_a_box_is_as_wide_and_high_as_a_pixel_at_least(bench, corner, made):
    held = Prompting("graphcut", boxing=True, corner=(10.0, 10.0))
    bench.session.take(held)
    prompting.click(bench.session, held, corner, True)
    assert (bench.session.gesture.prompt.box is not None) is made and bench.session.gesture.boxing is not made


def test_what_a_tool_does_not_take_is_said(bench):
    held = Prompting("dextr", ONE)
    bench.session.take(held)
    prompting.click(bench.session, held, (10.0, 10.0), False)
    assert bench.said == [f"{spec_of('dextr').name} takes no points outside the object"]
    assert bench.session.gesture == held


def test_a_redrawn_object_keeps_what_was_said_of_it(bench):
    said = {"label": "person", "attributes": {"age": 3}, "z": 2, "occluded": True, "group": 9}
    old = msgspec.structs.replace(Shape(4, 0, "car", "rectangle", ((1.0, 1.0), (9.0, 9.0))), **said)
    bench.session.commit("x", PutLabels((*bench.session.document.labels, Label("dog"))), PutShape(old))
    new = Shape(0, 0, "car", "polygon", ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)), source="semi-auto", model="graphcut")
    put_shapes(bench.session, [new, new], 4)
    first, second = bench.session.shapes
    assert (first.id, second.id) == (4, 11) and bench.session.selection.selected == 4
    for made in (first, second):
        assert {name: getattr(made, name) for name in said} == said
        assert (made.points, made.source, made.model) == (new.points, "semi-auto", "graphcut")


@pytest.mark.parametrize(
    ("point", "positive", "clicks"),
    [
        ((50.126, 60.124), True, (*ONE.clicks, Click((50.13, 60.12)))),
        ((50.126, 60.124), False, (*ONE.clicks, Click((50.13, 60.12), False))),
        ((121.0, 100.0), True, ()),  # on the point that is there: it goes
        ((121.0, 100.0), False, ()),
    ],
)
def test_a_click_adds_a_point_or_takes_one_away_and_finishing_waits_no_longer(bench, point, positive, clicks):
    bench.held = []
    held = Prompting("graphcut", ONE, finishing=True)
    bench.session.take(held)
    bench.session.view.cursor = point
    prompting.click(bench.session, held, point, positive)
    assert bench.session.gesture.prompt.clicks == clicks
    assert not bench.session.gesture.finishing and bench.session.hand.past == [held]


@pytest.mark.parametrize(("most", "clicks"), [(0, 2), (1, 1), (2, 2)])
def test_a_tool_takes_as_many_points_as_it_says(bench, monkeypatch, most, clicks):
    bench.held = []
    spec = replace(spec_of("graphcut"), max_points=most)
    monkeypatch.setattr(prompting, "spec_of", lambda tool: spec)
    bench.session.take(Prompting("graphcut", ONE))
    bench.session.view.cursor = (10.0, 10.0)
    prompting.click(bench.session, bench.session.gesture, (10.0, 10.0), True)
    assert len(bench.session.gesture.prompt.clicks) == clicks
    assert bench.said == [f"{spec.name} takes 1 points: {{tool.finish}} finishes"] * (clicks == 1)


@pytest.mark.parametrize(
    ("back_to", "asked"),
    [(Prompting("graphcut", ONE, answered=ONE, answer=MASK), False), (Prompting("graphcut", ONE), True)],
)
def test_going_back_to_a_prompt_that_is_answered_gives_up_what_is_asked(bench, back_to, asked):
    bench.held = []
    prompting.request(bench.session, Prompting("graphcut", TWO))
    bench.session.take(back_to)
    bench.session.hand.block_on = True
    prompting.resume(bench.session, back_to)
    assert ("interact" in bench.session.jobs.running) is asked and len(bench.held) == 1
