"""Small ONNX networks whose answers can be worked out by hand: constants, and a score that is one value of the input.

The score is one channel of one input pixel, so that it tells order and scale of the channels and where the picture
lies. Other values are given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FRAME = (100, 60)
"""Width and height of `picture`."""
BOX = (50.0, 20.0, 80.0, 40.0)
"""Where its object is."""
RED, GREEN, BLUE = 204, 100, 51
SIZE = (96, 128)
"""Height and width of the networks' input: not as the picture's."""


def picture(red: int = RED) -> np.ndarray:
    """Return a dark picture with one object."""
    image = np.full((FRAME[1], FRAME[0], 3), (10, 20, 30), np.uint8)
    image[20:40, 50:80] = (red, GREEN, BLUE)
    return image


@dataclass(frozen=True)
class Place:
    """How the picture lies in the input: scales and offsets, worked out apart from the program's."""

    x: float
    y: float
    left: float = 0
    top: float = 0

    def box(self, box=BOX) -> np.ndarray:
        """Return a box of the frame in input pixels."""
        scale = np.array([self.x, self.y, self.x, self.y])
        return np.array(box) * scale + (self.left, self.top, self.left, self.top)

    def centred(self, box=BOX) -> np.ndarray:
        """Return its centre, width and height."""
        x1, y1, x2, y2 = self.box(box)
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])

    @property
    def probe(self) -> tuple[int, int]:
        """The input pixel, row and column, in the middle of the object."""
        x, y, _, _ = self.centred()
        return int(y), int(x)


STRETCHED = Place(1.28, 1.6)
CENTRED = Place(1.28, 77 / 60, 0, 9)
"""128 x 77 in 128 x 96: nine rows above."""
CORNERED = Place(1.28, 76 / 60)
"""128 x 76, cut down to whole pixels."""


@dataclass
class Output:
    """An output (1, ...): `base`, plus the probed value times `gain` at the places in `slots`."""

    base: np.ndarray
    slots: list[tuple[int, ...]] = field(default_factory=list)
    gain: float = 1.0
    shape: tuple[Any, ...] | None = None
    by_sizes: bool = False
    """It is multiplied by the pictures' width, height, width, height."""
    dtype: int = TensorProto.FLOAT


def save(
    path: Path, outputs: dict[str, Output], place: Place, channel: int, *, name: str = "images",
    batch: int | str = 1, size: tuple[Any, Any] = SIZE, metadata: dict[str, str] | None = None, exp: bool = False,
    sizes: bool = False,
) -> Path:  # fmt: skip
    """Write a network that looks at one channel of the object's middle."""
    row, column = place.probe
    constants = {
        "from": [channel, row, column],
        "to": [channel + 1, row + 1, column + 1],
        "axes": [1, 2, 3],
        "last": [3],
    }
    held = [numpy_helper.from_array(np.array(value, np.int64), key) for key, value in constants.items()]
    nodes = [
        helper.make_node("Slice", [name, "from", "to", "axes"], ["pixel"]),
        helper.make_node("Squeeze", ["pixel", "last"], ["value"]),
    ]
    if exp:
        nodes += [helper.make_node("Log", ["value"], ["logarithm"]), helper.make_node("Exp", ["logarithm"], ["probed"])]
    else:
        nodes.append(helper.make_node("Identity", ["value"], ["probed"]))
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 3, *size])]
    if sizes:
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [batch, 2]))
        held.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
        nodes += [
            helper.make_node("Cast", ["orig_target_sizes"], ["sides"], to=TensorProto.FLOAT),
            helper.make_node("Concat", ["sides", "sides"], ["corners"], axis=1),
            helper.make_node("Unsqueeze", ["corners", "one"], ["each"]),
        ]
    declared = []
    for key, output in outputs.items():
        more_nodes, more_held = _made(key, output)
        nodes += more_nodes
        held += more_held
        shape = output.shape or (batch, *output.base.shape[1:])
        declared.append(helper.make_tensor_value_info(key, output.dtype, shape))
    graph = helper.make_graph(nodes, "small", inputs, declared, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def _made(key: str, output: Output) -> tuple[list[Any], list[Any]]:
    """Return the nodes and constants of an output."""
    gains = np.zeros_like(output.base, np.float32)
    for slot in output.slots:
        gains[(0, *slot)] = output.gain
    held = [
        numpy_helper.from_array(output.base.astype(np.float32), f"{key}.base"),
        numpy_helper.from_array(gains, f"{key}.gains"),
    ]
    probed, nodes = "probed", []
    if output.base.ndim != 3:
        sides = [-1] + [1] * (output.base.ndim - 1)
        held.append(numpy_helper.from_array(np.array(sides, np.int64), f"{key}.sides"))
        nodes.append(helper.make_node("Reshape", ["probed", f"{key}.sides"], [probed := f"{key}.probed"]))
    nodes += [
        helper.make_node("Mul", [probed, f"{key}.gains"], [f"{key}.scored"]),
        helper.make_node("Add", [f"{key}.scored", f"{key}.base"], [f"{key}.sum"]),
        helper.make_node("Mul", [f"{key}.sum", "each"], [f"{key}.all"]) if output.by_sizes
        else helper.make_node("Identity", [f"{key}.sum"], [f"{key}.all"]),
        helper.make_node("Cast", [f"{key}.all"], [key], to=output.dtype),
    ]  # fmt: skip
    return nodes, held
