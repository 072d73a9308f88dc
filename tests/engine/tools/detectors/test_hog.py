"""People found without a network, on street pictures whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import yaml

from engine.tools import registry
from engine.tools.detecting.boxes import overlaps


def test_half_the_people_of_a_street_are_found(shared):
    manifest = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())
    entries = [one for one in manifest["detection"] if one["subset"] == "pennfudan"]
    hog = registry.find("hog").load(None, "cpu")
    seen = people = 0
    for entry in entries:
        image = cv2.imread(str(shared / "data" / entry["image"]))[..., ::-1].copy()
        truth = np.array([one["box"] for one in entry["boxes"]], float)
        truth[:, 2:] += truth[:, :2]
        (found,) = hog.detect([image], 0.05)
        assert all(one.label == "person" and one.score >= 0.05 for one in found)
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        boxes = np.array([one.box for one in found]).reshape(-1, 4)
        seen += int((overlaps(truth, boxes).max(1, initial=0) > 0.5).sum())
        people += len(truth)
    assert seen >= 0.5 * people


def test_a_picture_without_room_for_a_person_has_none():
    assert registry.find("hog").load(None, "cpu").detect([np.zeros((3, 900, 3), np.uint8)], 0.1) == [[]]
