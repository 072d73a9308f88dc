"""What a tracker takes of a region, and what it makes of a track of each type."""

from __future__ import annotations

import numpy as np
import pytest

from engine import masks
from engine.document import Keyframe
from engine.rules import keyframe_problem
from engine.runs.placed import keyframe_of, target_of
from engine.tools.base import Prediction, Target

DISC = np.hypot(*(np.indices((60, 80)) - np.array([30, 40])[:, None, None])) < 12
REGIONS = {
    "rectangle": Keyframe(3, ((10, 20), (50, 40)), 30.0, occluded=True, z=2, attributes={"a": 1.0}),
    "ellipse": Keyframe(3, ((30, 30), (50, 40))),
    "polygon": Keyframe(3, ((10, 20), (50, 25), (30, 40))),
    "polyline": Keyframe(3, ((10, 20), (50, 40))),
    "points": Keyframe(3, ((10, 20), (50, 40), (12, 30))),
}


@pytest.mark.parametrize("kind", REGIONS)
def test_a_region_goes_to_its_box_and_back(kind):
    region = REGIONS[kind]
    target = target_of(kind, region)
    assert target == Target((10, 20, 50, 40), region.rotation)
    back = keyframe_of(kind, target, 3, region, "csrt", score=0.5, agreement=0.75)
    assert np.allclose(back.points, region.points) and back.rotation == region.rotation
    assert (back.occluded, back.z, back.attributes) == (region.occluded, region.z, region.attributes)
    assert (back.by, back.score, back.agreement) == ("csrt", 0.5, 0.75) and not keyframe_problem(back, kind)
    there = keyframe_of(kind, Target((110, 220, 190, 240)), 5, region, "csrt")
    assert target_of(kind, there).box == pytest.approx((110, 220, 190, 240)) and there.frame == 5


def test_a_mask_follows_a_box_and_is_taken_from_a_tracker_that_has_one():
    like = Keyframe(0, mask=masks.encode(DISC))
    target = target_of("mask", like)
    assert target.mask.mask.sum() == DISC.sum()
    x1, y1, x2, y2 = target.box
    moved = keyframe_of("mask", Target((x1 + 5, y1 - 3, x2 + 5, y2 - 3)), 1, like, "csrt")
    assert (masks.decode(moved.mask) == np.roll(DISC, (-3, 5), (0, 1))).all() and not keyframe_problem(moved, "mask")
    square = Prediction(np.ones((4, 6), bool), (7, 8))
    found = keyframe_of("mask", Target((0, 0, 9, 9), mask=square), 1, like, "siammask")
    assert masks.bounds(found.mask) == (7, 8, 13, 12)
    empty = keyframe_of("mask", Target(target.box, mask=Prediction(np.zeros((4, 6), bool))), 1, like, "siammask")
    assert empty.mask == like.mask


def test_a_polygon_takes_the_outline_of_a_mask():
    like = REGIONS["polygon"]
    found = keyframe_of("polygon", Target((0, 0, 9, 9), mask=Prediction(DISC)), 1, like, "siammask")
    assert target_of("polygon", found).box == pytest.approx((28, 18, 53, 43), abs=2) and len(found.points) > 6
    turned = keyframe_of("polygon", Target((10, 20, 50, 40), 90.0), 1, like, "siammask")
    assert target_of("polygon", turned).box == pytest.approx((20, 10, 40, 50))
