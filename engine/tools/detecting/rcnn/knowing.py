"""Which files are R-CNNs, with masks or without, and what is understood of them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.tools.detecting import torchvision_forms
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.rcnn.omz import info_of, masks_of, pictures_of, rows_of
from engine.tools.detecting.rcnn.tensorflow import BOXES, CLASSES, MASKS, PICTURES, SCORES

Shapes = Mapping[str, tuple[int, ...]]
TASK = {True: "instance segmentation", False: "object detection"}


def of_torchvision(tensors: Shapes, *, masks: bool) -> bool:
    """Say whether a checkpoint is of one of torchvision's R-CNNs."""
    form = torchvision_forms.recognise(tensors)
    return form is not None and form.kind == ("mask" if masks else "faster")


def understood(signature: Signature, *, masks: bool) -> str:
    """Return what was understood of an IR, an ONNX file of the zoo, or a checkpoint of torchvision, "" if not it."""
    if signature.kind == "torch" and of_torchvision(signature.tensors, masks=masks):
        return f"{TASK[masks]} (torchvision), {classes(signature) - 1} classes"
    if signature.kind == "onnx" and _of_zoo(signature, masks=masks):
        return f"{TASK[masks]} (ONNX zoo), pictures of any size"
    if signature.kind == "ir":
        pictures = pictures_of(signature)
        if pictures and rows_of(signature) and info_of(signature) and bool(masks_of(signature)) == masks:
            known = f", {classes(signature) - 1} classes" if classes(signature) else ""
            return f"{TASK[masks]} (Open Model Zoo){known}, {_size(pictures)}"
    return ""


def understood_of_tensorflow(signature: Signature, *, masks: bool) -> str:
    """Return what was understood of a graph of TensorFlow's Object Detection API, "" if it is none."""
    outputs = {port.name for port in signature.outputs}
    taken = {port.name for port in signature.inputs} & set(PICTURES)
    fits = signature.kind == "tf" and taken and {BOXES, SCORES, CLASSES} <= outputs and (MASKS in outputs) == masks
    return f"{TASK[masks]} (TensorFlow Object Detection API), pictures of any size" if fits else ""


def classes(signature: Signature) -> int:
    """Return how many classes an R-CNN tells apart, the background included, 0 if its file does not say."""
    if signature.kind == "torch":
        form = torchvision_forms.recognise(signature.tensors)
        return form.classes if form is not None and form.kind != "retina" else 0
    masks = masks_of(signature) if signature.kind == "ir" else None
    return masks.shape[1] + 1 if masks is not None and masks.shape[1] > 0 else 0


def _of_zoo(signature: Signature, *, masks: bool) -> bool:
    """Say whether a file takes one picture (3, H, W) and gives boxes, classes, scores and perhaps masks."""
    ranks = [port.rank for port in signature.inputs]
    whole = sum(port.dtype == "int64" for port in signature.outputs)
    return ranks == [3] and whole == 1 and len(signature.outputs) == (4 if masks else 3)


def _size(pictures: Port) -> str:
    sides = pictures.shape[2:] if pictures.shape[1] == 3 else pictures.shape[1:3]
    return " x ".join(str(side) for side in sides) if min(sides) > 0 else "pictures of any size"
