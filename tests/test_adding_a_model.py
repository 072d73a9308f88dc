"""Follows docs/adding-a-model.md to the letter: its file, its checkpoint, its commands; then prompts the model."""

from __future__ import annotations

import queue
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.cli.models import main
from engine.jobs import Answer, Failed, Progress, Step
from engine.process.client import EngineClient
from engine.prompt import Prompt
from engine.runs.detect import detect
from engine.tools import registry
from engine.tools.cache import DETECTORS, ModelCache

PAGE = Path(__file__).parents[1] / "docs" / "adding-a-model.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Do what the page says up to and with its commands."""
    tool, checkpoint = blocks("python")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "lookalike.py").write_text(tool, encoding="utf-8")
    monkeypatch.setenv(registry.EXTRA, str(tools))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.chdir(tmp_path)
    registry.tools.cache_clear()
    subprocess.run([sys.executable, "-c", checkpoint], check=True, cwd=tmp_path)
    for command in blocks("bash")[1].splitlines():
        words = shlex.split(command)
        assert words[:2] == ["termwand", "models"]
        assert main(words[2:]) == 0
    yield tmp_path
    registry.tools.cache_clear()


def test_the_page_works(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert registry.interactors()["lookalike"].name == "Lookalike"
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:] = (20, 90, 20)
    picture[10:30, 15:45] = (220, 40, 30)
    steps: queue.Queue[Step] = queue.Queue()
    client = EngineClient("cpu")
    client.start()
    try:
        prompt = Prompt().add((30.5, 20.5)).add((3.5, 3.5), positive=False)
        client.predict("lookalike", ("red square", picture), prompt, on_step=steps.put)
        while isinstance(step := steps.get(timeout=60), Progress):
            pass
    finally:
        client.close()
    assert isinstance(step, Answer), step.error if isinstance(step, Failed) else step
    wanted = np.zeros((40, 60), bool)
    wanted[10:30, 15:45] = True
    assert np.array_equal(step.prediction.mask, wanted)


def test_a_file_of_another_kind_is_refused(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    torch.save({"mix.weight": torch.zeros(8, 4)}, followed / "other.pth")
    assert main(["add", "lookalike", str(followed / "other.pth")]) == 1
    assert "unknown kind" in capsys.readouterr().err


def test_the_detector_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spots.py").write_text(blocks("py")[0], encoding="utf-8")
    monkeypatch.setenv(registry.EXTRA, str(tmp_path))
    registry.tools.cache_clear()
    try:
        with ModelCache("cpu").using("spots", kinds=DETECTORS) as spots:
            picture = np.zeros((40, 60, 3), np.uint8)
            picture[5:15, 20:40] = 230
            picture[30:35, 2:6] = 140
            found = list(detect(spots, lambda frame: picture, [0, 1], 0.5))
    finally:
        registry.tools.cache_clear()
    assert [each.frame for each in found] == [0, 1]
    assert [(one.label, one.box) for one in found[1].detections] == [
        ("spot", (20, 5, 40, 15)),
        ("spot", (2, 30, 6, 35)),
    ]


def test_listing_it_imports_nothing_heavy(followed: Path) -> None:
    code = "import sys; from engine.tools.registry import tools; tools(); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PAGE.parents[1])
    assert told.stdout.strip() == "False"
