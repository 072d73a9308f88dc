"""Inputs and outputs of a frozen TensorFlow graph or a SavedModel, without TensorFlow.

tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto, tensor_shape.proto;
tensorflow/core/protobuf/saved_model.proto, meta_graph.proto (the numbers of their fields)
"""

from __future__ import annotations

from pathlib import Path

from engine.tools.detecting.ports import ANY, Port, Signature
from engine.tools.detecting.reading import wire

DTYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 7: "str", 9: "int64", 10: "bool", 19: "float16"}
"""DataType."""
NO_OUTPUTS = ("Const", "Placeholder", "NoOp", "Assert", "SaveV2", "RestoreV2")
"""Kinds of nodes that nobody takes from, and that are no outputs all the same."""


def frozen(graph: memoryview, file: Path) -> Signature:
    """Return what a GraphDef holds: its placeholders, and the nodes that no other takes from."""
    inputs, others, used = list[Port](), list[str](), set[str]()
    for node in wire.messages(graph, 1):
        name, kind = wire.text(node, 1), wire.text(node, 2)
        for source in wire.messages(node, 3):
            used.add(bytes(source).decode("utf-8", "replace").removeprefix("^").partition(":")[0])
        if kind == "Placeholder":
            inputs.append(Port(name, *_described(node)))
        elif kind not in NO_OUTPUTS:
            others.append(name)
    outputs = tuple(Port(name) for name in others if name not in used)
    return Signature("tf", file, tuple(inputs), outputs, {"form": "frozen"})


def _described(node: memoryview) -> tuple[tuple[int, ...], str]:
    """Return a placeholder's shape and type."""
    attributes = {wire.text(entry, 1): wire.first(entry, 2) for entry in wire.messages(node, 5)}
    empty = memoryview(b"")
    shape = _shape(wire.first(attributes.get("shape", empty), 7))
    return shape, DTYPES.get(wire.whole(attributes.get("dtype", empty), 6), "")


def _shape(shape: memoryview) -> tuple[int, ...]:
    sides = [wire.whole(dim, 1) for dim in wire.messages(shape, 2)]
    return tuple(side if side > 0 else ANY for side in sides)


def saved(model: memoryview, file: Path) -> Signature:
    """Return what a SavedModel's first graph declares as `serving_default`, or as its first signature."""
    graph = wire.first(model, 2)
    offered = {wire.text(entry, 1): wire.first(entry, 2) for entry in wire.messages(graph, 5)}
    chosen = offered.get("serving_default", next(iter(offered.values()), memoryview(b"")))
    return Signature("tf", file, _ports(chosen, 1), _ports(chosen, 2), {"form": "saved model"})


def _ports(declared: memoryview, number: int) -> tuple[Port, ...]:
    """Read a map of names to TensorInfo."""
    found = list[Port]()
    for entry in wire.messages(declared, number):
        info = wire.first(entry, 2)
        found.append(Port(wire.text(entry, 1), _shape(wire.first(info, 3)), DTYPES.get(wire.whole(info, 2), "")))
    return tuple(found)
