"""RF-DETR exported to ONNX, with or without masks: a transformer whose boxes need no suppression."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detection, Detector, Prediction
from engine.tools.detecting.names import COCO, COCO_91

if TYPE_CHECKING:
    from engine.tools.detecting.fitting import Fitted
    from engine.tools.detecting.networked import Outputs
    from engine.tools.detecting.signatures import Signature

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, of red, green and blue from 0 to 1."""
NAMES, SHIFTED = COCO_91, True
"""Classes of a published file by number; anybody's own are numbered from 1, too."""

SPEC = DetectorSpec(
    id="rfdetr",
    name="RF-DETR (your own ONNX file)",
    help="A network that you exported with model.export(); boxes, and masks of one that segments.",
    licence="Apache-2.0",
    source="Robinson et al.: RF-DETR, arXiv 2511.09554",
    weights=(
        Weights(
            "rfdetr",
            files=(WeightFile("rfdetr.onnx"), WeightFile("rfdetr.names", optional=True)),
            licence="Apache-2.0 as published",
        ),
    ),
    packages=("onnxruntime",),
    labels=COCO,
    gives_masks=True,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    from engine.tools.detecting.ports import sides_of

    if not classes(signature):
        return ""
    height, width = sides_of(signature.inputs[0])
    what = "boxes with masks" if _masks(signature) else "boxes"
    return f"RF-DETR, {what}, classes 1 to {classes(signature) - 1}, {width} x {height}"


def classes(signature: Signature) -> int:
    """Return how many classes a file scores, the empty class 0 among them; 0 if it is another family's."""
    boxes, logits = signature.output("dets"), signature.output("labels")
    if signature.kind != "onnx" or boxes is None or logits is None or len(signature.inputs) != 1:
        return 0
    return logits.shape[2] if logits.rank == 3 and boxes.rank == 3 and boxes.shape[2] == 4 else 0


def _masks(signature: Signature) -> str:
    """Return the name of the output with masks, "" if there is none."""
    return next((port.name for port in signature.outputs if port.rank == 4), "")


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of a file."""
    from engine.tools.detecting.fitting import Fit
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.networked import Networked
    from engine.tools.detecting.opening import opened, refusal
    from engine.tools.detecting.ports import sides_of

    network = opened(weights, SPEC, device)
    signature, count = network.signature, classes(network.signature)
    if not count:
        raise refusal(signature, SPEC)
    names = names_for(signature.file, signature.metadata, count, NAMES, shifted=SHIFTED)
    size = sides_of(signature.inputs[0], (560, 560))
    how = Fit("stretch", size, divide=255.0, mean=MEAN, std=STD)
    return Networked(network, how, names, partial(_decode, names=names, masks=_masks(signature)))


def _decode(
    outputs: Outputs, given: Fitted, threshold: float, *, names: tuple[str, ...], masks: str
) -> list[Detection]:  # fmt: skip
    """Return the objects of one picture."""
    from engine.tools.detecting.decoding.detr import queries
    from engine.tools.detecting.found import detections
    from engine.tools.detecting.logits import anywhere

    rows = queries(outputs["dets"], outputs["labels"], given.size, threshold)

    def mask(number: int) -> Prediction | None:
        return anywhere(outputs[masks][int(rows.more[number, 0])], given) if masks else None

    return detections(given.to_frame(rows.boxes), rows.scores, rows.classes, names, threshold, mask)
