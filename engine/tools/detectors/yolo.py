"""YOLO as annotators bring it: ONNX files that ultralytics or YOLO v5 has exported, of any task that finds objects."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detection, Detector, Prediction
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.decoding.rows import Rows
    from engine.tools.detecting.fitting import Fitted
    from engine.tools.detecting.networked import Outputs
    from engine.tools.detecting.signatures import Signature
    from engine.tools.detecting.yolo_forms import Form

OVERLAP = 0.7
"""Intersection over union above which a weaker box of the same class goes; ultralytics' own default."""
OVERLAP_V5 = 0.45
"""The same of YOLO v5."""
NAMES = COCO
"""Classes of a published file by number."""

SPEC = DetectorSpec(
    id="yolo",
    name="YOLO (your own ONNX file)",
    help=(
        "A network that you exported: yolo export model=best.pt format=onnx. Boxes, masks and turned boxes of YOLO "
        "v3u to v26 and v5, and RT-DETR; the names of its classes are in the file."
    ),
    licence="none of ultralytics' code is used",
    source="https://docs.ultralytics.com/modes/export",
    weights=(
        Weights(
            "yolo",
            files=(WeightFile("yolo.onnx"), WeightFile("yolo.names", optional=True)),
            licence="AGPL-3.0 unless trained by yourself under another",
        ),
    ),
    packages=("onnxruntime",),
    labels=COCO,
    threshold=0.25,
    gives_masks=True,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    from engine.tools.detecting.yolo_forms import form_of

    form = form_of(signature)
    return form.words if form else ""


def classes(signature: Signature) -> int:
    """Return how many classes a file scores, 0 where that cannot be told."""
    from engine.tools.detecting.yolo_forms import form_of

    form = form_of(signature)
    return form.classes if form else 0


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of an export."""
    from engine.tools.detecting.fitting import Fit
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.networked import Networked
    from engine.tools.detecting.opening import opened, refusal
    from engine.tools.detecting.yolo_forms import form_of

    network = opened(weights, SPEC, device)
    form = form_of(network.signature)
    if form is None:
        raise refusal(network.signature, SPEC)
    names = names_for(network.signature.file, network.signature.metadata, form.classes, NAMES)
    how = Fit("stretch" if form.transformer else "centre", form.size, divide=255.0, pad=114)
    return Networked(network, how, names, partial(_decode, form=form, names=names))


def _decode(
    outputs: Outputs, given: Fitted, threshold: float, *, form: Form, names: tuple[str, ...]
) -> list[Detection]:
    """Return the objects of one picture."""
    import numpy as np

    from engine.tools.detecting.found import detections
    from engine.tools.detecting.logits import in_box

    rows = _rows(outputs, given, threshold, form)
    if form.task == "obb":  # a turned box that is cut off at the border would be another one
        boxes = ((rows.boxes.reshape(-1, 2, 2) - given.offset) / given.scale).reshape(-1, 4)
        turned = np.degrees(rows.more[:, 0]).tolist()
        return detections(boxes, rows.scores, rows.classes, names, threshold, rotations=turned)
    boxes = given.to_frame(rows.boxes)
    if not form.prototypes:
        return detections(boxes, rows.scores, rows.classes, names, threshold)
    maps = outputs[form.prototypes]
    flat = maps.reshape(len(maps), -1)

    def mask(number: int) -> Prediction | None:
        logits = (rows.more[number, : len(maps)] @ flat).reshape(maps.shape[1:])
        return in_box(logits, boxes[number], given)

    return detections(boxes, rows.scores, rows.classes, names, threshold, mask)


def _rows(outputs: Outputs, given: Fitted, threshold: float, form: Form) -> Rows:
    """Return the boxes of one picture, those that are one object's only once."""
    from engine.tools.detecting.decoding import turned, yolo

    output = outputs[form.output]
    match form.kind:
        case "ended":
            return yolo.ended(output, threshold)
        case "turned":
            return yolo.turned(output, threshold)
        case "normalised":
            return yolo.normalised(output, given.size, threshold)
        case "scores":
            return yolo.normalised_scores(output, given.size, threshold).strongest()
        case "objectness":
            return yolo.with_objectness(output, threshold).apart(OVERLAP_V5)
    rows = yolo.anchored(output, form.classes, threshold)
    return turned.apart(rows, OVERLAP) if form.task == "obb" else rows.apart(OVERLAP)
