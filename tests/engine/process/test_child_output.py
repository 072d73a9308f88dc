"""What the engine process prints: kept for its end to be told, and in the log."""

from __future__ import annotations

import logging
import os
import queue
import signal
from collections import deque
from pathlib import Path

import numpy as np
import pytest

from engine.discover import VARIABLES
from engine.jobs import Answer, Failed, Step
from engine.process.client import EngineClient
from engine.process.spawn import Child, launch
from engine.prompt import Prompt


def test_lines_go_to_the_log_without_control_characters(caplog: pytest.LogCaptureFixture) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    child = Child(process=None, link=None, output=reading)  # type: ignore[arg-type]
    kept: deque[str] = deque(maxlen=10)
    with caplog.at_level(logging.INFO, "termwand.engine"):
        os.write(writing, b"a library \x1b[31mwarns\nand is cut")
        child.read_output(kept)
    os.close(writing)
    os.close(reading)
    assert list(kept) == ["a library ␛[31mwarns"] == [record.message for record in caplog.records]


def test_a_crash_in_c_leaves_its_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    child = launch("cpu", {})
    while not child.inbox.receive(child.link):  # it says that it is ready
        pass
    kept: deque[str] = deque(maxlen=200)
    with caplog.at_level(logging.INFO, "termwand.engine"):
        os.kill(child.process.pid, signal.SIGSEGV)
        child.process.wait()
        how = child.end(kept)
    assert "Fatal Python error: Segmentation fault" in kept and any("server.py" in line for line in kept)
    assert "SIGSEGV" in how and f"the engine process has ended: {how}" in caplog.messages


TALKER = """
import logging
import warnings
import numpy as np
from engine.specs import InteractorSpec
from engine.tools.base import Prediction
SPEC = InteractorSpec(id="talker", name="Talker", help="h")
def load(weights, device):
    logging.getLogger("termwand.talker").info("loaded")
    warnings.warn("old weights")
    return Talker()
class Talker:
    def prepare(self, image):
        return None
    def predict(self, features, prompt, previous=None):
        return Prediction(np.zeros((2, 2), bool))
"""


def test_what_is_logged_in_the_engine_process_is_in_the_log(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "talker.py").write_text(TALKER)
    monkeypatch.setenv(VARIABLES["tool"], str(tmp_path))
    steps: queue.Queue[Step] = queue.Queue()
    client = EngineClient("cpu")
    with caplog.at_level(logging.INFO, "termwand.engine"):
        client.start()
        picture = ("black", np.zeros((8, 8, 3), np.uint8))
        client.predict("talker", picture, Prompt().add((1.0, 1.0)), on_step=steps.put)
        while not isinstance(step := steps.get(timeout=60), Answer | Failed):
            pass
        client.close()
    assert isinstance(step, Answer)
    assert "INFO termwand.talker: loaded" in caplog.messages
    assert any("WARNING py.warnings" in text and "old weights" in text for text in caplog.messages)
