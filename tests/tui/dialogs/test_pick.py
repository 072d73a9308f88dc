"""Lists to choose from: labels, interactors, what OpenCV has."""

from __future__ import annotations

import pytest

from engine.gestures import Prompting, Tracing
from tests.tui.in_process import click_on, on_top, settled, text_of, until, write

ESC, DOWN, UP = "\x1b[27u", "\x1b[B", "\x1b[A"


@pytest.mark.parametrize(
    ("keys", "label"),
    [("2", "person"), ("j\r", "person"), ("jjk\r", "person"), (DOWN + DOWN + "\r", "bus"),
     ("\x1b[F" + UP + "\r", "bus"),
     ("\r", "car"), ("9\r", "car"), ("2" + ESC, "person"), ("j" + ESC, "car")],
    ids=ascii,
)  # fmt: skip
async def test_a_label_by_keys(app, keys, label):
    write(app, "s" + keys)
    await settled(app)
    await until(lambda: on_top(app) == "MainScreen")
    assert app.session.label == label


async def test_a_label_by_mouse_and_one_more(app):
    write(app, "s")
    await click_on(app, "2 ■ person", 5)
    await until(lambda: app.session.label == "person" and on_top(app) == "MainScreen")
    write(app, "s")
    await click_on(app, "add a label …")
    await until(lambda: on_top(app) == "Ask")
    write(app, "tram\r")
    await until(lambda: app.session.label == "tram")


async def test_for_a_selected_object_the_choice_is_its_label(app):
    write(app, "\ts3")
    await until(lambda: app.session.document.shapes(0)[0].label == "bus")


async def test_filters_are_turned_on_and_off_and_the_scissors_taken(app):
    write(app, "O")
    await click_on(app, "CLAHE")
    await until(lambda: app.session.media.filter and not app.session.media.loading)
    await settled(app)
    on = app.session.media.filter
    write(app, "O")
    await until(lambda: "(CLAHE)  on" in text_of(app))
    write(app, ESC + "O2")
    await until(lambda: isinstance(app.session.gesture, Tracing))
    assert app.session.media.filter == on


async def test_the_question_mark_tells_more_about_an_interactor_and_enter_takes_it(app):
    write(app, "i")
    await until(lambda: "Needs no weights" in text_of(app))
    assert "Speed here" not in text_of(app)
    write(app, "?")
    await until(lambda: "Speed here: not used yet" in text_of(app))
    write(app, "?")
    await until(lambda: "Speed here" not in text_of(app))
    write(app, "\r")
    await until(lambda: isinstance(app.session.gesture, Prompting) and app.session.gesture.tool == "graphcut")


async def test_one_without_weights_leads_to_the_list_of_models(app):
    write(app, "i")
    await click_on(app, "no weights yet")
    await until(lambda: on_top(app) == "Models")
    write(app, ESC)
    await until(lambda: on_top(app) == "MainScreen")
    assert app.session.gesture.mode == "main"


async def test_an_object_is_refined_with_the_one_that_is_chosen(app):
    write(app, "\tR")
    await until(lambda: "Refine the selected object with" in text_of(app))
    write(app, "\r")
    await until(lambda: isinstance(app.session.gesture, Prompting) and app.session.gesture.replaces == 1)
