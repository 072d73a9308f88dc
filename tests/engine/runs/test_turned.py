"""Turned objects: what checks them sees the upright box round them, and what is said of them keeps their turn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.geometry import box_iou
from engine.runs.fill import fill
from engine.runs.follow import follow
from engine.runs.upright import found_at, upright
from engine.tools import registry
from engine.tools.base import Target


def pole(count: int):
    """Return frames of a pole, 24 by 120 pixels, that goes right before a scene that goes left, and its boxes."""
    random = np.random.default_rng(3)
    scene = cv2.GaussianBlur(random.integers(0, 255, (240, 320 + 4 * count, 3), np.uint8), (9, 9), 0)
    thing = cv2.GaussianBlur(random.integers(60, 255, (120, 24, 3), np.uint8), (5, 5), 0)
    scene, thing = (cv2.normalize(one, None, 0, 255, cv2.NORM_MINMAX) for one in (scene, thing))
    images, boxes = [], []
    for i in range(count):
        image, x = scene[:, 4 * i : 4 * i + 320].copy(), 60 + 2 * i
        image[60:180, x : x + 24] = thing
        images.append(image)
        boxes.append((float(x), 60.0, float(x + 24), 180.0))
    return images, boxes


def lying(box) -> Target:
    """Return an upright box as one that lies and is turned by 90 degrees."""
    x, y, across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]
    return Target((x - down / 2, y - across / 2, x + down / 2, y + across / 2), 90.0)


def test_a_turned_pole_is_kept_on_every_frame():
    images, boxes = pole(40)
    tracker = registry.find("csrt").load(None, "cpu")
    steps = list(follow(tracker, images.__getitem__, range(40), {1: lying(boxes[0])}))
    right = [box_iou(upright(step.targets[1]), boxes[step.frame]) > 0.5 for step in steps if 1 in step.targets]
    assert len(right) == 39 and all(right) and not any(step.lost for step in steps)
    assert {step.targets[1].rotation for step in steps} == {90.0}


def test_what_is_found_again_is_turned_as_it_was_and_grown_as_a_whole():
    target = lying((10.0, 20.0, 34.0, 140.0))
    found = found_at(target, (100.0, 0.0, 148.0, 240.0))
    assert found.rotation == 90.0 and upright(found) == pytest.approx((100, 0, 148, 240))
    assert found_at(Target((0, 0, 4, 2)), (5, 5, 9, 8)).box == (5, 5, 9, 8)


def test_passes_agree_by_the_boxes_round_turned_objects():
    images, boxes = pole(6)
    ends = (0, lying(boxes[0])), (5, lying(boxes[5]))
    # one pass says it lying and turned, the other upright: the same place
    forward, backward = {i: lying(boxes[i]) for i in range(1, 5)}, {i: Target(boxes[i]) for i in range(1, 5)}
    filled = fill(*ends, forward, backward, pixels=images.__getitem__)
    assert [one.agreement for one in filled] == [1.0] * 4
    away = {i: lying((200.0, 60.0, 224.0, 180.0)) for i in range(1, 5)}
    assert {one.way for one in fill(*ends, forward, away, pixels=images.__getitem__)} <= {"forward", "between"}
