"""A model of two files in the engine process: it is given the first, and loads anew when the other has changed."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.jobs import Answer, Failed, Step
from engine.process.client import EngineClient
from engine.prompt import Prompt
from engine.tools import registry
from engine.tools.adopting import adopt

TOOL = '''
"""Answers with what its two files say."""
import numpy as np
from engine.specs import InteractorSpec, WeightFile, Weights
from engine.tools.base import Prediction

SPEC = InteractorSpec(id="sum", name="Sum", help="For tests.", weights=(
    Weights("one", files=(WeightFile("one.xml"), WeightFile("one.values"))),))

def load(weights, device):
    return Sum(int(weights.read_text()) + int(weights.with_suffix(".values").read_text()))

class Sum:
    def __init__(self, score):
        self.score = score
    def prepare(self, image):
        return None
    def predict(self, features, prompt, previous=None):
        return Prediction(np.ones((1, 1), bool), score=self.score)
'''


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "sum.py").write_text(TOOL)
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(registry.EXTRA, str(tmp_path / "tools"))
    registry.tools.cache_clear()
    yield
    registry.tools.cache_clear()


def test_a_change_in_the_second_file_counts_from_the_next_request_on(tmp_path: Path) -> None:
    spec = registry.find("sum").SPEC
    client, steps = EngineClient("cpu"), queue.Queue()
    client.start()

    def ask() -> Step:
        picture = ("picture", np.zeros((8, 8, 3), np.uint8))
        client.predict("sum", picture, Prompt().add((1, 1)), weights="one", on_step=steps.put)
        while not isinstance(step := steps.get(timeout=60), Answer | Failed):
            pass
        return step

    def put(first: int, second: int) -> None:
        (tmp_path / "one.xml").write_text(str(first))
        (tmp_path / "one.values").write_text(str(second))
        adopt(spec, tmp_path / "one.xml")

    try:
        put(40, 2)
        assert ask().prediction.score == 42
        values = tmp_path / "weights" / "sets" / "sum" / "one" / "one.values"
        values.write_text("666")
        refused = ask()
        assert isinstance(refused, Failed) and "one.values of one has the wrong checksum" in refused.error.title
        values.unlink()
        refused = ask()
        assert isinstance(refused, Failed) and "one.values is missing" in refused.error.title
        put(40, 3)
        assert ask().prediction.score == 43
    finally:
        client.close()
