"""Decisions, each answer with a key and a button: a file that another program has changed, an end without saving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Static

from engine.jobs import Job
from engine.media.reference import Reference
from engine.process.steps import Overdue
from engine.prompt import Prompt
from engine.requests import Detect, Follow, Predict, Prepare
from tests.tui.conftest import YAML
from tests.tui.in_process import click_on, handled, on_top, settled, text_of, until, write
from tui.screens.confirm import Confirm

ESC, SAVE, QUIT = "\x1b[27u", "\x13", "\x11"
THEIRS = "# written by another program\n"


@pytest.fixture
async def changed(app, scene: Path):
    """Return the app after an edit, while another program has written its file."""
    write(app, "\tq")
    await until(lambda: app.session.document.shapes(0)[0].occluded)
    file = scene / YAML
    file.write_text(THEIRS + file.read_text())
    return app


def theirs(scene: Path) -> bool:
    return (scene / YAML).read_text().startswith(THEIRS)


@pytest.mark.parametrize(
    ("answer", "is_theirs"), [("o", False), ("k", True), (ESC, True), ("Overwrite", False), ("Keep it", True)]
)
async def test_a_file_that_another_program_has_changed(changed, scene, answer, is_theirs):
    write(changed, SAVE)
    await until(lambda: isinstance(changed.screen, Confirm))
    changed.screen.hear()
    await (click_on(changed, answer) if len(answer) > 6 else _typed(changed, answer))
    await until(lambda: on_top(changed) == "MainScreen")
    await settled(changed)
    assert theirs(scene) == is_theirs
    assert (changed.session.saved_revision == changed.session.revision) != is_theirs


async def _typed(app, keys: str) -> None:
    write(app, keys)


@pytest.mark.parametrize(("answer", "ends", "is_theirs"), [("q", True, True), ("o", True, False), ("s", False, True)])
async def test_an_end_where_the_file_cannot_be_saved(changed, scene, answer, ends, is_theirs):
    write(changed, QUIT)
    await until(lambda: isinstance(changed.screen, Confirm))
    write(changed, answer)
    if ends:
        await until(lambda: not changed.is_running)
    else:
        await until(lambda: on_top(changed) == "MainScreen")
        write(changed, "f")
        await until(lambda: changed.session.frame == 1)
    assert theirs(scene) == is_theirs


async def test_a_button_by_tab_and_enter(changed, scene):
    write(changed, SAVE)
    await until(lambda: isinstance(changed.screen, Confirm))
    changed.screen.hear()
    write(changed, "\t\r")  # the first has the focus
    await until(lambda: on_top(changed) == "MainScreen")
    assert theirs(scene)


MEDIA, STILL = Reference(("/clip.mp4",), 9, ""), (1, np.zeros((4, 4, 3), np.uint8))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Predict("t", *STILL, Prompt()), "Your prompt is kept either way. If it is stopped, N or another point"),
        (Prepare("t", *STILL), "the next prompt starts it again"),
        (Follow("t", MEDIA, [0, 1], {}), "found so far stays; a gap that it was to fill stays as it is. If"),
        (Detect("t", MEDIA, [0, 1], 0.5), "What it has found so far stays. If it is stopped, all other runs stop too."),
    ],
    ids=["prompt", "ahead", "follow", "detect"],
)  # fmt: skip
async def test_what_becomes_of_the_request_of_a_silent_model_is_said(app, request_, said):
    job = Job(99, "silent", lambda: iter(()), request_)
    app.life._deliver(app, job, Overdue(99, 60.0))
    await until(lambda: isinstance(app.screen, Confirm) and app.screen.query(".text"))
    text = app.screen.query_one(".text", Static)
    assert said in str(text.render())
    app.screen.dismiss("w")
    await until(lambda: on_top(app) == "MainScreen")


async def test_what_is_being_typed_when_it_comes_is_no_answer(changed, scene):
    write(changed, SAVE + "ok\r")
    await until(lambda: isinstance(changed.screen, Confirm))
    write(changed, f"o{ESC}")
    await handled(changed)
    assert on_top(changed) == "Confirm" and theirs(scene) and "…  Overwrite" in text_of(changed)
    await until(lambda: "O  Overwrite" in text_of(changed))  # it takes keys by itself after a while
    write(changed, "k")
    await until(lambda: on_top(changed) == "MainScreen")
    assert theirs(scene)
