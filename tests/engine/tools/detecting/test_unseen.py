"""Networks and pictures off the usual path: batches, open sides, 16 bits, one class, odd pictures, odd numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.tools import registry
from engine.tools.detecting.decoding.retinanet import Level, anchors_by_size, decoded
from engine.tools.detecting.fitting import clip_to
from engine.tools.detecting.found import detections
from engine.tools.detecting.masks import pasted
from engine.tools.detecting.recognising import all_that_know
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting import graphs, irs
from tests.engine.tools.detecting.small_networks import (
    BOX,
    CENTRED,
    CORNERED,
    RED,
    STRETCHED,
    Output,
    picture,
    save,
)  # fmt: skip
from tests.engine.tools.detecting.test_families import ANCHORS, AWAY, CORNER, NAMES, cell, ended, raw

TASK = {**NAMES, "task": "detect"}
REDS = 255, 0, 153
AWAY_WIDE = (3.0, 8.0, 96.0, 55.0)


def load(tool: str, path: Path):
    assert list(all_that_know(signature_of(path))) == [tool]
    return registry.find(tool).load(path, "cpu")


def said(found):
    return [[(one.label, round(one.score, 2)) for one in each] for each in found]


# batches


@pytest.mark.parametrize("batch", ["N", 3, 2])
def test_pictures_of_a_batch_of_rt_detr_keep_their_objects(tmp_path, batch):
    boxes, scores, kinds = np.zeros((1, 300, 4)), np.zeros((1, 300)), np.full((1, 300), 7)
    for number, (box, kind, score) in enumerate([(BOX, 1, 0), (AWAY, 0, 0.4), (CORNER, 2, 0.2)]):
        boxes[0, number] = np.array(box) / (100, 60, 100, 60)
        scores[0, number], kinds[0, number] = score, kind
    outputs = {
        "labels": Output(np.repeat(kinds, batch if isinstance(batch, int) else 3, 0), dtype=TensorProto.INT64),
        "boxes": Output(boxes, by_sizes=True), "scores": Output(scores, [(0,)]),
    }  # fmt: skip
    detector = load("rtdetr", save(tmp_path / "a.onnx", outputs, STRETCHED, 0, batch=batch, sizes=True))
    found = detector.detect([picture(red) for red in REDS], 0.3)
    assert said(found) == [
        [("bicycle", 1.0), ("person", 0.4)], [("person", 0.4)], [("bicycle", 0.6), ("person", 0.4)],
    ]  # fmt: skip
    assert all(one.box == pytest.approx(AWAY, abs=0.1) for each in found for one in each if one.label == "person")


def test_rows_of_a_batch_of_yolo_v7_belong_to_the_picture_that_they_name(tmp_path):
    path = tmp_path / "a.onnx"
    rows = np.array([[1, *CENTRED.box(AWAY), 0, 0.4], [0, *CENTRED.box(BOX), 1, 0.9]], np.float32)
    given = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, 96, 128])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["rows", 7])
    fixed = helper.make_node("Constant", [], ["output"], value=onnx.numpy_helper.from_array(rows))
    graph = helper.make_graph([fixed], "v7", [given], [output])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    assert said(load("yolov7", path).detect([picture()] * 3, 0.3)) == [[("bicycle", 0.9)], [("person", 0.4)], []]


# other networks


def halved(path: Path) -> Path:
    """Turn a file's inputs and outputs into numbers of 16 bits."""
    model = onnx.load(path)
    graph, before, after = model.graph, [], []
    for port in (*graph.input, *graph.output):
        port.type.tensor_type.elem_type = TensorProto.FLOAT16
    for node in graph.node:
        node.input[:] = [f"{name}.wide" if name == graph.input[0].name else name for name in node.input]
        node.output[:] = [f"{name}.wide" if name in [o.name for o in graph.output] else name for name in node.output]
    before.append(helper.make_node("Cast", [graph.input[0].name], [f"{graph.input[0].name}.wide"], to=1))
    after += [helper.make_node("Cast", [f"{o.name}.wide"], [o.name], to=10) for o in graph.output]
    nodes = [*before, *graph.node, *after]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("classes", [1, 3])
def test_yolox_of_16_bits_places_large_boxes_to_the_pixel(tmp_path, classes):
    base = np.zeros((1, ANCHORS, 5 + classes), np.float32)
    number, column, row = cell(AWAY_WIDE, 32)
    x, y, width, height = CORNERED.centred(AWAY_WIDE)
    base[0, number, :6] = x / 32 - column, y / 32 - row, math.log(width / 32), math.log(height / 32), 1, 0.75
    metadata = {"names": str(dict(enumerate("abc"[:classes])))}
    path = halved(save(tmp_path / "a.onnx", {"output": Output(base)}, CORNERED, 2, metadata=metadata))
    ((found,),) = load("yolox", path).detect([picture()], 0.3)
    assert (found.label, found.score) == ("a", 0.75) and found.box == pytest.approx(AWAY_WIDE, abs=0.04)


