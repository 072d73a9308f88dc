"""Which files are RetinaNet's, in which form, and what is understood of them; no runtime is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.tools.detecting import torchvision_forms
from engine.tools.detecting.ports import Port, Signature

Kind = Literal["torchvision", "detectron2", "zoo", "keras"]
LEVELS, ANCHORS, BOX_CHANNELS = 5, 9, 36
DETECTRON = "backbone.fpn_lateral3.weight", "head.cls_score.weight"
FILTERED = "filtered_detections/"
"""How the outputs of keras-retinanet's graphs begin."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was understood of a file."""

    kind: Kind
    classes: int
    """With the background, where the form counts it; 0 where the file does not tell."""
    words: str


def form_of(signature: Signature) -> Form | None:
    """Return what a file is, None if it is another family's."""
    if signature.kind == "torch":
        return _of_torchvision(signature.tensors)
    if signature.kind == "pickle" and all(len(signature.tensors.get(name, ())) == 4 for name in DETECTRON):
        classes = signature.tensors[DETECTRON[1]][0] // ANCHORS
        return Form("detectron2", classes, f"RetinaNet (detectron2), {classes} classes")
    if signature.kind == "onnx" and (classes := _heads(signature.outputs)):
        return Form("zoo", classes, f"RetinaNet (ONNX zoo), {classes} classes")
    names = [port.name for port in signature.outputs]
    if signature.kind == "tf" and len(names) == 3 and all(name.startswith(FILTERED) for name in names):
        return Form("keras", 0, "RetinaNet (keras-retinanet)")
    return None


def _of_torchvision(tensors: Mapping[str, tuple[int, ...]]) -> Form | None:
    found = torchvision_forms.recognise(tensors)
    return Form("torchvision", found.classes, found.described) if found and found.kind == "retina" else None


def _heads(outputs: tuple[Port, ...]) -> int:
    """Return how many classes five pairs of heads tell apart, 0 if these are none."""
    channels = [port.shape[1] for port in outputs if port.rank == 4]
    others = {number for number in channels if number != BOX_CHANNELS}
    if len(outputs) != 2 * LEVELS or channels.count(BOX_CHANNELS) != LEVELS or len(others) != 1:
        return 0
    classes, rest = divmod(others.pop(), ANCHORS)
    return 0 if rest else max(classes, 0)
