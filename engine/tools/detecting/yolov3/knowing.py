"""Which files are YOLO v3's, in which form, and what is understood of them; no runtime is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.tools.detecting.files import beside
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.reading import darknet, darknet_published

Kind = Literal["darknet", "zoo", "heads"]
"""Numbers beside a .cfg; boxes chosen inside (ONNX zoo); bare heads (Open Model Zoo, TensorFlow)."""
USUAL = (416, 416)
"""Height and width of pictures for a file that takes any."""
HEADS = {"conv2d_58", "conv2d_66", "conv2d_74"}, {"conv2d_9", "conv2d_12"}
"""Layers of TensorFlow's published graphs that are heads; a graph does not say the shapes of its outputs."""
NUMBERED = re.compile(r"(conv2d_\d+|detector/\S*Conv_\d+)/")
PAIR = 2
VALUES = 5
"""Of each anchor, beside its classes."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was understood of a file."""

    kind: Kind
    classes: int
    """0 where the file does not tell."""
    size: tuple[int, int]
    """Height and width of the input."""
    words: str

    @property
    def described(self) -> str:
        """Say it in words."""
        classes = f", {self.classes} classes" if self.classes else ""
        return f"{self.words}{classes}, {self.size[1]} x {self.size[0]}"


def form_of(signature: Signature) -> Form | None:
    """Return what a file is, None if it is another family's; raise WeightsError for a wrong .cfg beside it."""
    if signature.kind == "darknet":
        plan = plan_of(signature.file)
        kind = "YOLO v3 tiny" if len(plan.heads) == PAIR else "YOLO v3"
        return Form("darknet", plan.classes, (plan.height, plan.width), f"{kind} (darknet)")
    pictures = pictures_of(signature)
    if signature.kind not in ("onnx", "ir", "tf") or pictures is None:
        return None
    size = size_of(pictures)
    if (parts := chosen_of(signature)) is not None:
        return Form("zoo", max(parts[1].shape[1], 0), size, "YOLO v3 (ONNX zoo), boxes chosen inside")
    if signature.kind == "onnx" or len(signature.inputs) != 1 or not _are_heads(signature):
        return None
    words = "YOLO v3 tiny" if len(signature.outputs) == PAIR else "YOLO v3"
    return Form(
        "heads", _classes(signature), size, f"{words} ({'TensorFlow' if signature.kind == 'tf' else 'OpenVINO'})"
    )


def plan_of(path: Path) -> darknet.Plan:
    """Return the plan of a .weights file: of the .cfg in its set, else the published one of its size.

    Raise WeightsError where there is neither, or the .cfg is wrong.
    """
    cfg = beside(path, path.with_suffix(".cfg").name)
    return darknet.read(cfg) if cfg is not None else darknet_published.known(path)


def pictures_of(signature: Signature) -> Port | None:
    """Return the input that takes pictures: four axes, of which one is 3."""
    return next((port for port in signature.inputs if port.rank == 4 and 3 in (port.shape[1], port.shape[3])), None)


def size_of(pictures: Port) -> tuple[int, int]:
    """Return the input's height and width, the usual ones where it takes any."""
    sides = pictures.shape[2:] if pictures.shape[1] == 3 else pictures.shape[1:3]
    height, width = (side if side > 0 else usual for side, usual in zip(sides, USUAL, strict=True))
    return height, width


def chosen_of(signature: Signature) -> tuple[Port, Port, Port] | None:
    """Return the outputs of the ONNX zoo's files (boxes, scores, numbers of the chosen ones), or None."""
    sizes = [port for port in signature.inputs if port.shape[-1:] == (2,) and port.rank == 2]
    whole = [port for port in signature.outputs if port.dtype.startswith("int") and port.rank in (2, 3)]
    floats = [port for port in signature.outputs if port not in whole]
    boxes = [port for port in floats if port.rank == 3 and port.shape[2] == 4]
    scores = [port for port in floats if port not in boxes and port.rank == 3]
    if len(sizes) != 1 or not (len(whole) == len(boxes) == len(scores) == 1) or len(signature.outputs) != 3:
        return None
    return boxes[0], scores[0], whole[0]


def _are_heads(signature: Signature) -> bool:
    """Say whether the outputs are grids of anchors: by shape, or in a graph without shapes by their names."""
    outputs = signature.outputs
    if len(outputs) not in (2, 3):
        return False
    if any(port.rank == 0 for port in outputs):
        return {found[1] for port in outputs if (found := NUMBERED.match(f"{port.name}/"))} in HEADS
    return all(port.rank == 4 for port in outputs) and bool(_classes(signature))


def _classes(signature: Signature) -> int:
    """Return how many classes the heads tell apart, 0 if their shapes do not say, or are no heads'."""
    for axis in (1, 3):
        sides = {port.shape[axis] for port in signature.outputs if port.rank == 4}
        channels = sides.pop() if len(sides) == 1 else 0
        if channels > 3 * VALUES and channels % 3 == 0:
            return channels // 3 - VALUES
    return 0
