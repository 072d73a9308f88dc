"""Overlaps of turned boxes, and what decoders do with what no network should give."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.tools.detecting.decoding import detr, turned, yolo, yolox

LONG = np.array([40.0, 48, 80, 52])
"""A box of 40 x 4."""


def moved(along: float, across: float, angle: float) -> float:
    """Return the overlap of a box turned by degrees with one that was moved in its own directions."""
    rad = math.radians(angle)
    x, y = along * math.cos(rad) - across * math.sin(rad), along * math.sin(rad) + across * math.cos(rad)
    return float(turned.overlaps(LONG, rad, (LONG + np.array([x, y, x, y]))[None], np.array([rad]))[0])


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
def test_turned_boxes_overlap_by_how_they_lie_to_each_other(angle):
    assert moved(0, 0, angle) == pytest.approx(1, abs=1e-2)
    assert moved(4, 0, angle) > 0.8 > 0.4 > moved(0, 4, angle)
    assert moved(8, 1, angle) == pytest.approx(moved(8, 1, 0), abs=1e-4)
    assert moved(500, 0, angle) < 1e-3


def test_nothing_comes_of_nothing():
    assert len(yolo.anchored(np.zeros((7, 100), np.float32), 3, 0.1).boxes) == 0
    assert len(yolo.with_objectness(np.zeros((100, 8), np.float32), 0.1).boxes) == 0
    assert len(yolo.ended(np.zeros((300, 6), np.float32), 0.0).boxes) == 0
    assert len(yolo.by_picture(np.zeros((0, 7), np.float32), 0.1).boxes) == 0
    assert len(yolox.decoded(np.zeros((84, 85), np.float32), (64, 64), 0.1, inside=False).apart(0.5).boxes) == 0
    assert len(detr.queries(np.zeros((5, 4)), np.full((5, 91), -1e4), (64, 64), 0.1).boxes) == 0


def test_the_best_300_of_queries_and_classes_count():
    logits = np.full((200, 3), 3.0)
    logits[7] = (5, 4, 6)
    rows = detr.queries(np.full((200, 4), 0.5), logits, (64, 64), 0.5)
    assert len(rows.boxes) == 300
    assert rows.classes[:3].tolist() == [2, 0, 1] and rows.more[:3, 0].tolist() == [7, 7, 7]
