"""Every family of ONNX files that annotators bring: right channels, scale, place, class, threshold and mask."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from engine.tools import registry
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting.small_networks import (
    BOX,
    CENTRED,
    CORNERED,
    RED,
    SIZE,
    STRETCHED,
    Output,
    Place,
    picture,
    save,
)  # fmt: skip

NAMES = {"names": "{0: 'cat', 1: 'dog', 2: 'emu'}", "stride": "32", "imgsz": str(list(SIZE))}
AWAY, CORNER = (5.0, 5.0, 25.0, 15.0), (0.0, 40.0, 20.0, 60.0)
ANCHORS = 12 * 16 + 6 * 8 + 3 * 4
COLUMNS = {8: 16, 16: 8, 32: 4}


def detect(tool: str, path: Path, threshold: float, *images: np.ndarray):
    """Return what the tool finds, of one picture its detections."""
    module = registry.find(tool)
    assert module.knows(signature_of(path)), signature_of(path).described()
    assert [name for name in registry.detectors() if _knows(name, path)] == [tool]
    found = module.load(path, "cpu").detect(list(images) or [picture()], threshold)
    return found if images else found[0]


def _knows(name: str, path: Path) -> bool:
    module = registry.find(name)
    return bool(hasattr(module, "knows") and module.knows(signature_of(path)))


def raw(place: Place, more: int = 0, classes: int = 3) -> Output:
    """Return anchored rows: the probed dog, a weaker one on it, a cat elsewhere and an emu that is not sure."""
    base = np.zeros((1, 4 + classes + more, ANCHORS), np.float32)
    shifted = (BOX[0] + 1, *BOX[1:])
    for number, (box, row, score) in enumerate([(BOX, 1, 0), (shifted, 1, 0.5), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        base[0, :4, number] = place.centred(box)
        base[0, 4 + row, number] = score
    return Output(base, [(5, 0)])


def ended(place: Place, more: int = 0) -> Output:
    """Return chosen rows: the probed dog, a cat elsewhere, an emu that is not sure, and empty ones."""
    base = np.zeros((1, 300, 6 + more), np.float32)
    for number, (box, kind, score) in enumerate([(BOX, 1, 0), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        base[0, number, :6] = [*place.box(box), score, kind]
    return Output(base, [(0, 4)])


def check(found, label: str = "dog", other: str = "cat", score: float = RED / 255, rest: bool = True) -> None:
    """Assert that these are the two objects above 0.3, of which the first has the probed score."""
    assert [one.label for one in found] == [label, other][: 1 + rest]
    assert found[0].score == pytest.approx(score, abs=2e-3) and found[0].box == pytest.approx(BOX, abs=0.02)
    if rest:
        assert found[1].score == pytest.approx(0.4, abs=1e-3) and found[1].box == pytest.approx(AWAY, abs=0.02)


def test_raw_rows_of_yolo(tmp_path):
    path = save(tmp_path / "a.onnx", {"output0": raw(CENTRED)}, CENTRED, 0, metadata={**NAMES, "task": "detect"})
    check(detect("yolo", path, 0.3))
    assert [one.label for one in detect("yolo", path, 0.15)] == ["dog", "cat", "emu"]
    assert [one.label for one in detect("yolo", path, 0.5)] == ["dog"]


def test_yolo_without_metadata_is_told_by_its_shape_and_named_by_the_published_classes(tmp_path):
    check(detect("yolo", save(tmp_path / "a.onnx", {"output0": raw(CENTRED, classes=80)}, CENTRED, 0), 0.3),
          "bicycle", "person")  # fmt: skip


def test_rows_that_yolo_has_chosen(tmp_path):
    metadata = {**NAMES, "task": "detect", "end2end": "True"}
    check(detect("yolo", save(tmp_path / "a.onnx", {"output0": ended(CENTRED)}, CENTRED, 0, metadata=metadata), 0.3))


@pytest.mark.parametrize("form", ["raw", "ended"])
def test_masks_of_yolo(tmp_path, form):
    output = raw(CENTRED, 32) if form == "raw" else ended(CENTRED, 32)
    if form == "raw":
        output.base[0, 7, :] = 1
    else:
        output.base[0, :, 6] = 1
    prototypes = np.full((1, 32, 24, 32), -9.0, np.float32)
    x, y = CENTRED.centred()[:2] / 4
    right, low = np.arange(32) + 0.5 - x, np.arange(24) + 0.5 - y
    prototypes[0, 0] = right[None] + 2 * low[:, None]  # 0 on a line through the object's middle
    metadata = {**NAMES, "task": "segment", "end2end": str(form == "ended")}
    outputs = {"output0": output, "output1": Output(prototypes)}
    found = detect("yolo", save(tmp_path / "a.onnx", outputs, CENTRED, 0, metadata=metadata), 0.3)
    check(found)
    mask = found[0].mask
    assert mask.origin == (50, 20) and mask.mask.shape == (20, 30)
    columns, rows = np.arange(30) + 0.5 - 15, np.arange(20) + 0.5 - 10
    side = columns[None] + 2 * rows[:, None] * (77 / 60) / 1.28
    assert mask.mask[side > 0.2].all() and not mask.mask[side < -0.2].any()
    assert found[1].mask is None  # it lies where the map is below 0


@pytest.mark.parametrize("form", ["raw", "ended"])
def test_turned_boxes_of_yolo(tmp_path, form):
    output = raw(CENTRED, 1) if form == "raw" else ended(CENTRED, 1)
    if form == "raw":
        output.base[0, 7, :] = math.radians(30)
    else:
        output.base[0, :, 6] = math.radians(30)
        for number, box in enumerate([BOX, AWAY, CORNER]):
            output.base[0, number, :4] = CENTRED.centred(box)
    metadata = {**NAMES, "task": "obb", "end2end": str(form == "ended")}
    found = detect("yolo", save(tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, metadata=metadata), 0.3)
    check(found)
    assert [one.rotation for one in found] == pytest.approx([30, 30])


def test_a_box_turned_away_from_a_better_one_stays(tmp_path):
    output = raw(CENTRED, 1)
    output.base[0, 2:4, :2] = [[60, 60], [8, 8]]
    output.base[0, 7, 1] = math.pi / 2
    metadata = {**NAMES, "task": "obb"}
    found = detect("yolo", save(tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, metadata=metadata), 0.3)
    assert [(one.label, round(one.rotation)) for one in found] == [("dog", 0), ("dog", 90), ("cat", 0)]


def test_boxes_of_yolo_for_poses(tmp_path):
    metadata = {**NAMES, "task": "pose", "kpt_shape": "[17, 3]"}
    path = save(tmp_path / "a.onnx", {"output0": raw(CENTRED, 51)}, CENTRED, 0, metadata=metadata)
    check(detect("yolo", path, 0.3))


@pytest.mark.parametrize("form", ["scores", "classes"])
def test_rt_detr_of_ultralytics(tmp_path, form):
    base = np.zeros((1, 300, 6 if form == "classes" else 7), np.float32)
    for number, (box, kind, score) in enumerate([(BOX, 1, 0), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        base[0, number, :4] = STRETCHED.centred(box) / (SIZE[1], SIZE[0], SIZE[1], SIZE[0])
        base[0, number, 4:6] = (score, kind) if form == "classes" else base[0, number, 4:6]
        if form == "scores":
            base[0, number, 4 + kind] = score
    output = Output(base, [(0, 4 if form == "classes" else 5)])
    metadata = {**NAMES, "task": "detect", "head": "RTDETRDecoder"}
    check(detect("yolo", save(tmp_path / "a.onnx", {"output0": output}, STRETCHED, 0, metadata=metadata), 0.3))


def test_yolo_v5_multiplies_by_its_objectness(tmp_path):
    base = np.zeros((1, 3 * ANCHORS, 8), np.float32)
    for number, (box, kind, score) in enumerate([(BOX, 1, 1), (AWAY, 0, 0.8), (CORNER, 2, 0.4)]):
        base[0, number, :4] = CENTRED.centred(box)
        base[0, number, 4], base[0, number, 5 + kind] = (0 if kind == 1 else 0.5), score
    path = save(tmp_path / "a.onnx", {"output": Output(base, [(0, 4)])}, CENTRED, 0, metadata=NAMES)
    check(detect("yolo", path, 0.3))


def cell(box, stride: int) -> tuple[int, int, int]:
    """Return the number of the cell of a stride that a box's centre lies in, its column and its row."""
    x, y, _, _ = CORNERED.centred(box)
    column, row = int(x / stride), int(y / stride)
    before = {8: 0, 16: 192, 32: 240}[stride]
    return before + row * COLUMNS[stride] + column, column, row


