"""Boxes and masks drawn in haste, fitted to plain scenes and to real pictures; what is unsure stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml

from engine.geometry import box_iou
from engine.tools.segment.fitting import fit_box, fit_mask


def scene() -> np.ndarray:
    """A red ellipse, 100..220 by 60..180, on noisy green."""
    picture = np.full((240, 320, 3), (60, 130, 60), np.float32) + np.random.default_rng(3).normal(0, 6, (240, 320, 3))
    cv2.ellipse(picture, (160, 120), (60, 60), 0, 0, 360, (200, 50, 40), -1)
    return picture.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "box", [(93, 53, 227, 187), (107, 67, 213, 173), (92, 66, 214, 186), (108, 52, 228, 172), (100, 60, 220, 180)]
)
@pytest.mark.parametrize("grey", [False, True])
def test_a_box_comes_to_the_object(box, grey):
    picture = scene()[..., 0] if grey else scene()
    assert box_iou(fit_box(picture, box), (100, 60, 220, 180)) > 0.9


@pytest.mark.parametrize("box", [(20, 20, 80, 70), (400, 300, 500, 400), (-90, -90, -5, -5), (10, 10, 10, 10)])
def test_a_box_without_an_object_stays_near_where_it_was(box):
    fitted = fit_box(scene(), box)
    assert np.allclose(fitted, box, atol=0.1 * max(box[2] - box[0], box[3] - box[1]) + 1e-6)


def test_a_side_that_moves_is_at_most_a_tenth_off():
    """A box round half of the object is somebody's choice, not haste."""
    left, _, right, _ = fit_box(scene(), (100, 60, 160, 180))
    assert abs(left - 100) <= 6 and abs(right - 160) <= 6


@pytest.mark.parametrize("off", [(-8, 0), (0, 8), (6, -6)])
def test_a_mask_comes_to_the_edges(off):
    truth = np.zeros((240, 320), np.uint8)
    cv2.ellipse(truth, (160, 120), (60, 60), 0, 0, 360, 1, -1)
    drawn = np.roll(truth > 0, off, (1, 0))
    mask, (x, y) = fit_mask(scene(), drawn[40:200, 80:240], (80, 40))
    whole = np.zeros(truth.shape, bool)
    whole[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
    assert (whole & (truth > 0)).sum() > 0.95 * (whole | (truth > 0)).sum()


@pytest.mark.parametrize(("mask", "origin"), [(np.zeros((9, 9), bool), (3, 3)), (np.ones((9, 9), bool), (900, 900))])
def test_a_mask_of_nothing_stays(mask, origin):
    found, place = fit_mask(scene(), mask, origin)
    assert found is mask and place == origin


def test_hasty_boxes_on_real_objects_get_better_and_none_gets_much_worse(shared):
    items = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["segmentation"][1::3]
    random, before, after = np.random.default_rng(4), [], []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(shared / "data" / item["image"])), cv2.COLOR_BGR2RGB)
        x, y, width, height = item["box"]
        truth = (x, y, x + width, y + height)
        hasty = tuple(truth + random.uniform(-0.08, 0.08, 4) * (width, height, width, height))
        before.append(box_iou(hasty, truth))
        after.append(box_iou(fit_box(image, hasty), truth))
    better = np.array(after) - before
    assert better.mean() > 0.01 and better.min() > -0.08, (before, after)