def test_yolo_of_16_bits_and_one_class(tmp_path):
    base = np.zeros((1, 5, ANCHORS), np.float32)
    base[0, :4, 0], base[0, :, 7] = CENTRED.centred(BOX), (*CENTRED.centred(AWAY), 0.4)
    metadata = {**TASK, "names": "{0: 'thing'}"}
    path = halved(save(tmp_path / "a.onnx", {"output0": Output(base, [(4, 0)])}, CENTRED, 0, metadata=metadata))
    (found,) = load("yolo", path).detect([picture()], 0.3)
    assert [one.label for one in found] == ["thing", "thing"]
    assert found[0].score == pytest.approx(RED / 255, abs=1e-3) and found[0].box == pytest.approx(BOX, abs=0.1)


# odd numbers


def test_what_is_no_number_is_no_object():
    boxes = np.array([[0, 0, 5, 5], [1, 1, np.inf, 9], [1, 1, np.nan, 9], [2, 2, 9, 9], [3, 3, 9, 9]], np.float64)
    scores = np.array([np.inf, 0.9, 0.9, np.nan, 0.5])
    found = detections(clip_to(boxes, (20, 20)), scores, np.zeros(5), ("a",), 0.0)
    assert [one.box for one in found] == [(3, 3, 9, 9)]
    kinds = np.array([np.nan, np.inf, -1, 7, 0.0])
    assert len(detections(boxes, np.full(5, 0.5), kinds, ("a",), 0.0)) == 1


def test_a_network_that_overflows_finds_nothing_there_and_the_rest_all_the_same(tmp_path):
    output = ended(CENTRED)
    output.base[0, 3] = [-np.inf, 20, np.inf, 50, 0.9, 1]
    output.base[0, 4] = [0, 0, 9, 9, np.nan, 1]
    output.base[0, 5] = [0, 0, 9, 9, 0.9, np.nan]
    path = save(tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, metadata={**TASK, "end2end": "True"})
    assert said(load("yolo", path).detect([picture()], 0.3)) == [[("dog", 0.8), ("cat", 0.4)]]


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_ends_of_the_slider(tmp_path, threshold):
    level = Level(np.full((9, 2, 2), 3, np.float32), np.zeros((36, 2, 2), np.float32), anchors_by_size(8), 8)
    assert len(decoded([level], threshold).scores) == (0 if threshold else 16)
    found = load("yolo", save(tmp_path / "a.onnx", {"output0": raw(CENTRED)}, CENTRED, 0, metadata=TASK))
    assert len(found.detect([picture()], threshold)[0]) == (0 if threshold else 3)


def test_a_mask_of_a_box_far_larger_than_the_frame_takes_no_more_than_the_frame():
    found = pasted(np.ones((4, 4)), np.array([-1e9, -1e9, 1e9, 1e9]), (30, 20))
    assert found is not None and found.mask.shape == (20, 30) and found.mask.all()


# odd pictures


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (50, 4000)])
def test_pictures_of_any_sides_go_through_every_way_of_fitting(tmp_path, monkeypatch, size):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "g.pb").write_bytes(graphs.graph(masks=True))
    files = {
        "yolo": save(tmp_path / "y.onnx", {"output0": raw(CENTRED)}, CENTRED, 0, metadata=TASK),
        "mask_rcnn": graphs.zoo(tmp_path / "z.onnx", masks=True), "mask_rcnn_tf": tmp_path / "g.pb",
        "adas": irs.classes(tmp_path / "c.xml"), "face": irs.faces(tmp_path / "f.xml", [[1, 1, 20, 20, 0]] * 3),
    }  # fmt: skip
    image = np.full((*size, 3), 200, np.uint8)
    for tool, path in files.items():
        for one in load(tool, path).detect([image], 0.0)[0]:
            assert 0 <= one.box[0] < one.box[2] <= size[1] and 0 <= one.box[1] < one.box[3] <= size[0]


def test_detectron2_resizes_a_line_of_pixels_to_one():
    pytest.importorskip("torch")
    from engine.tools.detecting.retinanet.detectron import LONG, SHORT, DetectronRetina

    fitting = DetectronRetina.__new__(DetectronRetina)
    fitting._sides = SHORT, LONG
    given = fitting.prepare(np.zeros((1, 8000, 3), np.uint8))
    assert given.pixels.shape == (3, 32, 1344) and given.scale == (1333 / 8000, 1)


# segmentation


@pytest.mark.parametrize("least", [-1, np.nan])
def test_pixels_of_no_class_are_left_out_and_classes_above_255_are_told_apart(least):
    from engine.specs import DetectorSpec
    from engine.tools.detecting.fitting import Fit, fit
    from engine.tools.detecting.ports import Port, Signature
    from engine.tools.detecting.segmentation import Segmenter

    class Fixed:
        """Answers with the same classes."""

        name = "fixed"
        signature = Signature("ir", Path("a.xml"), (Port("data", (1, 3, 4, 6)),), (Port("out", (1, 1, 4, 6)),))

        def run(self, given):
            answer = np.full((1, 1, 4, 6), least, np.float32)
            answer[..., :2], answer[..., 4:] = 300, 44
            return {"out": answer}

    names = tuple(f"class {number}" for number in range(301))
    net = Segmenter(Fixed(), names, DetectorSpec(id="x", name="X", help="", labels=names))  # type: ignore[arg-type]
    given = fit(np.zeros((4, 6, 3), np.uint8), Fit("stretch", (4, 6)))
    found = net.decode(net.infer([given])[0], given, 0.5)
    assert sorted((one.label, one.box) for one in found) == [("class 300", (0, 0, 2, 4)), ("class 44", (4, 0, 6, 4))]
