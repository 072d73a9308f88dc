"""What darknet's .cfg files say of a network, read without torch.

Layers are counted from 0 without the section `[net]`, as darknet counts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Literal, get_args

from engine.errors import WeightsError
from engine.textfile import is_web_page

Kind = Literal["convolutional", "shortcut", "route", "upsample", "maxpool", "yolo"]
IGNORED = ("net", "network")
LARGEST = 1 << 20
"""Bytes of a .cfg; YOLO v3's has 8,342."""
LAYERS, FILTERS, SIDE = 512, 16_384, 4096
"""More than any published network has; SIDE in pixels of the input."""
VALUES = 1 << 28
"""Numbers that one layer gives at most (1 GiB): YOLO v3's give 2 % of it at 416 pixels."""
SHRINKS = 32
"""Sides of the input are whole multiples of the largest stride."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One section of a .cfg; what its kind does not use keeps its default."""

    kind: Kind
    filters: int = 0
    size: int = 1
    stride: int = 1
    normalised: bool = False
    activation: Literal["linear", "leaky"] = "linear"
    sources: tuple[int, ...] = ()
    """Layers that a route joins or a shortcut adds, by their numbers."""
    anchors: tuple[tuple[float, float], ...] = ()
    """Width and height in pixels of the input, those of this head alone."""
    classes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A network: its input in pixels, and its layers."""

    height: int
    width: int
    layers: tuple[Layer, ...]

    @property
    def heads(self) -> tuple[Layer, ...]:
        """Its yolo layers, in their order."""
        return tuple(layer for layer in self.layers if layer.kind == "yolo")

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return self.heads[0].classes

    def channels(self) -> list[int]:
        """Return the channels that each layer gives."""
        given = list[int]()
        for number, layer in enumerate(self.layers):
            before = given[number - 1] if number else 3
            joined = sum(given[source] for source in layer.sources)
            given.append({"convolutional": layer.filters, "route": joined}.get(layer.kind, before))
        return given

    def extents(self) -> list[tuple[int, int]]:
        """Return the height and width of what each layer gives; what is joined is taken to be as the first of it."""
        given = list[tuple[int, int]]()
        for number, layer in enumerate(self.layers):
            height, width = given[number - 1] if number else (self.height, self.width)
            if layer.kind == "route":
                height, width = given[layer.sources[0]]
            elif layer.kind == "upsample":
                height, width = height * layer.stride, width * layer.stride
            elif layer.kind in ("convolutional", "maxpool"):
                more = layer.kind == "convolutional" and layer.size % 2 == 0  # half of an even size lies on both sides
                height, width = ((side - 1 + more) // layer.stride + 1 for side in (height, width))
            given.append((height, width))
        return given

    def numbers(self) -> int:
        """Return how many float32 numbers its .weights file holds."""
        inputs = [3, *self.channels()]
        return sum(
            layer.filters * (inputs[number] * layer.size**2 + (4 if layer.normalised else 1))
            for number, layer in enumerate(self.layers)
            if layer.kind == "convolutional"
        )


def read(path: Path) -> Plan:
    """Return what a .cfg file says; raise WeightsError that names the line that is wrong."""
    try:
        content = path.read_bytes()[: LARGEST + 1]
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error
    if len(content) > LARGEST or b"\0" in content or is_web_page(content[:512]):
        raise WeightsError(f"{path.name} is no darknet .cfg", f"expected a text of sections such as [net] ({path})")
    return plan(content.decode("utf-8-sig", "replace"), path.name)


def plan(text: str, name: str) -> Plan:
    """Return the network that a .cfg's text describes."""
    (kind, net, line), *rest = _sections(text, name)
    if kind not in IGNORED:
        raise _wrong(name, line, f"the first section is [{kind}], expected [net]")
    where = _Reader(name, net, line)
    height, width = (where.whole(key, 416, SHRINKS, SIDE) for key in ("height", "width"))
    if height % SHRINKS or width % SHRINKS or where.whole("channels", 3, 1, 9) != 3:
        raise _wrong(name, line, f"{width} x {height}: sides have to be multiples of {SHRINKS}, channels 3")
    if len(rest) > LAYERS:
        raise _wrong(name, rest[LAYERS][2], f"more than {LAYERS} layers")
    layers = [_layer(_Reader(name, said, line), kind, number) for number, (kind, said, line) in enumerate(rest)]
    made = Plan(height, width, tuple(layers))
    _check(made, name, [line for _, _, line in rest])
    return made


