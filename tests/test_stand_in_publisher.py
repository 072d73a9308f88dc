"""The whole way with a stand-in: written in the published format, adopted, loaded by the engine process, prompted."""

from __future__ import annotations

import importlib.util
import queue
import sys
from pathlib import Path

import cv2
import pytest

from engine.cli.models import main
from engine.jobs import Answer, Failed, Progress, Step
from engine.process.client import EngineClient
from engine.prompt import Prompt

_spec = importlib.util.spec_from_file_location("stand_ins", Path(__file__).parent / "stand_in_publisher.py")
assert _spec and _spec.loader
stand_ins = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = stand_ins
_spec.loader.exec_module(stand_ins)


def test_a_stand_in_is_adopted_and_answers(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    assert main(["add", "hrnet", str(stand_ins.publish("hrnet", tmp_path, shared))]) == 0
    picture = cv2.cvtColor(cv2.imread(str(shared / "parity" / "ritm" / "image_a.png")), cv2.COLOR_BGR2RGB)
    steps: queue.Queue[Step] = queue.Queue()
    client = EngineClient("cpu")
    client.start()
    try:
        height, width = picture.shape[:2]
        prompt = Prompt().add((width / 2, height / 2))
        client.predict("hrnet", ("a", picture), prompt, on_step=steps.put)
        while isinstance(step := steps.get(timeout=120), Progress):
            pass
        assert isinstance(step, Answer), step.error if isinstance(step, Failed) else step
        assert step.prompt == prompt
        rows, columns = step.prediction.mask.shape
        x, y = step.prediction.origin
        assert x + columns <= width and y + rows <= height
    finally:
        client.close()


def test_a_model_without_weights_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    steps: queue.Queue[Step] = queue.Queue()
    client = EngineClient("cpu")
    client.start()
    try:
        client.predict("sam", ("a", np.zeros((9, 9, 3), np.uint8)), Prompt().add((1, 1)), on_step=steps.put)
        while isinstance(step := steps.get(timeout=120), Progress):
            pass
        assert isinstance(step, Failed) and "termwand models get sam" in step.error.detail
    finally:
        client.close()
