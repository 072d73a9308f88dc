"""RetinaNet in every form: detectron2's own answers, heads worked out by hand, and pickles that are refused."""

from __future__ import annotations

import importlib.util
import math
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tools import registry
from engine.tools.adopting import adopt
from engine.tools.detecting.names import COCO, COCO_91
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting import graphs, irs

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

GOLDEN = Path(__file__).parent.parent / "detecting" / "retinanet_detectron2.npz"
"""What detectron2 (June 2026) itself answered with stand-in weights, short side 128, long side at most 200."""
FACTORS = {
    "backbone.fpn_output3.weight": 0.03, "backbone.fpn_output4.weight": 0.04, "backbone.fpn_output5.weight": 0.08,
    "backbone.top_block.p6.weight": 0.3, "backbone.top_block.p7.weight": 10.0, "head.cls_score.weight": 0.25,
    "head.bbox_pred.weight": 0.05,
}  # fmt: skip
"""By which the stand-in weights were multiplied, so that scores differ from each other."""


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))


def load(path):
    return registry.find("retinanet").load(path, "cpu")


@pytest.fixture
def filler(shared):
    spec = importlib.util.spec_from_file_location("parity_fill", shared / "parity" / "fill.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fill


def test_detectron2s_own_answers(filler, tmp_path):
    from engine.tools.detecting.retinanet import detectron

    golden = np.load(GOLDEN)
    arrays = {}
    for row in golden["names"]:
        name, _, sides = row.partition(" ")
        factor = 0.2 if name.endswith("conv3.norm.weight") else FACTORS.get(name, 1)
        values = filler(name, tuple(map(int, sides.split(",")))) * factor - (6 if name == "head.cls_score.bias" else 0)
        arrays[name] = values.astype(np.float32)
    arrays["pixel_mean"] = np.zeros((3, 1, 1), np.float32)
    path = tmp_path / "model_final_000000.pkl"
    path.write_bytes(pickle.dumps({"model": arrays, "__author__": "somebody"}, protocol=4))
    tool = detectron.load(path, "cpu", short=128, long=200)
    given = tool.prepare(golden["image_rgb"])
    answer = tool.infer([given])[0]
    for number, (logits, moves) in enumerate(answer):
        step = 997 if logits.size > 20_000 else 37
        assert np.abs(logits.ravel()[::step] - golden[f"logits_50_{number}"]).max() < 1e-4
        assert np.abs(moves.ravel()[:: step // 10 + 1] - golden[f"deltas_50_{number}"]).max() < 1e-4
        assert np.abs(detectron.anchors_by_size(32 * 2**number) - golden[f"anchors_{number}"][:9]).max() < 1e-4
    found = tool.decode(answer, given, 0.05)
    assert len(found) == len(golden["scores_50"]) == 97
    for one, box, score, kind in zip(
        found, *(golden[f"{name}_50"] for name in ("boxes", "scores", "classes")), strict=True
    ):
        assert one.label == COCO[kind] and abs(one.score - score) < 1e-5
        assert np.abs(np.array(one.box) - box).max() < 1e-3
    assert [one.score for one in tool.decode(answer, given, 0.97)] == [one.score for one in found if one.score >= 0.97]


def test_a_deeper_network_is_told_by_its_blocks():
    from engine.nets import retinanet

    with torch.device("meta"):
        net = retinanet.RetinaNet(retinanet.Form(101, 3))
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert retinanet.recognise(shapes) == retinanet.Form(101, 3)
    assert len([name for name in shapes if not name.endswith("num_batches_tracked")]) == 556  # as detectron2's
    assert registry.find("retinanet").knows(Signature("pickle", Path("x.pkl"), tensors=shapes)).endswith("3 classes")


def of_python_2(values: np.ndarray) -> bytes:
    """Return {"model": {"w": array}} as Python 2 pickled it: text for bytes, numpy's modules by their old names."""
    code, text = values.dtype.str[1:].encode(), values.tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01(" \
        + b"".join(b"K" + bytes([side]) for side in values.shape) \
        + b"tcnumpy\ndtype\n(U" + bytes([len(code)]) + code \
        + b"K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" \
        + struct.pack("<i", len(text)) + text + b"tb"  # fmt: skip
    return b"\x80\x02}U\x05model}U\x01w" + array + b"ssU\x0a__author__U\x01xs."


def test_arrays_that_python_2_pickled_and_what_is_no_array(tmp_path):
    from engine.nets.pickled_arrays import arrays_in

    values = np.array([[1.5, -2, 3e30], [np.inf, 5, 200]], np.float32)
    path = tmp_path / "old.pkl"
    path.write_bytes(of_python_2(values))
    assert np.array_equal(arrays_in(path)["w"], values) and arrays_in(path)["w"].shape == (2, 3)
    path.write_bytes(pickle.dumps({"w": np.asfortranarray(values.astype(">f8"))}, protocol=2))
    assert np.array_equal(arrays_in(path)["w"], values)
    path.write_bytes(of_python_2(values)[:-20])
    with pytest.raises(WeightsError, match="cannot be read as a pickle of arrays"):
        arrays_in(path)
    path.write_bytes(of_python_2(values).replace(b"(K\x01(K\x02", b"(K\x01(K\x09"))
    with pytest.raises(WeightsError, match="9x3 has 24 bytes"):
        arrays_in(path)


class Evil:
    def __reduce__(self):
        return os.system, ("touch ran",)


def test_a_pickle_with_a_program_in_it_is_refused_and_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model_final_971ab9.pkl"
    path.write_bytes(pickle.dumps({"model": {"w": np.zeros(3, np.float32)}, "x": Evil()}, protocol=2))
    from engine.nets.pickled_arrays import arrays_in

    with pytest.raises(WeightsError, match="holds more than numbers"):
        arrays_in(path)
    with pytest.raises(WeightsError, match="holds more than numbers"):
        adopt(registry.find("retinanet").SPEC, path)
    assert not (tmp_path / "ran").exists()


def zoo(path, *, logits):
    """Write five pairs of heads of 2 classes for 256 x 128: one score of the finest level is the red's."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def fixed(name, values):
        return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values), name))

    nodes = [
        fixed("axis", np.array([0], np.int64)), helper.make_node("Gather", ["input", "axis"], ["red"], axis=1),
        helper.make_node("ReduceMax", ["red"], ["most"], keepdims=0),
    ]  # fmt: skip
    outputs = []
    for level in range(5):
        height, width = max(1, 16 >> level), 32 >> level
        by, base = np.zeros((1, 18, height, width), np.float32), np.full((1, 18, height, width), 0.01, np.float32)
        if logits:
            base[:] = -9
        moves = np.zeros((1, 36, height, width), np.float32)
        if level == 0:  # anchor 4, class 1, column 5, row 3: moved right by a quarter of its width, half as high
            by[0, 4 * 2 + 1, 3, 5], base[0, 4 * 2 + 1, 3, 5] = (2, 0) if logits else (0.5, 0)
            moves[0, 16, 3, 5], moves[0, 19, 3, 5] = 0.25, math.log(0.5)
        nodes += [
            fixed(f"by{level}", by), fixed(f"base{level}", base), fixed(f"box{level}", moves),
            helper.make_node("Mul", [f"by{level}", "most"], [f"part{level}"]),
            helper.make_node("Add", [f"part{level}", f"base{level}"], [f"cls{level}"]),
        ]  # fmt: skip
        outputs += [(f"cls{level}", by.shape), (f"box{level}", moves.shape)]
    described = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs]
    image = helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, 3, 128, 256))
    model = helper.make_model(helper.make_graph(nodes, "zoo", [image], described),
                              opset_imports=[helper.make_opsetid("", 12)], ir_version=8)  # fmt: skip
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("logits", [False, True])
def test_the_onnx_zoos_heads(tmp_path, logits):
    path = zoo(tmp_path / "mine.onnx", logits=logits)
    (tmp_path / "mine.names").write_text("cat\ndog\n")
    here = adopt(registry.find("retinanet").SPEC, path)
    assert here.variant == "RetinaNet (ONNX zoo), 2 classes"
    (found,) = load(here.path).detect([irs.picture(height=50, width=120)], 0.3)
    red = (0.8 - 0.485) / 0.229
    score = 1 / (1 + math.exp(-2 * red)) if logits else red / 2
    assert [(one.label, one.score) for one in found] == [("dog", pytest.approx(score, abs=1e-4))]
    # the anchor: middle (44, 28), area (32 x 2^(1/3))^2, twice as high as wide; one pixel is counted at each end
    width, height = 32 * 2 ** (1 / 3) / math.sqrt(2), 32 * 2 ** (1 / 3) * math.sqrt(2)
    wide, high = width + 1, (height + 1) / 2
    x, y = 44 + 0.5 + wide / 4, 28 + 0.5
    scale_x, scale_y = 256 / 120, 107 / 50  # 120 x 50 became 256 x 107
    wanted = ((x - wide / 2) / scale_x, (y - high / 2) / scale_y, (x + wide / 2) / scale_x, (y + high / 2) / scale_y)
    assert found[0].box == pytest.approx(wanted, abs=1e-3)


def test_kerass_graph_takes_bgr_less_the_mean(tmp_path):
    f, ints = {"T": graphs.of_type(graphs.FLOAT)}, graphs.of_type(graphs.INT32)
    nodes = [
        graphs.node("input_1", "Placeholder", dtype=graphs.of_type(graphs.FLOAT),
                    shape=graphs.field(7, graphs.shape((-1, -1, -1, 3)))),
        graphs.constant("axes", np.array([0, 1, 2], np.int32)),
        graphs.node("means", "Mean", "input_1", "axes", keep_dims=graphs.field(5, 0), Tidx=ints, **f),
        graphs.constant("last", np.array([0, 0, 0.01], np.float32)),
        graphs.node("reds", "Mul", "means", "last", **f),
        graphs.constant("all", np.array([0], np.int32)),
        graphs.node("red", "Sum", "reds", "all", keep_dims=graphs.field(5, 0), Tidx=ints, **f),
    ]  # fmt: skip
    values = {
        "boxes": ([[[133, 80, 666, 400], [0, 0, 1333, 555], [-1, -1, -1, -1]]], np.zeros((1, 3, 4))),
        "scores": ([[0, 0.3, -1]], [[1, 0, 0]]),
        "labels": ([[79, 0, -1]], np.zeros((1, 3))),
    }
    for name, (base, by) in values.items():
        own = f"filtered_detections/{name}"
        nodes += [
            graphs.constant(f"{own}/base", np.array(base, np.float32)),
            graphs.constant(f"{own}/by", np.array(by, np.float32)),
            graphs.node(f"{own}/share", "Mul", f"{own}/by", "red", **f),
            graphs.node(f"{own}/sum" if name == "labels" else own, "AddV2", f"{own}/base", f"{own}/share", **f),
        ]
    floats, whole = graphs.of_type(graphs.FLOAT), graphs.of_type(graphs.INT32)
    nodes.append(
        graphs.node("filtered_detections/labels", "Cast", "filtered_detections/labels/sum", SrcT=floats, DstT=whole)
    )
    path = tmp_path / "retinanet_resnet50_coco_best_v2.1.0.pb"
    path.write_bytes(b"".join(nodes) + graphs.field(4, graphs.field(1, 1000)))
    assert registry.find("retinanet").knows(signature_of(path)) == "RetinaNet (keras-retinanet)"
    (found,) = load(path).detect([irs.picture(height=50, width=120)], 0.25)
    assert [one.label for one in found] == ["toothbrush", "person"]
    assert [one.score for one in found] == pytest.approx([(204 - 123.68) / 100, 0.3], abs=5e-3)
    assert found[0].box == pytest.approx((133 / 1333 * 120, 80 / 555 * 50, 666 / 1333 * 120, 400 / 555 * 50), abs=1e-3)
    assert found[1].box == pytest.approx((0, 0, 120, 50))


def test_torchvisions_files_are_told_by_their_tensors():
    shapes = {
        "backbone.body.conv1.weight": (64, 3, 7, 7),
        "head.classification_head.cls_logits.weight": (819, 256, 3, 3),
    }
    module = registry.find("retinanet")
    signature = Signature("torch", Path("x.pth"), tensors=shapes)
    assert module.knows(signature) == "torchvision RetinaNet v1, ResNet-50, 90 classes"
    assert module.classes(signature) == len(COCO_91) and module.recognise(shapes)
    assert not module.knows(Signature("torch", Path("x.pth"), tensors={"backbone.body.conv1.weight": (64, 3, 7, 7)}))
