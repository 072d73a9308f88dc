"""YOLO v3 in every form, on networks whose answers can be worked out by hand; and files that are refused."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tools import registry
from engine.tools.adopting import adopt
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting import graphs, irs

pytest.importorskip("torch")
pytest.importorskip("openvino")

CFG = """# a network of one convolution
[net]
width=64
height=32
channels=3

[maxpool]
size=8
stride=8
[maxpool]
size=4
stride=4
[convolutional]
filters=14
size=1
pad=1
activation=linear
[yolo]
mask = 1,2
anchors = 9,9,  20,10,  30,16
classes=2
"""
SURE = 1 / (1 + math.exp(-3))
"""Of an objectness of 20 x 0.8 (the red) - 13."""


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))


def load(path):
    return registry.find("yolov3").load(path, "cpu")


def weights_file(path, count=0):
    """Write the numbers of CFG's convolution: 14 biases and 14 x 3 weights, or so many zeros."""
    bias, weights = np.zeros((2, 7), "<f4"), np.zeros((2, 7, 3), "<f4")
    bias[:, 4], weights[0, 4, 0] = -13, 20  # the first anchor is there where red is
    bias[:, 5:] = -20, 20
    numbers = np.concatenate((bias.ravel(), weights.ravel())) if not count else np.zeros(count, "<f4")
    path.write_bytes(struct.pack("<3iQ", 0, 2, 0, 1) + numbers.tobytes())
    return path


def test_darknets_own_files_with_the_cfg_and_the_names_of_their_set(tmp_path):
    mine = weights_file(tmp_path / "mine.weights")
    (tmp_path / "mine.cfg").write_text(CFG)
    (tmp_path / "mine.names").write_text("cat\ndog\n")
    here = adopt(registry.find("yolov3").SPEC, mine)
    assert here.variant == "YOLO v3 (darknet), 2 classes, 64 x 32"
    tool = load(here.path)
    assert tool.labels == ("cat", "dog")
    (found,) = tool.detect([irs.picture(height=50, width=120)], 0.5)
    assert [(one.label, one.score) for one in found] == [("dog", pytest.approx(SURE, abs=1e-5))] * 2
    # cells' centres (16, 16) and (48, 16); sides 20 and 10; 120 x 50 became 64 x 26, 3 rows below the border
    boxes = sorted(one.box for one in found)
    assert boxes[0] == pytest.approx((6 / 64 * 120, 8 / 26 * 50, 26 / 64 * 120, 18 / 26 * 50), abs=1e-4)
    assert boxes[1] == pytest.approx((38 / 64 * 120, 8 / 26 * 50, 58 / 64 * 120, 18 / 26 * 50), abs=1e-4)
    assert not tool.detect([irs.picture()], SURE + 0.01)[0]


def test_weights_without_their_cfg_are_the_published_networks_or_refused(tmp_path):
    lost = weights_file(tmp_path / "lost.weights")
    with pytest.raises(WeightsError, match=r"needs its \.cfg"):
        load(lost)
    (tmp_path / "lost.cfg").write_text(CFG.replace("filters=14", "filters=7").replace("mask = 1,2", "mask = 1"))
    with pytest.raises(WeightsError, match=r"28 numbers, the file holds 56"):
        load(lost)
    module = registry.find("yolov3")
    tiny = weights_file(tmp_path / "other.weights", 8_858_734 - 3 * 73 * (513 + 257))
    signature = signature_of(tiny)
    assert module.knows(signature) == "YOLO v3 tiny (darknet), 7 classes, 416 x 416" and module.classes(signature) == 7
    with pytest.raises(WeightsError, match="7 classes"):
        load(tiny)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no sections"),
        ("filters=3", "line 1"),
        (CFG.replace("maxpool]\nsize=8", "lstm]\nsize=8"), "line 7: .*lstm"),
        (CFG.replace("width=64", "width=65"), "multiples of 32"),
        (CFG.replace("width=64", "width=nan"), "line 2"),
        (CFG.replace("width=64", "width=99999999999"), "32..4096"),
        (CFG.replace("filters=14", "filters=15"), "needs 14 channels"),
        (CFG.replace("mask = 1,2", "mask = 1,3"), "`mask` and `anchors`"),
        (CFG.replace("activation=linear", "activation=mish"), "mish"),
        (CFG.replace("[yolo]", "[route]\nlayers=-9\n[yolo]"), "names no layers"),
        (CFG.split("[yolo]")[0], r"no section \[yolo\]"),
        (CFG + "[maxpool]\n" * 600, "more than 512"),
        ("\0\0", "no darknet .cfg"),
    ],
)
def test_a_cfg_that_is_wrong_is_refused_by_its_line(tmp_path, text, told):
    path = weights_file(tmp_path / "mine.weights")
    (tmp_path / "mine.cfg").write_text(text)
    with pytest.raises(WeightsError, match=told):
        load(path)


