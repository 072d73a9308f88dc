"""Darknet's networks in torch: the numbers of a .weights file, put where a .cfg says (`detecting.darknet_cfg`).

The file's header is three int32, then a count of pictures seen (uint64 from version 0.2 on, else uint32). Then come the
convolutions in their order: bias, where normalised scale, mean and variance, and weights (filters, channels, size,
size), all float32, little-endian. Source: pjreddie/darknet, src/parser.c.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import WeightsError
from engine.textfile import is_web_page
from engine.tools.detecting.darknet_cfg import Layer, Plan, published
from engine.tools.progress import report

HEADER = struct.Struct("<3i")
SLOPE = 0.1
"""Of the leaky activation below zero."""
EPSILON = 1e-6
"""Added to the standard deviation (not to the variance) that a convolution is normalised by."""


class Darknet(nn.Module):
    """The network of a plan."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        inputs = [3, *plan.channels()]
        self.convolutions = nn.ModuleDict({
            str(number): nn.Conv2d(inputs[number], layer.filters, layer.size, layer.stride, layer.size // 2)
            for number, layer in enumerate(plan.layers)
            if layer.kind == "convolutional"
        })  # fmt: skip
        self.kept = {source for layer in plan.layers for source in layer.sources}

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return what goes into each yolo layer, (N, anchors * (5 + classes), H, W), for (N, 3, H, W) RGB 0..1."""
        kept, heads = dict[int, Tensor](), list[Tensor]()
        for number, layer in enumerate(self.plan.layers):
            if layer.kind == "convolutional":
                report("Looking for objects")
                x = self.convolutions[str(number)](x)
                x = functional.leaky_relu(x, SLOPE, inplace=True) if layer.activation == "leaky" else x
            elif layer.kind == "yolo":
                heads.append(x)
            else:
                x = _joined(layer, x, kept)
            if number in self.kept:
                kept[number] = x
        return heads


def _joined(layer: Layer, x: Tensor, kept: dict[int, Tensor]) -> Tensor:
    if layer.kind == "shortcut":
        return x + kept[layer.sources[0]]
    if layer.kind == "route":
        return torch.cat([kept[source] for source in layer.sources], 1)
    if layer.kind == "upsample":
        return functional.interpolate(x, scale_factor=layer.stride, mode="nearest")
    before = (layer.size - 1) // 2
    after = layer.size - 1 - before
    return functional.max_pool2d(
        functional.pad(x, (before, after, before, after), value=-torch.inf), layer.size, layer.stride
    )


def numbers_of(path: Path) -> NDArray[np.float32]:
    """Return the numbers behind a .weights file's header, not yet read from the disk.

    Raise WeightsError for a file that has no such header.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error
    if is_web_page(head):
        raise WeightsError(f"{path.name} is a web page, not a network", f"fetch the file in a browser ({path})")
    major, minor, _ = HEADER.unpack(head[: HEADER.size].ljust(HEADER.size, b"\xff"))
    start = HEADER.size + (8 if major * 10 + minor >= 2 else 4)
    if not (0 <= major < 10 and 0 <= minor < 100) or size <= start or (size - start) % 4:
        raise WeightsError(f"{path.name} is no darknet .weights file", f"its header or its length is wrong ({path})")
    return np.memmap(path, "<f4", "r", start)


def load(path: Path, plan: Plan | None = None) -> Darknet:
    """Return the network of a .weights file, by its .cfg's plan or, without one, by its own size.

    Raise WeightsError if the numbers are more or fewer than the network has.
    """
    numbers = numbers_of(path)
    found = plan or published(len(numbers))
    if found is None:
        told = f"{len(numbers)} numbers are neither YOLO v3's nor YOLO v3 tiny's: add the .cfg that it was trained with"
        raise WeightsError(f"{path.name} needs its .cfg beside it", f"{told}, under the same name ({path})")
    if (wanted := found.numbers()) != len(numbers):
        told = f"the .cfg describes {wanted} numbers, the file holds {len(numbers)} ({path})"
        raise WeightsError(f"{path.name} does not fit its .cfg", told)
    with torch.device("meta"):
        net = Darknet(found)
    net.load_state_dict(dict(_parameters(found, numbers)), assign=True)
    return net.eval().requires_grad_(False)


def _parameters(plan: Plan, numbers: NDArray[np.float32]) -> Iterator[tuple[str, Tensor]]:
    """Yield the convolutions' weights and biases, what normalises them multiplied in."""
    inputs, start = [3, *plan.channels()], 0
    for number, layer in enumerate(plan.layers):
        if layer.kind != "convolutional":
            continue
        shape = layer.filters, inputs[number], layer.size, layer.size
        rows = 4 if layer.normalised else 1
        small = numbers[start : start + rows * layer.filters].reshape(rows, layer.filters).astype(np.float32)
        start += small.size
        weights = numbers[start : start + int(np.prod(shape))].reshape(shape).astype(np.float32)
        start += weights.size
        bias = small[0]
        if layer.normalised:
            factor = small[1] / (np.sqrt(small[3]) + np.float32(EPSILON))
            weights *= factor[:, None, None, None]
            bias = bias - small[2] * factor
        yield f"convolutions.{number}.weight", torch.from_numpy(weights)
        yield f"convolutions.{number}.bias", torch.from_numpy(bias)
