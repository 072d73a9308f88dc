"""Inputs and outputs of an OpenVINO IR, from its text.

https://docs.openvino.ai: "Intermediate Representation Suitable for INT8 Inference" (layers, edges, ports of the XML)
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from engine.tools.detecting.ports import ANY, Port, Signature

MOST = 16 << 20
"""Bytes of an IR's text; the largest published one here has 3 MB, and read they take some twenty times as much."""
DTYPES = {
    "f32": "float32", "f16": "float16", "i64": "int64", "i32": "int32", "u8": "uint8", "boolean": "bool",
    "fp32": "float32", "fp16": "float16",
}  # fmt: skip


def signature(text: bytes, file: Path) -> Signature:
    """Return what an IR holds; raise ValueError where it is damaged or no IR."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ValueError("it declares entities, which no IR does")
    try:
        net = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"it is cut short or damaged ({error})") from error
    if net.tag != "net":
        raise ValueError(f"its first element is {net.tag[:40]!r}, not 'net'")
    layers = {layer.get("id", ""): layer for layer in net.iterfind("layers/layer")}
    edges = {edge.get("to-layer", ""): (edge.get("from-layer", ""), edge.get("from-port", ""))
             for edge in net.iterfind("edges/edge")}  # fmt: skip
    inputs = tuple(_input(layer) for layer in layers.values() if layer.get("type") in ("Parameter", "Input"))
    results = [number for number, layer in layers.items() if layer.get("type") == "Result"]
    outputs = tuple(_output(layers, *edges.get(number, ("", ""))) for number in results)
    return Signature("ir", file, inputs, outputs, {"version": net.get("version", "")})


def whole(text: str) -> int:
    """Return the number that a text of digits is, `ANY` for other texts and for more than a file's length needs."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else ANY


def _input(layer: ElementTree.Element) -> Port:
    port = layer.find("output/port")
    data = layer.find("data")
    kind = (data.get("element_type", "") if data is not None else "").lower()
    name = _names(port)[0] if port is not None and _names(port) else layer.get("name", "")
    return Port(name, _shape(port), DTYPES.get(kind, kind))


def _output(layers: dict[str, ElementTree.Element], source: str, number: str) -> Port:
    """Return what a result is given: the port of the layer before it."""
    layer = layers.get(source)
    if layer is None:
        return Port("")
    port = next((port for port in layer.iterfind("output/port") if port.get("id") == number), None)
    kind = (port.get("precision", "") if port is not None else "").lower()
    name = _names(port)[0] if port is not None and _names(port) else layer.get("name", "")
    return Port(name, _shape(port), DTYPES.get(kind, kind))


def _names(port: ElementTree.Element) -> list[str]:
    """Return a port's names, the shortest first: converters list aliases like `x` and `x:0`."""
    named = port.get("names", "").replace("\\,", "\0").split(",")
    return sorted((name.replace("\0", ",") for name in named if name), key=len)


def _shape(port: ElementTree.Element | None) -> tuple[int, ...]:
    sides = [(dim.text or "").strip() for dim in port.iterfind("dim")] if port is not None else []
    return tuple(whole(side) for side in sides)
