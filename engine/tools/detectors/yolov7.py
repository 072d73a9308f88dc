"""YOLO v7 exported to ONNX with its non-maximum suppression inside, as CVAT ships it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detection, Detector
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.fitting import Fitted
    from engine.tools.detecting.networked import Outputs
    from engine.tools.detecting.signatures import Port, Signature
NAMES = COCO
"""Classes of a published file by number."""

SPEC = DetectorSpec(
    id="yolov7",
    name="YOLO v7 (ONNX with NMS inside)",
    help="A file exported with --grid --end2end. One without is a file of YOLO (your own ONNX file).",
    licence="none of YOLO v7's code is used",
    source="Wang, Bochkovskiy, Liao: YOLOv7: Trainable bag-of-freebies, arXiv 2207.02696",
    weights=(
        Weights(
            "yolov7",
            files=(WeightFile("yolov7-nms-640.onnx"), WeightFile("yolov7-nms-640.names", optional=True)),
            licence="GPL-3.0 as published",
        ),
    ),
    packages=("onnxruntime",),
    labels=COCO,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    from engine.tools.detecting.ports import sides_of

    if _output(signature) is None:
        return ""
    height, width = sides_of(signature.inputs[0])
    return f"YOLO v7, boxes chosen inside, {width} x {height}; it does not say how many classes it knows"


def _output(signature: Signature) -> Port | None:
    """Return the output: rows of picture, box, class and score."""
    if signature.kind != "onnx" or len(signature.inputs) != 1 or len(signature.outputs) != 1:
        return None
    given, output = signature.inputs[0], signature.outputs[0]
    return output if given.rank == 4 and given.shape[1] == 3 and output.rank == 2 and output.shape[1] == 7 else None


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of a file."""
    from engine.tools.detecting.fitting import Fit
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.networked import Networked, by_row
    from engine.tools.detecting.opening import opened, refusal
    from engine.tools.detecting.ports import sides_of

    network = opened(weights, SPEC, device)
    signature, output = network.signature, _output(network.signature)
    if output is None:
        raise refusal(signature, SPEC)
    names = names_for(signature.file, signature.metadata, 0, NAMES)
    how = Fit("centre", sides_of(signature.inputs[0]), divide=255.0, pad=114)
    decode = partial(_decode, output=output.name, names=names, file=signature.file.name)
    return Networked(network, how, names, decode, part=by_row)


def _decode(
    outputs: Outputs, given: Fitted, threshold: float, *, output: str, names: tuple[str, ...], file: str
) -> list[Detection]:  # fmt: skip
    """Return the objects of one picture."""
    from engine.tools.detecting.decoding.yolo import by_picture
    from engine.tools.detecting.found import detections
    from engine.tools.detecting.opening import refuse_nameless

    rows = by_picture(outputs[output], threshold)
    refuse_nameless(rows.classes, names, SPEC, file)
    return detections(given.to_frame(rows.boxes), rows.scores, rows.classes, names, threshold)
