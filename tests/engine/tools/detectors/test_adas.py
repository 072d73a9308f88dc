"""Streets cut into regions, on a network made for it: a pixel's red says its class."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tools import registry
from engine.tools.detecting.names import ADAS
from tests.engine.tools.detecting import irs

pytest.importorskip("openvino")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def load(path):
    return registry.find("adas").load(path, "cpu")


def street(height=64, width=192):
    """Return a picture of road (0) with two cars (13) and a person (11) who touches one at a corner, and a line."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 2] = 200  # blue says nothing
    image[20:40, 30:60, 0] = 130
    image[40:60, 120:180, 0] = 130
    image[40:50, 60:72, 0] = 110
    return image


@pytest.mark.parametrize("kind", ["f32", "i32", "i64"])
def test_every_region_of_a_class_is_a_shape_of_its_own(tmp_path, kind):
    (found,) = load(irs.classes(tmp_path / "adas.xml", kind=kind)).detect([street()], 0.5)
    assert [one.label for one in found] == ["road", "car", "car", "person"]
    assert [one.box for one in found] == [(0, 0, 192, 64), (120, 40, 180, 60), (30, 20, 60, 40), (60, 40, 72, 50)]
    masks = [one.mask for one in found]
    assert all(mask is not None for mask in masks) and masks[1].origin == (120, 40) and masks[1].mask.all()
    covered = np.zeros((64, 192), int)
    for mask in masks:
        (x, y), (height, width) = mask.origin, mask.mask.shape
        covered[y : y + height, x : x + width] += mask.mask
    assert (covered == 1).all()
    assert all(one.score == 1 for one in found)


def test_labels_are_the_publishers_and_the_background_is_off_unless_asked_for():
    spec = registry.find("adas").SPEC
    assert spec.labels == ADAS and len(ADAS) == 21 and spec.off == ("background",) and spec.gives_masks


def test_a_line_of_single_pixels_is_no_shape(tmp_path):
    image = street()
    image[10, 100:110, 0] = 170
    (found,) = load(irs.classes(tmp_path / "adas.xml", (64, 192))).detect([image], 0.5)
    assert "motorcycle" not in {one.label for one in found} and len(found) == 4


def test_parts_that_touch_at_a_corner_are_one_region(tmp_path):
    image = np.zeros((64, 192, 3), np.uint8)
    image[10:20, 10:20, 0] = image[20:30, 20:40, 0] = 130
    (found,) = load(irs.classes(tmp_path / "adas.xml", (64, 192))).detect([image], 0.5)
    assert [(one.label, one.box) for one in found] == [("road", (0, 0, 192, 64)), ("car", (10, 10, 40, 30))]


def test_another_network_and_other_classes_are_told(tmp_path):
    with pytest.raises(WeightsError, match="gives no class to every pixel"):
        load(irs.faces(tmp_path / "face.xml", [[0, 0, 1, 1, 0]]))
    image = street()
    image[..., 0] = 255
    with pytest.raises(WeightsError, match=r"has found class 26, and 21 have names"):
        load(irs.classes(tmp_path / "adas.xml")).detect([image], 0.5)
