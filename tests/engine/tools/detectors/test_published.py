"""Published networks on real pictures whose truth is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from engine.tools import registry
from engine.tools.base import Detection
from engine.tools.detecting.boxes import overlaps

SAME = {
    "aeroplane": "airplane",
    "motorbike": "motorcycle",
    "sofa": "couch",
    "tvmonitor": "tv",
    "diningtable": "dining table",
}


def entries(shared: Path, subset: str) -> list[dict]:
    manifest = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())
    return [one for one in manifest["detection"] if one["subset"] == subset]


def read(shared: Path, entry: dict) -> np.ndarray:
    return cv2.imread(str(shared / "data" / entry["image"]))[..., ::-1].copy()


def missed(entry: dict, found: list[Detection]) -> tuple[int, int]:
    """Return how many of a picture's objects were not found by their name, and how many there are."""
    wanted = [one for one in entry["boxes"] if not one.get("ignore")]
    lost = 0
    for one in wanted:
        x, y, width, height = one["box"]
        name = SAME.get(one["label"], one["label"])
        boxes = np.array([each.box for each in found if each.label == name]).reshape(-1, 4)
        lost += not (overlaps(np.array([[x, y, x + width, y + height]]), boxes) > 0.5).any()
    return lost, len(wanted)


def test_yolox_finds_most_of_what_is_on_photographs(shared: Path) -> None:
    detector = registry.find("yolox").load(shared / "weights" / "yolox_nano.onnx", "cpu")
    assert len(detector.labels) == 80
    some = entries(shared, "voc")
    found = detector.detect([read(shared, one) for one in some], 0.3)
    lost, whole = np.sum([missed(one, each) for one, each in zip(some, found, strict=True)], 0)
    assert whole > 20 and lost <= 0.25 * whole, (lost, whole)


@pytest.mark.filterwarnings("ignore")
def test_yunet_finds_the_faces(shared: Path) -> None:
    detector = registry.find("yunet").load(shared / "weights" / "yunet_n_dynamic.onnx", "cpu")
    some = entries(shared, "faces")
    found = detector.detect([read(shared, one) for one in some], 0.6)
    lost, whole = np.sum([missed(one, each) for one, each in zip(some, found, strict=True)], 0)
    assert whole > 10 and lost <= 2, (lost, whole)


def test_a_large_picture_has_its_faces_where_they_are(shared: Path) -> None:
    detector = registry.find("yunet").load(shared / "weights" / "yunet_n_dynamic.onnx", "cpu")
    image = read(shared, entries(shared, "faces")[0])
    large = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    small, again = detector.detect([image, large], 0.8)
    assert len(again) >= len(small) - 1 > 2
    there = np.array([one.box for one in again]) / 4
    assert overlaps(np.array([one.box for one in small[:3]]), there).max(1).min() > 0.6
