"""What is prepared before it is needed, and what is let go of."""

from __future__ import annotations

import numpy as np
import pytest

from engine.gestures import Prompting
from engine.gestures.preparing import AHEAD, prepare
from engine.requests import Prepare
from tests.engine.actions.conftest import Bench


@pytest.mark.parametrize("frame", [0, 1])
def test_a_light_tool_in_hand_lets_go_of_what_a_model_prepares(bench: Bench, frame: int) -> None:
    session, stopped = bench.session, list[str]()
    bench.do(f"frames.step {frame}")
    bench.held = []
    session.jobs.connect(bench.run, stopped.append)
    for kind in AHEAD:
        session.jobs.start(kind, request=Prepare("sam", "key", np.zeros((4, 4, 3), np.uint8)))
    session.gesture = Prompting("graphcut")
    prepare(session)
    assert list(session.jobs.running) == [AHEAD[frame]] and stopped == [AHEAD[1 - frame]]
    assert [(job.kind, job.request) for job in bench.held[2:]] == [(AHEAD[frame], None)]
