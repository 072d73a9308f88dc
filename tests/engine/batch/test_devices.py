"""One folder shared by several devices: the same document as with one, though a process dies on the way."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.batch import auto_run, devices, spread
from engine.batch.auto import annotate
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request
from engine.batch.progress import Step
from engine.tools import registry
from tests.engine.batch.test_ray import ROOT, TOOL, content, pictures


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a detector whose process dies of one picture as long as a file of its folder is there."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "mortal.py").write_text(TOOL)
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(tmp_path / "tools"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(spread, "STRETCH", 8)
    registry.tools.cache_clear()
    yield tmp_path / "tools"
    registry.tools.cache_clear()


def shared(folder: Path, steps: list[Step], stop: threading.Event | None = None, count: int = 1) -> Outcome:
    def heard(_at: int, step: Step) -> None:
        steps.append(step)
        if stop is not None and step.done >= 24:
            stop.set()

    jobs, told = [Job((folder,), Request("mortal"))], list[Outcome]()
    (outcome,) = devices.annotate_all(
        jobs, ["cpu"] * count, heard, lambda _at, done: told.append(done), stop or threading.Event()
    )
    assert told == [outcome] and not [one for one in threading.enumerate() if one.name == "cpu"]
    return outcome


def test_two_devices_and_one_that_dies_make_the_document_of_one(
    tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    one, other = pictures(tmp_path / "one" / "pics"), tmp_path / "other" / "pics"
    shutil.copytree(one, other)
    assert not annotate(Job((one,), Request("mortal")), "cpu", lambda step: None, lambda: False).failure
    (tool / "fatal").touch()
    steps = list[Step]()
    stopped = shared(other, steps, threading.Event())
    assert stopped.stopped and 24 <= stopped.frames < 90
    outcome = shared(other, steps, count=2)
    assert not outcome.failure and outcome.frames == 90 and outcome.fresh == 90 - stopped.frames
    assert not (tool / "fatal").exists(), "a process has died"
    assert content(other) == content(one)


def test_what_kills_every_process_is_given_up_and_what_came_before_stays(
    tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "DEATHS", 2)
    (tool / "mortal.py").write_text(TOOL.replace("fatal.unlink()", "pass"))
    (tool / "fatal").touch()
    folder = pictures(tmp_path / "pics")
    outcome = shared(folder, [])
    assert "2 processes have ended" in outcome.failure and "frames 57 to 64" in outcome.failure
    assert outcome.frames == 56


def test_what_keeps_a_detector_from_being_loaded_is_said(tool: Path, tmp_path: Path) -> None:
    (tool / "mortal.py").write_text(TOOL.replace("    return Mortal()", "    raise ToolError('It is gone', 'get it')"))
    text = (tool / "mortal.py").read_text()
    (tool / "mortal.py").write_text(text.replace("import os\n", "import os\nfrom engine.errors import ToolError\n", 1))
    assert shared(pictures(tmp_path / "pics"), []).failure == "It is gone. get it"
