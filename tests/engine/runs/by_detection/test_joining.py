"""Tracking by detection: the ids and beliefs of roboflow's trackers, and what real time, gaps and guesses do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.runs.by_detection import METHODS, Joiner, Method, Nominal, joiner
from engine.runs.by_detection.base import boxes_of
from engine.runs.by_detection.bytetrack import ByteTrack
from engine.runs.by_detection.ocsort import OcSort

GOLDEN = json.loads((Path(__file__).parents[3] / "golden" / "by_detection" / "trackers.json").read_text())
CASES = {case["name"]: case for case in GOLDEN["cases"]}


def made(method: Method, case: Any) -> Joiner:
    if method == "bytetrack":
        return ByteTrack(case["high"], case["rate"], begins=case["begins"])
    return OcSort(case["high"], case["rate"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", list(CASES))
def test_ids_and_boxes_are_those_of_trackers(name: str, method: Method) -> None:
    case, theirs = CASES[name], CASES[name]["methods"][method]
    ours, proved = made(method, case), set[int]()
    for at, (boxes, scores) in enumerate(case["frames"]):
        time = None if case["times"] is None else case["times"][at]
        found = ours.join(np.reshape(boxes, (-1, 4)).astype(float), np.array(scores, float), time)
        assert [one.id for one in found] == theirs["ids"][at], f"frame {at}"
        proved |= {one.id for one in found} - {-1}
        if str(at) in theirs["states"]:
            assert np.allclose(boxes_of(ours.followed), np.reshape(theirs["states"][str(at)], (-1, 4)), atol=2e-3)
    assert len(proved) > 1, "the fixture has several objects"


def join(one: Joiner, *boxes: tuple[float, ...], score: float = 0.9, time: float | None = None) -> list[int | None]:
    """Return the serial numbers of the objects that boxes on the next frame are."""
    given = one.join(np.array(boxes, float).reshape(-1, 4), np.full(len(boxes), score), time)
    return [None if found.whose is None else found.whose.serial for found in given]


def box(x: float, y: float = 50.0, size: float = 40.0) -> tuple[float, ...]:
    return x, y, x + size, y + size


@pytest.mark.parametrize("method", METHODS)
def test_an_object_is_found_again_within_patience_in_seconds_whatever_the_frames(method: Method) -> None:
    for pause, again in ((0.9, True), (1.2, False)):
        ours = joiner(method, 0.5, Nominal(10.0, 1.0))
        assert [join(ours, box(10), time=at / 10) for at in range(5)] == [[0]] * 5
        assert join(ours, time=0.5) == []
        assert (join(ours, box(12), time=0.4 + pause) == [0]) is again


@pytest.mark.parametrize("method", METHODS)
def test_a_gap_in_time_is_a_longer_way(method: Method) -> None:
    ours = joiner(method, 0.5, Nominal(10.0))
    for at in range(8):
        assert join(ours, box(10.0 + 8 * at), time=at / 10) == [0]
    # 0.75 s later on the same way it is 60 pixels further, where nothing of the last box is, nor of the next one
    assert join(ours, box(10.0 + 8 * 7 + 60), time=1.45) == [0]
    standing = joiner(method, 0.5, Nominal(10.0))
    for at in range(8):
        join(standing, box(10.0 + 8 * at))
    assert join(standing, box(10.0 + 8 * 7 + 60)) != [0], "the same without times is one step, and too far"


def test_a_low_score_keeps_an_object_alive_in_bytetrack_but_begins_none() -> None:
    ours = joiner("bytetrack", 0.5)
    assert join(ours, box(10), score=0.2) == [None]
    assert join(ours, box(10)) == join(ours, box(10)) == [0]
    assert join(ours, box(11), score=0.2) == [0]
    assert join(joiner("ocsort", 0.5), box(10), score=0.2) == [None]


@pytest.mark.parametrize("method", METHODS)
def test_two_that_cross_keep_who_they_are(method: Method) -> None:
    ours = joiner(method, 0.5)
    for at in range(30):
        left, right = box(10 + 6 * at, 50), box(190 - 6 * at, 62)
        both = join(ours, left, right)
        assert both == [0, 1]


def test_two_frames_of_one_time_are_no_step() -> None:
    ours = joiner("ocsort", 0.5, Nominal(10.0))
    for time in (0.0, 0.1, 0.1, 0.05):
        assert join(ours, box(10), time=time) == [0]
