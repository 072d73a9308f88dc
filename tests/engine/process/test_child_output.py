"""What the engine process prints: kept for its end to be told, and in the log."""

from __future__ import annotations

import logging
import os
import signal
from collections import deque

import pytest

from engine.process.spawn import Child, launch


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
    assert list(kept) == ["a library  [31mwarns"] == [record.message for record in caplog.records]


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
