"""Whatever stands out in real pictures is proposed without a network; the pictures are those its weights never saw."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml

from engine.tools import registry
from engine.tools.detecting.boxes import overlaps


@pytest.fixture(scope="module")
def detector():
    return registry.find("regions").load(None, "cpu")


def read(shared, entry):
    return cv2.imread(str(shared / "data" / entry["image"]))[..., ::-1].copy()


def test_most_of_what_people_marked_is_among_the_first_20(shared, detector):
    manifest = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())
    entries = manifest["segmentation"][::6]  # the weights were fitted to every second one
    seen = 0
    for entry in entries:
        truth = cv2.imread(str(shared / "data" / entry["mask"]), cv2.IMREAD_GRAYSCALE)
        (found,) = detector.detect([read(shared, entry)], 0.05)
        assert 5 <= len(found) <= 20
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        boxes = np.array([one.box for one in found])
        assert len(np.unique(boxes, axis=0)) == len(boxes)
        best = 0.0
        for one in found:
            x1, y1, x2, y2 = map(int, one.box)
            assert one.label == "region" and one.mask.origin == (x1, y1) and one.mask.mask.shape == (y2 - y1, x2 - x1)
            whole = np.zeros(truth.shape, bool)
            whole[y1:y2, x1:x2] = one.mask.mask
            counts = truth != 128
            best = max(best, (whole & (truth == 255)).sum() / ((whole | (truth == 255)) & counts).sum())
        seen += best >= 0.5
    assert seen >= 0.75 * len(entries)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (5, 5), (200, 300)])
def test_where_nothing_stands_out_nothing_is_proposed(detector, size):
    assert detector.detect([np.full((*size, 3), 90, np.uint8)], 0.0) == [[]]
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), np.uint8)
    assert len(detector.detect([noise], 0.05)[0]) <= 20


def test_the_size_of_a_picture_changes_nothing_but_the_scale(shared, detector):
    image = cv2.imread(str(shared / "data" / "seg" / "bsds_118020.jpg"))[..., ::-1].copy()
    small, large = detector.detect([image, cv2.resize(image, None, fx=4, fy=4)], 0.05)
    boxes = [np.array([one.box for one in found[:5]]) for found in (small, large)]
    assert np.median(overlaps(boxes[0] * 4, np.array([one.box for one in large])).max(1)) > 0.7
    assert max(map(np.max, boxes)) > 1000
