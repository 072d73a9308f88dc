"""The first minute: on a copy that goes at the end, from the shell and from the welcome, which leads back again."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import pytest

from engine.errors import MediaError
from engine.keymap import load_keymap, shipped
from tests.terminal.conftest import ROOT, Launch
from tui import tour
from tui.widgets.tour_bar import TEXTS

PROGRAM = ("-m", "tui", "tour")


def digests() -> dict[str, str]:
    files = [path for path in (ROOT / "samples").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


@pytest.mark.parametrize("keymap", shipped())
@pytest.mark.parametrize("name", TEXTS)
def test_every_step_names_keys_that_there_are(keymap, name):
    mode = {"click": "prompt", "keep": "prompt", "corners": "draw"}.get(name, "main")
    assert "{" not in load_keymap(keymap).told(TEXTS[name], mode)


def test_three_steps_on_a_copy_which_goes_at_the_end(launch: Launch, place: Path):
    before = digests()
    app = launch(program=PROGRAM, environment={"TMPDIR": str(place)}).sees("Step 1 of 3").sees("street_1")
    (copy,) = place.glob("*/street")
    assert len([*copy.glob("*.jpg")]) == 6 and not [*copy.glob("*.yaml")]
    app.press("i").sees("Interactors").press("enter").sees("Click on the red car").press("enter").sees(
        "makes it an object"
    )
    app.press("n").sees("Step 2 of 3").press("b").sees("Click one corner").press("u").press("enter")
    app.press(*["right"] * 6, *["down"] * 4, "enter").sees("Step 3 of 3").press("u").gone("car 2")
    app.press("f").sees("street_2").sees("Step 3 of 3").press("ctrl+s").sees("Done").sees("leaves, and this copy goes")
    assert [*copy.glob("*.yaml")]
    assert app.leave() == 0 and [*place.iterdir()] == [] and digests() == before


def test_a_dropped_link_takes_the_copy_away_too(launch: Launch, place: Path):
    app = launch(program=PROGRAM, environment={"TMPDIR": str(place)}).sees("street_1")
    app.pty.process.send_signal(signal.SIGHUP)
    assert app.pty.process.wait(20) == 128 + signal.SIGHUP and [*place.iterdir()] == []


def test_the_welcome_offers_it_and_leads_back(launch: Launch, street: Path, place: Path, tmp_path: Path):
    environment = {"TMPDIR": str(place), "XDG_STATE_HOME": str(tmp_path / "state")}
    app = launch(street, options=("--labels", "own"), environment=environment).sees("Welcome to termwand")
    app.press("t").sees("Step 1 of 3").sees("■ car")
    app.press("ctrl+q").gone("Step 1 of 3").sees("■ own").sees("street_1")
    assert app.leave() == 0 and [*place.iterdir()] == []


def test_a_sample_that_is_not_there_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(tour, "SAMPLE", tmp_path)
    with pytest.raises(MediaError, match="not installed"), tour.sample():
        pass
