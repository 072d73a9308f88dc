"""OpenCV's trackers behind the one contract: where they follow, what states keep, what odd boxes and pictures do."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from engine.errors import ToolError, WeightsError
from engine.geometry import box_iou
from engine.tools import registry
from engine.tools.base import Target

LIGHT = ["csrt", "kcf", "medianflow", "mil", "mosse"]


@pytest.fixture(scope="module")
def david(shared):
    """Return ten frames of a face, RGB, and its boxes."""
    folder = shared / "data" / "tracks" / "otb_David"
    images = [cv2.cvtColor(cv2.imread(str(folder / "frames" / f"{i:04d}.jpg")), cv2.COLOR_BGR2RGB) for i in range(10)]
    rows = list(csv.DictReader((folder / "gt.csv").read_text().splitlines()))[:10]
    boxes = [tuple(float(row[side]) for side in "xywh") for row in rows]
    return images, [(x, y, x + width, y + height) for x, y, width, height in boxes]


def tracker(name, shared=None):
    weights = shared / "weights" / "nanotrack_v2_backbone.onnx" if name == "nano" else None
    return registry.find(name).load(weights, "cpu")


def walked(tool, images, target):
    """Return what a tracker says on each frame after the first."""
    state, said = tool.start(images[0], target), []
    for image in images[1:]:
        (one,) = tool.step(image, [state])
        state = one.state
        said.append(one)
    return said


@pytest.mark.parametrize("name", [*LIGHT, "nano"])
def test_it_follows_a_face(name, shared, david):
    images, boxes = david
    said = walked(tracker(name, shared), images, Target(boxes[0]))
    assert min(box_iou(one.target.box, box) for one, box in zip(said, boxes[1:], strict=True)) > 0.5
    assert all((one.score is not None) == (name == "nano") for one in said)


def test_it_takes_rgb_and_gives_the_colours_to_opencv_in_its_own_order(david):
    images, boxes = david
    plain = cv2.TrackerCSRT.create()
    x1, y1, x2, y2 = (round(value) for value in boxes[0])
    plain.init(np.ascontiguousarray(images[0][..., ::-1]), (x1, y1, x2 - x1, y2 - y1))
    for image, one in zip(images[1:], walked(tracker("csrt"), images, Target(boxes[0])), strict=True):
        _, (x, y, width, height) = plain.update(np.ascontiguousarray(image[..., ::-1]))
        assert one.target.box == pytest.approx((x, y, x + width, y + height), abs=1e-6)


@pytest.mark.parametrize("name", ["csrt", "kcf", "medianflow", "mosse"])
def test_many_objects_at_once_are_as_one_by_one(name, david):
    images, boxes = david
    targets = [Target(boxes[0]), Target((20.0, 20.0, 80.0, 70.0)), Target((200.5, 90.5, 260.0, 170.0))]
    tool = tracker(name)
    alone = [[one.target for one in walked(tool, images, target)] for target in targets]
    states = [tool.start(images[0], target) for target in targets]
    for step, image in enumerate(images[1:]):
        together = tool.step(image, states)
        assert [one.target for one in together] == [one[step] for one in alone]
        states = [one.state for one in together]


def test_a_box_that_does_not_fit_whole_pixels_lies_as_it_lay(david):
    images, boxes = david
    x1, y1, x2, y2 = boxes[0]
    box = (x1 + 0.3, y1 - 0.4, x2 + 0.2, y2 + 0.45)
    off = walked(tracker("kcf"), images[:2], Target(box))[0].target.box
    even = walked(tracker("kcf"), images[:2], Target(boxes[0]))[0].target.box
    assert np.subtract(off, even) == pytest.approx((0.3, -0.4, 0.2, 0.45))


def test_a_turned_box_keeps_its_turn_and_its_sides(david):
    images, _ = david
    (one,) = walked(tracker("kcf"), images[:2], Target((130.0, 85.0, 180.0, 145.0), 30.0))
    x1, y1, x2, y2 = one.target.box
    assert one.target.rotation == 30.0 and (x2 - x1, y2 - y1) == pytest.approx((50, 60))


def test_a_box_over_the_border_goes_along_whole():
    random = np.random.default_rng(1)
    wide = cv2.GaussianBlur(random.integers(0, 255, (120, 200, 3), np.uint8), (7, 7), 0)
    images = [np.ascontiguousarray(wide[:, 10 - 2 * i : 170 - 2 * i]) for i in range(4)]  # everything goes right
    said = walked(tracker("csrt"), images, Target((-20.0, 30.0, 40.0, 80.0)))
    assert said[-1].target.box == pytest.approx((-14, 30, 46, 80), abs=2)


@pytest.mark.parametrize("name", LIGHT)
def test_an_older_state_begins_anew_where_it_was(name, david):
    images, boxes = david
    tool = tracker(name)
    first = tool.start(images[0], Target(boxes[0]))
    (second,) = tool.step(images[1], [first])
    tool.step(images[2], [second.state])
    (once_more,) = tool.step(images[1], [first])
    assert box_iou(once_more.target.box, second.target.box) > 0.8
    (on,) = tool.step(images[2], [once_more.state])
    assert box_iou(on.target.box, boxes[2]) > 0.5


@pytest.mark.parametrize("name", LIGHT)
def test_a_packed_state_is_plain_and_goes_on(name, david):
    import msgspec

    images, boxes = david
    tool = tracker(name)
    (one,) = tool.step(images[1], [tool.start(images[0], Target(boxes[0], 5.0))])
    packed = msgspec.msgpack.decode(msgspec.msgpack.encode(tool.pack(one.state)))
    (on,) = tool.step(images[2], [tool.unpack(packed, images[1])])
    assert box_iou(on.target.box, boxes[2]) > 0.5 and on.target.rotation == 5.0


@pytest.mark.parametrize("name", LIGHT)
def test_odd_boxes_and_pictures_end_in_words_or_lost(name):
    tool = tracker(name)
    random = np.random.default_rng(3)
    for size in ((1, 1), (3, 900), (40, 60), (64, 64)):
        image = np.ascontiguousarray(random.integers(0, 255, (*size, 3), np.uint8))
        for box in ((0.0, 0.0, 5.0, 5.0), (-50.0, -50.0, -10.0, -10.0), (2.0, 1.0, 2.0, 1.0), (-9e3, -9e3, 9e3, 9e3)):
            try:
                state = tool.start(image, Target(box))
            except ToolError as error:
                assert error.title and error.detail
                continue
            for _ in range(3):
                (one,) = tool.step(np.zeros_like(image), [state])
                state = one.state


def test_it_says_so_when_the_object_has_left_the_picture():
    random = np.random.default_rng(1)
    image = cv2.GaussianBlur(random.integers(0, 255, (100, 100, 3), np.uint8), (5, 5), 0)
    said = walked(tracker("mosse"), [image, 255 - image, np.zeros_like(image)], Target((30.0, 30.0, 60.0, 60.0)))
    assert any(one.target is None for one in said)


def test_files_of_a_network_are_asked_for_by_name(tmp_path, shared):
    with pytest.raises(WeightsError, match="nanotrack_head_sim"):
        registry.find("nano").load(tmp_path / "nanotrack_backbone_sim.onnx", "cpu")
    wrong = tmp_path / "object_tracking_vittrack_2023sep.onnx"
    wrong.write_bytes(b"<html>")
    with pytest.raises(WeightsError, match="VitTrack cannot read"):
        registry.find("vit").load(wrong, "cpu")
