"""What the engine process prints: kept for its end to be told, and in the log."""

from __future__ import annotations

import logging
import os
from collections import deque

import pytest

from engine.process.spawn import Child


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
