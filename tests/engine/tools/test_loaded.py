"""Tools are loaded once, frames prepared once, and no more frames' features are kept than promised."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.errors import ToolError
from engine.tools.loaded import KEPT_FEATURES, Loaded


def test_a_tool_is_loaded_once_even_from_many_threads():
    loaded, found = Loaded(), []
    threads = [threading.Thread(target=lambda: found.append(loaded.interactor("scissors"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_features_are_kept_for_the_last_frames_only():
    loaded = Loaded()
    frames = [np.zeros((8, 8, 3), np.uint8) for _ in range(KEPT_FEATURES + 1)]
    first = [loaded.features("scissors", number, frame) for number, frame in enumerate(frames)]
    assert loaded.features("scissors", KEPT_FEATURES, frames[-1]) is first[-1]
    assert loaded.features("scissors", 0, frames[0]) is not first[0]


def test_filters_and_unknown_tools():
    assert Loaded().filter("equalize").apply(np.zeros((4, 4, 3), np.uint8)).shape == (4, 4, 3)
    with pytest.raises(ToolError):
        Loaded().interactor("nothing of the kind")
