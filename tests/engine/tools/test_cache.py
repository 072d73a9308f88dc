"""Tools are loaded once, frames prepared once, and no more frames' features are kept than promised."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.errors import ToolError
from engine.prompt import Prompt
from engine.tools.cache import PICTURES, ModelCache


def test_a_tool_is_loaded_once_even_from_many_threads():
    loaded, found = ModelCache(), []
    threads = [threading.Thread(target=lambda: found.append(loaded.interactor("scissors"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_features_are_kept_for_the_last_frames_only():
    loaded = ModelCache()
    frames = [np.zeros((8, 8, 3), np.uint8) for _ in range(PICTURES + 1)]
    first = [loaded.features("scissors", number, frame) for number, frame in enumerate(frames)]
    assert loaded.features("scissors", PICTURES, frames[-1]) is first[-1]
    assert loaded.features("scissors", 0, frames[0]) is not first[0]


@pytest.mark.parametrize("tool", ["graphcut", "scissors"])
def test_features_are_bounded_in_bytes_though_they_grow_with_every_click(tool, monkeypatch):
    monkeypatch.setattr("engine.tools.loaded.KEPT_BYTES", 24 << 20)
    loaded, frame = ModelCache(), np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
    for number in range(4):
        features = loaded.features(tool, number, frame)
        assert features.nbytes == frame.nbytes
        for step in range(2):
            place = (100.0 + 300 * step, 80.0 + 150 * step)
            if tool == "graphcut":
                loaded.interactor(tool).predict(features, Prompt().add(place))
            else:
                loaded.interactor(tool).trace(features, place, (place[0] + 40, place[1] + 30))
        assert features.nbytes > 3 * frame.nbytes
        assert loaded.features(tool, number, frame) is features
        sizes = [kept.nbytes for kept in loaded._features.values()]
        assert len(sizes) == 1 or sum(sizes) <= 24 << 20


def test_filters_and_unknown_tools():
    assert ModelCache().filter("equalize").apply(np.zeros((4, 4, 3), np.uint8)).shape == (4, 4, 3)
    with pytest.raises(ToolError):
        ModelCache().interactor("nothing of the kind")
