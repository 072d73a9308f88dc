"""RT-DETR and D-FINE, exported to ONNX by their authors' own tools: transformers whose boxes need no suppression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detection, Detector
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.fitting import Fitted
    from engine.tools.detecting.networked import Outputs
    from engine.tools.detecting.signatures import Signature

SIZES = "orig_target_sizes"
"""The input for the pictures' width and height, which boxes are given in."""
NAMES = COCO
"""Classes of a published file by number."""

SPEC = DetectorSpec(
    id="rtdetr",
    name="RT-DETR, D-FINE (your own ONNX file)",
    help="A network that you exported with the authors' own export_onnx.py. One of ultralytics is a file of YOLO.",
    licence="Apache-2.0",
    source="Zhao et al.: RT-DETR, arXiv 2304.08069; Peng et al.: D-FINE, arXiv 2410.13842",
    weights=(
        Weights(
            "rtdetr",
            files=(WeightFile("rtdetr.onnx"), WeightFile("rtdetr.names", optional=True)),
            licence="Apache-2.0 as published",
        ),
    ),
    packages=("onnxruntime",),
    labels=COCO,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    from engine.tools.detecting.ports import sides_of

    named = {port.name for port in signature.outputs}
    if signature.kind != "onnx" or signature.input(SIZES) is None or not {"labels", "boxes", "scores"} <= named:
        return ""
    height, width = sides_of(signature.inputs[0])
    return f"RT-DETR or D-FINE, boxes, {width} x {height}; it does not say how many classes it knows"


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of a file."""
    from engine.tools.detecting.fitting import Fit
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.networked import Networked
    from engine.tools.detecting.opening import opened, refusal
    from engine.tools.detecting.ports import sides_of

    network = opened(weights, SPEC, device)
    signature = network.signature
    if not knows(signature):
        raise refusal(signature, SPEC)
    names = names_for(signature.file, signature.metadata, 0, NAMES)
    how = Fit("stretch", sides_of(signature.inputs[0]), divide=255.0)
    return Networked(network, how, names, partial(_decode, names=names, file=signature.file.name), _sizes)


def _sizes(inputs: Sequence[Fitted]) -> Mapping[str, Any]:
    """Return (n, 2) width and height of each frame."""
    import numpy as np

    return {SIZES: np.array([given.frame for given in inputs], np.int64)}


def _decode(
    outputs: Outputs, given: Fitted, threshold: float, *, names: tuple[str, ...], file: str
) -> list[Detection]:  # fmt: skip
    """Return the objects of one picture: boxes are in frame pixels already."""
    import numpy as np

    from engine.tools.detecting.fitting import clip_to
    from engine.tools.detecting.found import detections
    from engine.tools.detecting.opening import refuse_nameless

    scores, kinds = outputs["scores"].ravel(), outputs["labels"].ravel()
    kept = np.flatnonzero(scores >= threshold)
    refuse_nameless(kinds[kept], names, SPEC, file)
    boxes = clip_to(outputs["boxes"].reshape(-1, 4)[kept], given.frame)
    return detections(boxes, scores[kept], kinds[kept], names, threshold)
