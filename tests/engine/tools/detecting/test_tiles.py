"""A detector over tiles: the tiles and the boxes that sahi gives, masks merged, and small things found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.tiles import Tiled, merged, moved, tiled, tiles

GOLDEN = Path(__file__).parents[3] / "golden" / "tiles" / "sahi.json"


@pytest.fixture(scope="module")
def golden() -> Any:
    """Return what sahi made of a detector that finds parts of ellipses, a little beside themselves (`made_by`)."""
    return json.loads(GOLDEN.read_text())


def picture(size: Sequence[int]) -> Image:
    """Return a picture whose every pixel says where it is."""
    y, x = np.mgrid[: size[1], : size[0]]
    return np.stack([x & 255, y & 255, ((x >> 8) << 4) | (y >> 8)], 2).astype(np.uint8)


class Recorded:
    """Answers what the fixture's detector answered for a part of the picture."""

    labels = ("a", "b", "c")

    def __init__(self, golden: Any, masks: bool) -> None:
        self._golden, self._masks, self.asked = golden, masks, list[str]()

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        return [self._of(image) for image in images]

    def _of(self, image: Image) -> list[Detection]:
        red, green, blue = image[0, 0].astype(int)
        left, top = int(red | (blue >> 4) << 8), int(green | (blue & 15) << 8)
        height, width = image.shape[:2]
        key = f"{left} {top} {width} {height}"
        self.asked.append(key)
        return [self._detection(one, left, top, width, height) for one in self._golden["found"][key]]

    def _detection(self, one: Any, left: int, top: int, width: int, height: int) -> Detection:
        number, *box, score = one
        x1, y1, x2, y2, label, _ = self._golden["objects"][number]
        if not self._masks:
            return Detection("abc"[label], score, tuple(box))
        y, x = np.mgrid[top : top + height, left : left + width] + 0.5
        mask = ((x - (x1 + x2) / 2) / (x2 - x1)) ** 2 + ((y - (y1 + y2) / 2) / (y2 - y1)) ** 2 <= 0.25
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        hull = (float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1]))  # as sahi takes it of a mask
        return Detection("abc"[label], score, hull, Prediction(mask))


def in_order(found: Sequence[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (-one[1], one[2]))


def test_tiles_and_merged_boxes_are_those_of_sahi(golden: Any) -> None:
    recorded = Recorded(golden, masks=False)
    (found,) = Tiled(recorded, golden["tile"], overlap=golden["overlap"]).detect([picture(golden["size"])], 0.1)
    assert sorted(recorded.asked) == sorted(golden["found"]), "each tile once, and the whole picture"
    ours = [[one.label, one.score, [round(value, 2) for value in one.box]] for one in found]
    assert in_order(ours) == in_order(golden["boxes"])
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len(found) < sum(map(len, golden["found"].values())) / 2


def test_merged_masks_are_those_of_sahi(golden: Any) -> None:
    width, height = golden["size"]
    recorded = Recorded(golden, masks=True)
    (found,) = Tiled(recorded, golden["tile"], overlap=golden["overlap"]).detect([picture(golden["size"])], 0.1)
    assert len(found) == len(golden["masks"])
    theirs = in_order(golden["masks"])
    ours = in_order([[one.label, one.score, list(one.box), one] for one in found])
    for (label, score, box, one), (their_label, their_score, their_box, rings) in zip(ours, theirs, strict=True):
        assert (label, score) == (their_label, their_score)
        assert np.allclose(box, their_box, atol=1.01)
        filled = np.zeros((height, width), np.uint8)
        for ring in rings:
            cv2.fillPoly(filled, [np.round(np.reshape(ring, (-1, 2))).astype(np.int32)], 1)
        left, top = one.mask.origin
        pixels = np.zeros((height, width), bool)
        pixels[top : top + one.mask.mask.shape[0], left : left + one.mask.mask.shape[1]] = one.mask.mask
        common = (pixels & (filled > 0)).sum()
        assert common / (pixels | (filled > 0)).sum() > 0.97


@pytest.mark.parametrize("size", [(100, 80), (640, 640), (641, 640), (1000, 300), (5000, 3000)])
def test_tiles_cover_a_picture_and_have_one_size(size: tuple[int, int]) -> None:
    width, height = size
    covered = np.zeros((height, width), bool)
    found = list(tiles(width, height, 640))
    for x1, y1, x2, y2 in found:
        assert (x2 - x1, y2 - y1) == (min(width, 640), min(height, 640))
        covered[y1:y2, x1:x2] = True
    assert covered.all() and len(set(found)) == len(found)


def test_a_mask_across_a_border_is_joined_to_the_pixel() -> None:
    whole = np.zeros((20, 60), bool)
    cv2.circle(canvas := np.zeros((20, 60), np.uint8), (30, 10), 8, 1, -1)
    whole[:] = canvas > 0
    left = Detection("a", 0.9, (22, 2, 40, 19), Prediction(whole[:, :40]))
    right = moved(Detection("a", 0.8, (0, 2, 19, 19), Prediction(whole[:, 20:])), (20, 0, 60, 20))
    (one,) = merged([right, left])
    assert one.mask is not None and one.mask.origin == (0, 0) and np.array_equal(one.mask.mask, whole)
    assert one.box == (20, 2, 40, 19) and one.score == 0.9


def test_a_guess_makes_no_good_box_larger_and_a_turned_one_is_not_merged() -> None:
    good, guess = Detection("a", 0.9, (10, 10, 30, 30)), Detection("a", 0.1, (0, 0, 40, 40))
    assert [one.box for one in merged([good, guess], solid=0.3)] == [(10, 10, 30, 30)]
    assert [one.box for one in merged([good, guess])] == [(0, 0, 40, 40)]
    turned = Detection("a", 0.8, (12, 12, 35, 35), rotation=30.0)
    assert merged([good, turned]) == [good]
    assert len(merged([good, Detection("b", 0.8, (10, 10, 30, 30))])) == 2


def test_without_a_size_and_for_a_watcher_the_detector_stays() -> None:
    class Watching:
        history = 3

    bare, watching = Recorded({}, masks=False), Watching()
    assert tiled(bare, 0, 0.5) is bare and tiled(watching, 640, 0.5) is watching
    assert isinstance(tiled(bare, 640, 0.5), Tiled)
