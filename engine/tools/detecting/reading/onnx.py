"""Inputs, outputs and metadata of an ONNX file, without loading a runtime.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (the numbers of its fields)
"""

from __future__ import annotations

from pathlib import Path

from engine.tools.detecting.ports import ANY, Port, Signature
from engine.tools.detecting.reading import wire

DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "str", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip
"""TensorProto.DataType."""

ELSEWHERE = 1
"""TensorProto.DataLocation.EXTERNAL."""
SPLIT = "its numbers lie in another file: join them by onnx.save(onnx.load('MODEL.onnx'), 'JOINED.onnx')"


def signature(model: memoryview, file: Path) -> Signature:
    """Return what a ModelProto says of itself; raise ValueError where it is damaged."""
    graph, metadata = memoryview(b""), dict[str, str]()
    for number, value in wire.fields(model):
        if not isinstance(value, memoryview):
            continue
        if number == 2:
            metadata["producer_name"] = bytes(value).decode("utf-8", "replace")
        elif number == 7:
            graph = value
        elif number == 14:
            metadata[wire.text(value, 1)] = wire.text(value, 2)
    inputs, outputs, weights, operators = list[Port](), list[Port](), set[str](), set[str]()
    for number, value in wire.fields(graph):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            operators.add(wire.text(value, 4))
        elif number == 5:
            weights.add(wire.text(value, 8))
            if wire.whole(value, 14) == ELSEWHERE:
                raise ValueError(SPLIT)
        elif number == 11:
            inputs.append(_port(value))
        elif number == 12:
            outputs.append(_port(value))
    taken = tuple(port for port in inputs if port.name not in weights)  # old files list their weights as inputs
    return Signature("onnx", file, taken, tuple(outputs), metadata, operators=frozenset(operators))


def _port(value: memoryview) -> Port:
    """Read a ValueInfoProto."""
    tensor = wire.first(wire.first(value, 2), 1)
    sides = [wire.whole(dim, 1, ANY) for dim in wire.messages(wire.first(tensor, 2), 1)]
    shape = tuple(side if side >= 0 else ANY for side in sides)
    return Port(wire.text(value, 1), shape, DTYPES.get(wire.whole(tensor, 1), ""))