@pytest.mark.parametrize("decoded", [False, True])
def test_yolox(tmp_path, decoded):
    base = np.zeros((1, ANCHORS, 85), np.float32)
    slot = 0
    for box, stride, kind, likely, score in [(BOX, 16, 1, 1, 0), (AWAY, 8, 0, 0.5, 0.8), (CORNER, 32, 2, 0.4, 0.5)]:
        number, column, row = cell(box, stride)
        x, y, width, height = CORNERED.centred(box)
        there = (x / stride - column, y / stride - row, math.log(width / stride), math.log(height / stride))
        base[0, number, :4] = (x, y, width, height) if decoded else there
        base[0, number, 4], base[0, number, 5 + kind] = likely, score
        slot = number if kind == 1 else slot
    output = Output(base, [(slot, 6)], gain=1 / 255)
    path = save(tmp_path / "a.onnx", {"output": output}, CORNERED, 2, exp=decoded)  # the third of B, G, R
    check(detect("yolox", path, 0.3), "bicycle", "person")
    assert [one.label for one in detect("yolox", path, 0.15)] == ["bicycle", "person", "car"]


def test_yolo_v7_that_has_chosen(tmp_path):
    base = np.zeros((1, 3, 7), np.float32)
    for number, (box, kind, score) in enumerate([(BOX, 1, 0), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        base[0, number] = [0, *CENTRED.box(box), kind, score]
    check(detect("yolov7", save_flat(tmp_path / "a.onnx", base), 0.3), "bicycle", "person")


def save_flat(path: Path, base: np.ndarray) -> Path:
    """Write a network whose output has no axis for the batch."""
    import onnx
    from onnx import helper

    save(path, {"rows": Output(base, [(0, 6)])}, CENTRED, 0)
    model = onnx.load(path)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([0], np.int64), "first"))
    model.graph.node.append(helper.make_node("Squeeze", ["rows", "first"], ["output"]))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n", 7]))
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("batch", [1, "N"])
def test_rt_detr_and_d_fine_answer_in_the_sizes_they_are_told(tmp_path, batch):
    boxes, scores, kinds = np.zeros((1, 300, 4)), np.zeros((1, 300)), np.full((1, 300), 7)
    for number, (box, kind, score) in enumerate([(BOX, 1, 0), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        boxes[0, number] = np.array(box) / (100, 60, 100, 60)
        scores[0, number], kinds[0, number] = score, kind
    outputs = {
        "labels": Output(kinds.astype(np.float32), dtype=TensorProto.INT64),
        "boxes": Output(boxes, by_sizes=True),
        "scores": Output(scores, [(0,)]),
    }
    path = save(tmp_path / "a.onnx", outputs, STRETCHED, 0, batch=batch, sizes=True)
    check(detect("rtdetr", path, 0.3), "bicycle", "person")


def logit(score: float) -> float:
    return math.log(score / (1 - score))


@pytest.mark.parametrize("masks", [False, True])
def test_rf_detr(tmp_path, masks):
    boxes, logits = np.full((1, 5, 4), 0.5), np.full((1, 5, 91), -20.0)
    for number, (box, kind, score) in enumerate([(BOX, 2, 0.5), (AWAY, 1, 0.4), (CORNER, 3, 0.2)]):
        boxes[0, number] = STRETCHED.centred(box) / (SIZE[1], SIZE[0], SIZE[1], SIZE[0])
        logits[0, number, kind] = logit(score)
    outputs = {"dets": Output(boxes), "labels": Output(logits, [(0, 2)])}
    if masks:
        maps = np.full((1, 5, 24, 32), -1.0)
        maps[0, 0, 8:16, 16:26] = 1
        outputs["masks"] = Output(maps)
    found = detect("rfdetr", save(tmp_path / "a.onnx", outputs, STRETCHED, 0, name="input"), 0.3)
    red = (RED / 255 - 0.485) / 0.229
    check(found, "bicycle", "person", 1 / (1 + math.exp(-red)))
    if masks:
        assert found[1].mask is None
        x, y = found[0].mask.origin
        rows, columns = found[0].mask.mask.shape
        assert (x, y, x + columns, y + rows) == pytest.approx((50, 20, 81, 40), abs=1)


@pytest.mark.parametrize("batch", ["batch", 2, 1])
def test_each_picture_of_a_batch_has_its_own_objects(tmp_path, batch):
    output = ended(CENTRED)
    metadata = {**NAMES, "task": "detect", "end2end": "True"}
    path = save(tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, batch=batch, metadata=metadata)
    found = detect("yolo", path, 0.5, picture(255), picture(0), picture(153))
    assert [[round(one.score, 2) for one in each] for each in found] == [[1.0], [], [0.6]]


def test_a_file_of_open_sides_is_given_the_size_that_is_written_in_it(tmp_path):
    metadata = {**NAMES, "task": "detect"}
    output = raw(CENTRED)
    output.shape = (1, 7, "anchors")
    path = save(tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, size=("h", "w"), metadata=metadata)
    check(detect("yolo", path, 0.3))