def _check(made: Plan, name: str, lines: Sequence[int]) -> None:
    if not made.heads:
        raise WeightsError(f"{name} describes no YOLO network", "it has no section [yolo]")
    if len({head.classes for head in made.heads}) > 1:
        raise WeightsError(f"{name} describes no YOLO network", "its sections [yolo] differ in `classes`")
    channels, extents = made.channels(), made.extents()
    for number, layer in enumerate(made.layers):
        height, width = extents[number]
        if height * width * channels[number] > VALUES:
            raise _wrong(name, lines[number], f"gives {width} x {height} x {channels[number]} numbers: too many")
        if any(extents[source] != (height, width) for source in layer.sources):
            raise _wrong(name, lines[number], f"a {layer.kind} joins layers of different heights and widths")
        wanted = len(layer.anchors) * (5 + layer.classes)
        if layer.kind == "yolo" and (not number or channels[number - 1] != wanted):
            had = channels[number - 1] if number else 3
            raise _wrong(
                name, lines[number], f"[yolo] needs {wanted} channels before it (anchors x (5 + classes)), has {had}"
            )
        if layer.kind == "shortcut" and channels[layer.sources[0]] != channels[number - 1]:
            raise _wrong(name, lines[number], "a shortcut adds layers of different channels")


@dataclass(frozen=True, slots=True)
class _Reader:
    """The options of one section."""

    name: str
    said: Mapping[str, str]
    line: int

    def numbers(self, key: str) -> list[float]:
        try:
            found = [float(part) for part in self.said.get(key, "").split(",") if part.strip()]
        except ValueError:
            found = [inf]
        if not all(map(isfinite, found)):
            raise _wrong(self.name, self.line, f"`{key}` is no row of numbers")
        return found

    def whole(self, key: str, usual: int, least: int, most: int) -> int:
        value = (self.numbers(key) or [usual])[0]
        if value != int(value) or not least <= value <= most:
            raise _wrong(self.name, self.line, f"`{key}` is {value:g}, expected a whole number {least}..{most}")
        return int(value)

    def layers(self, key: str, number: int) -> tuple[int, ...]:
        """Return the layers meant by numbers that count from the start, or back from this one where negative."""
        found = [int(value) + (number if value < 0 else 0) for value in self.numbers(key) if value == int(value)]
        if not found or not all(0 <= one < number for one in found):
            raise _wrong(self.name, self.line, f"`{key}` names no layers before this one")
        return tuple(found)


def _layer(where: _Reader, kind: str, number: int) -> Layer:
    if kind == "convolutional":
        return _convolution(where)
    if kind == "shortcut":
        _only(where, "activation", ("linear",))
        return Layer("shortcut", sources=where.layers("from", number)[:1])
    if kind == "route":
        if "groups" in where.said:
            raise _wrong(where.name, where.line, "`groups` of a route is of later networks than YOLO v3")
        return Layer("route", sources=where.layers("layers", number))
    if kind == "upsample":
        return Layer("upsample", stride=where.whole("stride", 2, 2, 8))
    if kind == "maxpool":
        stride = where.whole("stride", 1, 1, 8)
        return Layer("maxpool", size=where.whole("size", stride, 1, 16), stride=stride)
    if kind == "yolo":
        return _head(where)
    raise _wrong(where.name, where.line, f"[{kind[:40]}] is not known; known are {', '.join(get_args(Kind))}")


def _convolution(where: _Reader) -> Layer:
    _only(where, "activation", ("linear", "leaky"))
    for key in ("groups", "dilation"):
        where.whole(key, 1, 1, 1)
    size = where.whole("size", 1, 1, 11)
    if size > 1 and not where.whole("pad", 0, 0, 1):
        raise _wrong(where.name, where.line, "a convolution without `pad=1`")
    return Layer(
        "convolutional", where.whole("filters", 1, 1, FILTERS), size, where.whole("stride", 1, 1, 8),
        bool(where.whole("batch_normalize", 0, 0, 1)), "leaky" if where.said.get("activation") == "leaky" else "linear",
    )  # fmt: skip


def _head(where: _Reader) -> Layer:
    flat = where.numbers("anchors")
    pairs = list(zip(flat[::2], flat[1::2], strict=False))
    mask = [int(value) for value in where.numbers("mask")] or list(range(len(pairs)))
    if len(flat) % 2 or not all(0 <= one < len(pairs) for one in mask) or not mask or min(flat) <= 0:
        raise _wrong(where.name, where.line, "`mask` and `anchors` do not fit each other")
    classes = where.whole("classes", 20, 1, 10_000)
    return Layer("yolo", anchors=tuple(pairs[one] for one in mask), classes=classes)


def _only(where: _Reader, key: str, known: Sequence[str]) -> None:
    if (found := where.said.get(key, "linear")) not in known:
        raise _wrong(where.name, where.line, f"`{key}` is {found[:40]}, expected {' or '.join(known)}")


def _sections(text: str, name: str) -> list[tuple[str, dict[str, str], int]]:
    """Return each section's kind, options and line."""
    found = list[tuple[str, dict[str, str], int]]()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#")[0].split(";")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            found.append((line[1:-1].strip(), {}, number))
        elif line:
            key, mark, value = line.partition("=")
            if not (mark and found):
                raise _wrong(name, number, "expected `[section]` or `key=value`")
            found[-1][1][key.strip()] = value.strip()
    if not found:
        raise WeightsError(f"{name} is no darknet .cfg", "it has no sections")
    return found


def _wrong(name: str, line: int, what: str) -> WeightsError:
    return WeightsError(f"{name} describes a network that cannot be built", f"line {line}: {what}")