def zoo(path, *, tiny):
    """Write a network as the ONNX zoo has them: boxes are shares of the frame's size, the first score the red."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def fixed(name, values):
        return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values), name))

    places = np.array([[[0.2, 0.1, 0.8, 0.5], [0, 0.5, 1, 1]]], np.float32)
    by, base = np.zeros((1, 80, 2), np.float32), np.zeros((1, 80, 2), np.float32)
    by[0, 79, 0], base[0, 0, 1] = 1, 0.3
    chosen = np.array([[0, 79, 0], [0, 0, 1], [-1, -1, -1]], np.int32)
    nodes = [
        helper.make_node("Concat", ["image_shape", "image_shape"], ["sides"], axis=1),
        fixed("places", places), helper.make_node("Mul", ["places", "sides"], ["boxes"]),
        fixed("axis", np.array([0], np.int64)), helper.make_node("Gather", ["input_1", "axis"], ["red"], axis=1),
        helper.make_node("ReduceMax", ["red"], ["most"], keepdims=0), fixed("by", by), fixed("base", base),
        helper.make_node("Mul", ["by", "most"], ["share"]), helper.make_node("Add", ["share", "base"], ["scores"]),
        fixed("chosen", chosen[None] if tiny else chosen),
    ]  # fmt: skip
    inputs = [("input_1", TensorProto.FLOAT, (1, 3, "h", "w")), ("image_shape", TensorProto.FLOAT, (1, 2))]
    outputs = [("boxes", TensorProto.FLOAT, (1, "n", 4)), ("scores", TensorProto.FLOAT, (1, 80, "n")),
               ("chosen", TensorProto.INT32, chosen[None].shape if tiny else chosen.shape)]  # fmt: skip
    described = ([helper.make_tensor_value_info(*one) for one in ports] for ports in (inputs, outputs))
    made = helper.make_graph(nodes, "zoo", *described)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("tiny", [False, True])
def test_the_onnx_zoos_files(tmp_path, tiny):
    path = zoo(tmp_path / "yolov3-10.onnx", tiny=tiny)
    assert registry.find("yolov3").knows(signature_of(path)).startswith("YOLO v3 (ONNX zoo)")
    (found,) = load(path).detect([irs.picture(height=50, width=120)], 0.25)
    assert [one.label for one in found] == ["toothbrush", "person"]
    assert [one.score for one in found] == pytest.approx([0.8, 0.3], abs=1e-6)
    assert found[0].box == pytest.approx((12, 10, 60, 40)) and found[1].box == pytest.approx((60, 0, 120, 50))


def zoo_ir(path, *, half):
    """Write the same network as the Open Model Zoo's converter does: BGR of 0..255, its input's sides fixed."""
    from openvino import opset13 as op

    image, sides = irs.taken((1, 3, 64, 96), "input_1"), irs.taken((1, 2), "image_shape")
    red = op.gather(image, op.constant(np.array([2], np.int64)), op.constant(np.int64(1)))
    most = op.divide(op.reduce_max(red, op.constant(np.array([0, 1, 2, 3])), False), op.constant(np.float32(255)))
    by, base = np.zeros((1, 80, 2), np.float32), np.zeros((1, 80, 2), np.float32)
    by[0, 79, 0], base[0, 0, 1] = 1, 0.3
    places = np.array([[[0.2, 0.1, 0.8, 0.5], [0, 0.5, 1, 1]]], np.float32)
    chosen = np.array([[0, 79, 0], [0, 0, 1], [-1, -1, -1]], np.int32)
    nothing = op.convert(op.multiply(most, op.constant(np.float32(0))), "i32")
    outputs = {
        "boxes": op.multiply(op.constant(places), op.concat([sides, sides], 1)),
        "scores": op.add(op.constant(base), op.multiply(op.constant(by), most)),
        "chosen": op.add(op.constant(chosen), nothing),
    }
    return irs.save(path, [image, sides], outputs, half=half)


@pytest.mark.parametrize("half", [False, True])
def test_the_ir_of_the_onnx_zoos_file_takes_bgr(tmp_path, half):
    path = zoo_ir(tmp_path / "yolo-v3-onnx.xml", half=half)
    assert registry.find("yolov3").knows(signature_of(path)) == (
        "YOLO v3 (ONNX zoo), boxes chosen inside, 80 classes, 96 x 64"
    )
    (found,) = load(adopt(registry.find("yolov3").SPEC, path).path).detect([irs.picture(height=50, width=120)], 0.25)
    assert [one.label for one in found] == ["toothbrush", "person"]
    assert [one.score for one in found] == pytest.approx([0.8, 0.3], abs=1e-3 if half else 1e-6)
    assert found[0].box == pytest.approx((12, 10, 60, 40), abs=0.1 if half else 1e-4)
    assert found[1].box == pytest.approx((60, 0, 120, 50), abs=0.1 if half else 1e-4)


def raw(grid):
    """Return a head (1, 3 x 7, grid, grid) and what the red's share times 20 is added to: objectness of one cell."""
    base, by = np.full((3, 7, grid, grid), -13, np.float32), np.zeros((3, 7, grid, grid), np.float32)
    base[:, :4], base[:, 6] = 0, 20
    if grid == 2:
        by[1, 4, 1, 0] = 20
    return base.reshape(1, 21, grid, grid), by.reshape(1, 21, grid, grid)


