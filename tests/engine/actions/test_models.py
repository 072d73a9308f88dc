"""Choosing which of a model's files is used, while it is in hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.actions import models
from engine.errors import WeightsError
from engine.jobs import Answer
from engine.tools.base import Prediction
from engine.tools.registry import find

SMALL, LARGE = "coco_lvis_h18s_itermask.pth", "coco_lvis_h32_itermask.pth"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (SMALL, LARGE):
        (tmp_path / name).write_text(name)
        weights.adopt(tmp_path / name, find("hrnet").SPEC)


@pytest.fixture
def prompted(bench):
    """Return a bench with HRNet in hand and a point of its prompt answered; what was asked waits in `held`."""
    bench.held = []
    bench.do("tool.interact hrnet")
    bench.at(120, 100).do("point.positive")
    job = bench.held[-1]
    answer = Answer(job.ticket, job.request.prompt, Prediction(np.ones((9, 9), bool)))
    bench.session.jobs.accept(job, answer)
    bench.session.jobs.ended(job)
    return bench


def test_requests_name_the_file(prompted):
    assert {job.request.weights for job in prompted.held} == {SMALL}
    assert prompted.session.hand.variants == {"hrnet": "h18s"}


def test_another_file_is_asked_at_once_about_the_same_prompt_and_sees_nothing_of_the_old_answer(prompted):
    prompt, before = prompted.session.gesture.prompt, len(prompted.held)
    models.use(prompted.session, "hrnet", LARGE)
    gesture, jobs = prompted.session.gesture, prompted.held[before:]
    assert (gesture.prompt, gesture.answer, gesture.answered) == (prompt, None, None)
    assert [job.request.weights for job in jobs] == [LARGE] * 3  # both frames are prepared, and the prompt is asked
    assert jobs[-1].request.prompt == prompt and jobs[-1].request.previous is None
    assert prompted.session.hand.variants == {"hrnet": "h32"}


def test_with_the_grid_over_the_prompt_it_is_the_same(prompted):
    prompted.do("cursor.jump")
    models.use(prompted.session, "hrnet", LARGE)
    assert prompted.session.view.jump is not None and prompted.session.gesture.answer is None
    assert prompted.held[-1].request.weights == LARGE


def test_for_a_model_that_is_not_in_hand_nothing_is_asked(bench):
    bench.held = []
    models.use(bench.session, "hrnet", LARGE)
    assert bench.held == [] and bench.said == [f"HRNet uses {LARGE} from now on"]


def test_a_file_that_is_not_here_changes_nothing(prompted):
    before = len(prompted.held)
    with pytest.raises(WeightsError, match="not here yet"):
        models.use(prompted.session, "hrnet", "coco_lvis_h18_baseline.pth")
    assert len(prompted.held) == before and prompted.session.gesture.answered is not None
