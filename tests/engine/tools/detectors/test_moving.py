"""What moves is found without a network, on a real clip whose camera stands still."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from engine.runs.detect import detect
from engine.tools import registry
from engine.tools.detecting.boxes import overlaps

CLIP = "otb_Crossing"


@pytest.fixture(scope="module")
def frames(shared):
    files = sorted((shared / "data" / "tracks" / CLIP / "frames").glob("*.jpg"))
    return [cv2.imread(str(file))[..., ::-1].copy() for file in files]


@pytest.fixture(scope="module")
def moving():
    return registry.find("moving").load(None, "cpu")


def test_who_walks_out_of_the_shade_is_found_on_most_frames(shared, frames, moving):
    rows = csv.DictReader((shared / "data" / "tracks" / CLIP / "gt.csv").read_text().splitlines())
    truth = {int(row["frame"]): [float(row[side]) for side in "xywh"] for row in rows}
    seen = 0
    for found in detect(moving, frames.__getitem__, range(80, 120), 0.3):
        x, y, width, height = truth[found.frame]
        box = np.array([[x, y, x + width, y + height]])
        boxes = np.array([one.box for one in found.detections]).reshape(-1, 4)
        seen += overlaps(box, boxes, of_smaller=True).max(initial=0) > 0.8
        for one in found.detections:
            x1, y1, x2, y2 = map(int, one.box)
            assert one.mask.origin == (x1, y1) and one.mask.mask.shape == (y2 - y1, x2 - x1) and one.mask.mask.any()
    assert seen >= 30


def test_a_later_start_learns_from_the_frames_before(frames, moving):
    whole = {found.frame: found.detections for found in detect(moving, frames.__getitem__, range(50, 61), 0.3)}
    (alone,) = detect(moving, frames.__getitem__, [60], 0.3)
    assert alone.detections
    boxes = np.array([one.box for one in whole[60]])
    best = overlaps(np.array([alone.detections[0].box]), boxes, of_smaller=True)
    assert best.max() > 0.8


def test_nothing_is_known_on_the_first_frames(frames, moving):
    assert all(not found.detections for found in detect(moving, frames.__getitem__, range(8), 0.0))