def test_an_ir_with_regions_takes_bgr_and_names_its_anchors(tmp_path):
    from openvino import opset13 as op

    image, outputs = irs.taken((1, 3, 64, 128), "input_1"), {}
    for grid, mask in ((2, [3, 4, 5]), (4, [1, 2, 3])):
        base, by = raw(grid)
        head = op.add(op.constant(base), op.multiply(op.constant(by), irs.share(image, 2)))
        anchors = [float(side) for side in (10, 14, 23, 27, 37, 58, 80, 40, 64, 32, 344, 319)]
        outputs[f"region{grid}"] = op.region_yolo(head, 4, 2, 6, False, mask, 1, 3, anchors)
    path = irs.save(tmp_path / "mine.xml", [image], outputs)
    (tmp_path / "mine.names").write_text("cat\ndog")
    tool = load(adopt(registry.find("yolov3").SPEC, path).path)
    assert tool.labels == ("cat", "dog")
    (found,) = tool.detect([irs.picture(height=50, width=120)], 0.3)
    assert [(one.label, one.score) for one in found] == [("dog", pytest.approx(SURE, abs=1e-4))]
    # the cell of column 0 and row 1 has its centre at (32, 48) of 128 x 64; the anchor is 64 x 32
    assert found[0].box == pytest.approx((0, 32 / 64 * 50, 64 / 128 * 120, 50), abs=1e-3)


def test_a_tensorflow_graph_takes_rgb_of_parts_and_gives_bare_heads(tmp_path):
    f = {"T": graphs.of_type(graphs.FLOAT)}
    sides = graphs.field(7, graphs.shape((1, 416, 416, 3)))
    nodes = [
        graphs.node("input_1", "Placeholder", dtype=graphs.of_type(graphs.FLOAT), shape=sides),
        graphs.constant("axes", np.array([0, 1, 2], np.int32)),
        graphs.node("means", "Mean", "input_1", "axes", keep_dims=graphs.field(5, 0),
                    Tidx=graphs.of_type(graphs.INT32), **f),
        graphs.constant("first", np.array([1, 0, 0], np.float32)),
        graphs.node("reds", "Mul", "means", "first", **f),
        graphs.constant("all", np.array([0], np.int32)),
        graphs.node("red", "Sum", "reds", "all", keep_dims=graphs.field(5, 0), Tidx=graphs.of_type(graphs.INT32), **f),
    ]  # fmt: skip
    for name, grid in (("conv2d_58", 2), ("conv2d_66", 4), ("conv2d_74", 8)):
        base, by = (part.transpose(0, 2, 3, 1) for part in raw(grid))
        nodes += [
            graphs.constant(f"{name}/base", np.ascontiguousarray(base)),
            graphs.constant(f"{name}/by", np.ascontiguousarray(by)),
            graphs.node(f"{name}/share", "Mul", f"{name}/by", "red", **f),
            graphs.node(f"{name}/BiasAdd", "AddV2", f"{name}/base", f"{name}/share", **f),
        ]
    path = tmp_path / "mine.pb"
    path.write_bytes(b"".join(nodes) + graphs.field(4, graphs.field(1, 1000)))
    (tmp_path / "mine.names").write_text("cat\ndog\n")
    module = registry.find("yolov3")
    assert module.knows(signature_of(path)) == "YOLO v3 (TensorFlow), 416 x 416"
    tool = load(adopt(module.SPEC, path).path)
    (found,) = tool.detect([irs.picture(height=50, width=120)], 0.3)
    assert [(one.label, one.score) for one in found] == [
        ("dog", pytest.approx(SURE, abs=5e-3))
    ]  # sums of 173,056 float32
    # the second anchor of the coarsest head is 156 x 198, and the cell's centre lies at (104, 312) of 416 x 416
    assert found[0].box == pytest.approx((26 / 416 * 120, 213 / 416 * 50, 182 / 416 * 120, 411 / 416 * 50), abs=1e-3)


def test_another_networks_file_is_refused_by_what_it_is(tmp_path):
    path = irs.faces(tmp_path / "face.xml", [[6, 8, 30, 20, 0]])
    assert not registry.find("yolov3").knows(signature_of(path))
    with pytest.raises(WeightsError, match=r"face\.xml is no file of YOLO v3"):
        load(path)
