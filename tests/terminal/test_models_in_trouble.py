"""A model that hangs, has no memory or takes the engine process along, on the screen: told, prompt kept, next click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.ai_hands import Tool, engine_of
from tests.terminal.conftest import Launch

TOOLS = Path(__file__).parent / "extra_tools"
Mood = Callable[[str], None]


@pytest.fixture
def mood(tmp_path: Path) -> Mood:
    """Return a function that says what the model does from now on."""

    def be(text: str) -> None:
        (tmp_path / "new mood").write_text(text)
        (tmp_path / "new mood").replace(tmp_path / "mood")

    be("")
    return be


@pytest.fixture
def tool(launch: Launch, street: Path, tmp_path: Path, mood: Mood) -> Tool:
    """Return a model in hand that may be silent for two seconds."""
    settings = tmp_path / ".config" / "termwand" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("patience: 2.0\n")
    environment = {"TERMWAND_EXTRA_TOOLS": str(TOOLS), "TERMWAND_MOOD": str(tmp_path / "mood")}
    app = launch(street, options=("--labels", "car"), environment=environment).sees("1/6")
    tool = Tool(app, "Moody").take().rests("0+ 0-")
    app.press("wkr", "enter")
    return tool.answered("1+ 0-")  # it is loaded


@pytest.mark.parametrize(
    ("what", "told"),
    [("memory", "Not enough memory for moody"), ("die", "The engine process stopped. it was killed, perhaps")],
)
def test_no_memory_is_told_and_the_next_click_works(tool: Tool, mood: Mood, what: str, told: str) -> None:
    mood(what)
    tool.app.press("wdf", "space", "x").sees(told)
    tool.rests("1+ 1-")
    mood("")
    tool.app.press("wdk", "space", "x")
    tool.answered("1+ 2-").app.press("n")
    tool.objects(1)


def test_a_hung_model_is_waited_for_as_long_as_the_annotator_likes(tool: Tool, mood: Mood) -> None:
    engine = engine_of(tool.app)
    mood("hang")
    tool.app.press("wdf", "space", "x").sees("The model has said nothing").sees("W  Wait")
    tool.app.press("w").gone("The model has said nothing").sees("The model has said nothing")  # and again
    mood("")  # it answers, and there is nothing left to ask
    tool.app.gone("The model has said nothing")
    tool.answered("1+ 1-")
    assert engine_of(tool.app) == engine


@pytest.mark.parametrize("then", ["nothing", "click", "esc"])
def test_a_hung_model_is_stopped_and_the_next_click_works(tool: Tool, mood: Mood, then: str) -> None:
    engine = engine_of(tool.app)
    mood("hang")
    tool.app.press("wdf", "space", "x")
    tool.waits("1+ 1-")
    if then == "esc":  # the request is forgotten, the model still hangs: what comes next is held up by it
        tool.app.press("esc")
        tool.rests("1+ 1-")
    if then != "nothing":
        tool.app.press("wdk", "space", "x")
    points = "1+ 1-" if then == "nothing" else "1+ 2-"
    tool.waits(points).app.sees("The model has said nothing").sees("S  Stop it")
    tool.app.press("s").gone("The model has said nothing")
    tool.rests(points)
    mood("")
    tool.app.press("n")
    tool.objects(1)
    assert engine_of(tool.app) != engine


def test_a_hung_model_that_nobody_answers_for_is_stopped(tool: Tool, mood: Mood) -> None:
    mood("hang")
    tool.app.press("wdf", "space", "x").sees("The model has said nothing").sees("moody did not answer")
    tool.app.gone("The model has said nothing")
    tool.rests("1+ 1-")
