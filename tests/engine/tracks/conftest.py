"""Clips of the shared data as the tests of motion and thinning need them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

Clip = tuple[Callable[[int], np.ndarray], np.ndarray]
"""Frame number -> RGB picture; true boxes x1, y1, x2, y2 by frame."""


@pytest.fixture
def clip(shared: Path) -> Callable[[str], Clip]:
    """Return a function that opens a clip by name."""

    def opened(name: str) -> Clip:
        folder = shared / "data" / "tracks" / name
        with (folder / "gt.csv").open() as file:
            rows = [[float(row[key]) for key in "xywh"] for row in csv.DictReader(file)]
        boxes = np.array(rows)
        boxes[:, 2:] += boxes[:, :2]

        def pixels(frame: int) -> np.ndarray:
            return cv2.cvtColor(cv2.imread(str(folder / "frames" / f"{frame:04d}.jpg")), cv2.COLOR_BGR2RGB)

        return pixels, boxes

    return opened
