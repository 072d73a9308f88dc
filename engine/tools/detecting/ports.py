"""What can be known of a network's file without running it: its kind, its inputs and outputs, what is written in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["onnx", "ir", "tf", "torch", "darknet", "pickle"]
WORDS: dict[Kind, str] = {
    "onnx": "an ONNX file", "ir": "an OpenVINO IR", "tf": "a TensorFlow graph", "torch": "a PyTorch checkpoint",
    "darknet": "a darknet weights file", "pickle": "a pickle of arrays",
}  # fmt: skip
ANY = -1
"""A side whose length is not fixed."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: `shape` has `ANY` where a side is not fixed, and is () where nothing is known of it."""

    name: str
    shape: tuple[int, ...] = ()
    dtype: str = ""
    """As numpy calls it, "" if unknown."""

    @property
    def rank(self) -> int:
        """How many sides it has, 0 where that is unknown."""
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a file; what the kind does not have is empty."""

    kind: Kind
    file: Path
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    """ONNX: its `metadata_props` and `producer_name`; IR: `version`; darknet: `version`; TensorFlow: `form`."""
    tensors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Shapes by name, of a checkpoint or pickle."""
    operators: frozenset[str] = frozenset()
    """Kinds of nodes in an ONNX file."""

    def input(self, name: str) -> Port | None:
        """Return the input of that name, or None."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> Port | None:
        """Return the output of that name, or None."""
        return next((port for port in self.outputs if port.name == name), None)

    def described(self) -> str:
        """Say in words what the file holds, for an error."""
        if self.kind in ("torch", "pickle"):
            return f"{WORDS[self.kind]} with {len(self.tensors)} tensors"
        if self.kind == "darknet":
            return WORDS[self.kind]
        return f"{WORDS[self.kind]} that takes {_listed(self.inputs)} and gives {_listed(self.outputs)}"


SHOWN = 4
"""Inputs or outputs that are named in words."""


def _listed(ports: tuple[Port, ...]) -> str:
    words = [f"{port.name[:40]} ({_sides(port.shape)})" for port in ports[:SHOWN]]
    more = [f"{len(ports) - SHOWN} more"] if len(ports) > SHOWN else []
    return ", ".join(words + more) or "nothing"


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join("?" if side == ANY else str(side) for side in shape) or "?"


def sides_of(port: Port, otherwise: tuple[int, int] = (640, 640)) -> tuple[int, int]:
    """Return height and width of an input (n, 3, h, w); `otherwise` where the file leaves them open."""
    height, width = port.shape[2:4] if port.rank == 4 else (ANY, ANY)
    return (height if height > 0 else otherwise[0], width if width > 0 else otherwise[1])
