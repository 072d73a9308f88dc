"""Small TensorFlow graphs, written without TensorFlow, and ONNX networks, whose answers can be worked out by hand.

The graphs are protocol buffers by tensorflow/core/framework/graph.proto and tensorflow/core/protobuf/saved_model.proto.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np

FLOAT, INT32, UINT8 = 1, 3, 4
TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int32): INT32}
BOXES = [[0.2, 0.1, 0.8, 0.5], [0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
"""y1, x1, y2, x2 as parts; the third is not counted by num_detections."""
SCORES, CLASSES, COUNT = [0.0, 0.3, 0.99], [90.0, 1.0, 1.0], 2
OUTPUTS = ("num_detections", "detection_boxes", "detection_scores", "detection_classes")


def varint(value: int) -> bytes:
    """Return a number; a negative one as 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """Return a field: a number, or text, bytes or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def shape(sides) -> bytes:
    return b"".join(field(2, field(1, side)) for side in sides)


def node(name: str, kind: str, *inputs: str, **attributes: bytes) -> bytes:
    """Return a NodeDef as a field of a graph; attributes are AttrValues."""
    named = b"".join(field(5, field(1, key) + field(2, value)) for key, value in attributes.items())
    return field(1, field(1, name) + field(2, kind) + b"".join(field(3, one) for one in inputs) + named)


def of_type(number: int) -> bytes:
    return field(6, number)


def constant(name: str, values) -> bytes:
    array = np.asarray(values)
    tensor = field(1, TYPES[array.dtype]) + field(2, shape(array.shape)) + field(4, array.tobytes())
    return node(name, "Const", dtype=of_type(TYPES[array.dtype]), value=field(8, tensor))


def graph(*, masks: bool, taken: str = "image_tensor", share: float = 1 / 255, first: float = 90.0) -> bytes:
    """Return the graph of a detector whose first score is the mean of the first (red) channel times `share`."""
    f = {"T": of_type(FLOAT)}
    nodes = [
        node(taken, "Placeholder", dtype=of_type(UINT8), shape=field(7, shape((-1, -1, -1, 3)))),
        node("floats", "Cast", taken, SrcT=of_type(UINT8), DstT=of_type(FLOAT)),
        constant("axes", np.array([0, 1, 2], np.int32)),
        node("means", "Mean", "floats", "axes", keep_dims=field(5, 0), Tidx=of_type(INT32), **f),
        constant("red", np.array([share, 0, 0], np.float32)),
        node("reds", "Mul", "means", "red", **f),
        constant("all", np.array([0], np.int32)),
        node("mean", "Sum", "reds", "all", keep_dims=field(5, 0), Tidx=of_type(INT32), **f),
    ]
    place = np.array([[1, 0, 0]], np.float32)
    answers = {
        "num_detections": ([COUNT], [0]), "detection_boxes": ([BOXES], np.zeros((1, 3, 4))),
        "detection_scores": ([SCORES], place), "detection_classes": ([[first, *CLASSES[1:]]], place * 0),
    }  # fmt: skip
    if masks:
        values = np.zeros((1, 3, 4, 4))
        values[0, 0, :, :2] = 1
        values[0, 1] = 1
        answers["detection_masks"] = values, values * 0
    for name, (values, by) in answers.items():
        nodes += [
            constant(f"{name}/values", np.asarray(values, np.float32)),
            constant(f"{name}/by", np.asarray(by, np.float32)),
            node(f"{name}/share", "Mul", f"{name}/by", "mean", **f),
            node(f"{name}/sum", "AddV2", f"{name}/values", f"{name}/share", **f),
            node(name, "Identity", f"{name}/sum", **f),
        ]  # fmt: skip
    return b"".join(nodes) + field(4, field(1, 1000))


def saved_model(*, masks: bool) -> bytes:
    """Return the same as a SavedModel."""
    outputs = (*OUTPUTS, "detection_masks") if masks else OUTPUTS

    def tensor(key: str, name: str, kind: int) -> bytes:
        return field(1, key) + field(2, field(1, f"{name}:0") + field(2, kind))

    declared = field(1, tensor("inputs", "image_tensor", UINT8))
    declared += b"".join(field(2, tensor(name, name, FLOAT)) for name in outputs)
    declared += field(3, "tensorflow/serving/predict")
    meta = field(1, field(4, "serve")) + field(2, graph(masks=masks))
    meta += field(5, field(1, "serving_default") + field(2, declared))
    return field(1, 1) + field(2, meta)


def archive(path: Path, name: str, content: bytes) -> Path:
    """Write a .tar.gz as TensorFlow's zoo has them, with a link that leads out of it."""
    with tarfile.open(path, "w:gz") as file:
        link = tarfile.TarInfo("../../frozen_inference_graph.pb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
        for one, data in (("model/pipeline.config", b"model {}"), (name, content), ("model/checkpoint", b"x")):
            member = tarfile.TarInfo(one)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return path


def zoo(path: Path, *, masks: bool) -> Path:
    """Write an R-CNN as the ONNX zoo has them: a toothbrush whose score is the red's largest value over 100, a person.

    Boxes are in pixels of the picture that it is given, resized; scores are wrong if its sides are no multiples of 32.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def fixed(name, values):
        return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values), name))

    place = np.array([1, 0], np.float32)
    nodes = [
        fixed("axis", np.array([2], np.int64)), helper.make_node("Gather", ["image", "axis"], ["red"], axis=0),
        helper.make_node("ReduceMax", ["red"], ["most"], keepdims=0), fixed("by", place / 100),
        helper.make_node("Mul", ["most", "by"], ["share"]), fixed("base", np.array([0, 0.3], np.float32)),
        helper.make_node("Add", ["share", "base"], ["scores"]),
        helper.make_node("Shape", ["image"], ["sides"]), fixed("multiple", np.array([3, 32, 32], np.int64)),
        helper.make_node("Mod", ["sides", "multiple"], ["over"]),
        helper.make_node("ReduceMax", ["over"], ["most_over"], keepdims=0),
        helper.make_node("Cast", ["most_over"], ["wrong"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["scores", "wrong"], ["6572"]),
        fixed("6570", np.array([80, 1], np.int64)),
        fixed("6568", np.array([[133.4, 66.7, 666.5, 333.0], [0, 0, 1333, 666]], np.float32)),
    ]  # fmt: skip
    outputs = [("6568", TensorProto.FLOAT, ("n", 4)), ("6570", TensorProto.INT64, ("n",))]
    outputs.append(("6572", TensorProto.FLOAT, ("n",)))
    if masks:
        values = np.zeros((2, 1, 28, 28), np.float32)
        values[0, :, :, :14] = 1
        nodes.append(fixed("6887", values))
        outputs.append(("6887", TensorProto.FLOAT, ("n", 1, 28, 28)))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, (3, "height", "width"))
    made = helper.make_graph(nodes, "zoo", [image], [helper.make_tensor_value_info(*one) for one in outputs])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
