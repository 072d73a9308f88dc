"""Darknet's networks in torch: the numbers of a .weights file, put where a .cfg says (`reading.darknet`).

They are the convolutions' in their order: bias, where normalised scale, mean and variance, and weights (filters,
channels, size, size). Source: pjreddie/darknet, src/parser.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import WeightsError
from engine.tools.detecting.reading.darknet import Layer, Plan
from engine.tools.detecting.reading.darknet_published import numbers_of
from engine.tools.progress import report

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


def load(path: Path, plan: Plan) -> Darknet:
    """Return the network of a .weights file; raise WeightsError if it has more or fewer numbers than the plan."""
    numbers = numbers_of(path)
    if (wanted := plan.numbers()) != len(numbers):
        told = f"the .cfg describes {wanted:,} numbers, the file holds {len(numbers):,} ({path})"
        raise WeightsError(f"{path.name} does not fit its .cfg", told)
    with torch.device("meta"):
        net = Darknet(plan)
    net.load_state_dict(dict(_parameters(plan, numbers)), assign=True)
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
