"""YOLOX: a small, quick detector under a free licence; as published, or trained by anybody and exported to ONNX."""

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

OVERLAP = 0.45
"""Intersection over union above which a weaker box of the same class goes; YOLOX's own default."""
RELEASE = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/"


def _set(name: str, digest: str = "", size: int = 0) -> Weights:
    """Declare a published file, with room for names of classes beside one of the user's own."""
    files = (
        WeightFile(f"{name}.onnx", f"{RELEASE}{name}.onnx", digest, size),
        WeightFile(f"{name}.names", optional=True),
    )
    return Weights(name, files=files, licence="Apache-2.0")


NAMES = COCO
"""Classes of a published file by number."""

SPEC = DetectorSpec(
    id="yolox",
    name="YOLOX",
    help="80 everyday objects, in a fraction of a second without a GPU. Larger files find more and take longer.",
    licence="Apache-2.0",
    source="Ge et al.: YOLOX: Exceeding YOLO Series in 2021, arXiv 2107.08430",
    weights=tuple(map(_set, ("yolox_nano", "yolox_tiny", "yolox_s", "yolox_m", "yolox_l", "yolox_x"))),
    packages=("onnxruntime",),
    labels=COCO,
    threshold=0.3,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    from engine.tools.detecting.ports import sides_of

    count = classes(signature)
    if not count:
        return ""
    height, width = sides_of(signature.inputs[0])
    inside = ", boxes decoded inside" if "Exp" in signature.operators else ""
    return f"YOLOX, boxes{inside}, {count} classes, {width} x {height}"


def classes(signature: Signature) -> int:
    """Return how many classes a file scores, 0 if it is another family's."""
    output = _output(signature)
    return output.shape[2] - 5 if output else 0


def _output(signature: Signature) -> Port | None:
    """Return the output: a row of 5 + classes for each cell of strides 8, 16 and 32."""
    from engine.tools.detecting.decoding.yolox import count
    from engine.tools.detecting.ports import sides_of

    if signature.kind != "onnx" or len(signature.inputs) != 1 or len(signature.outputs) != 1:
        return None
    given, output = signature.inputs[0], signature.outputs[0]
    if "task" in signature.metadata or given.rank != 4 or given.shape[1] != 3 or output.rank != 3:
        return None
    return output if output.shape[1] == count(sides_of(given)) and output.shape[2] > 5 else None


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of a file."""
    from engine.tools.detecting.fitting import Fit
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.networked import Networked
    from engine.tools.detecting.opening import opened, refusal
    from engine.tools.detecting.ports import sides_of

    network = opened(weights, SPEC, device)
    signature, output = network.signature, _output(network.signature)
    if output is None:
        raise refusal(signature, SPEC)
    names = names_for(signature.file, signature.metadata, classes(signature), NAMES)
    how = Fit("corner", sides_of(signature.inputs[0]), order="BGR", pad=114, truncate=True)
    # sizes are logarithms unless the network itself takes the exponential: it has no other use for one
    inside = "Exp" in signature.operators
    return Networked(network, how, names, partial(_decode, output=output.name, inside=inside, names=names))


def _decode(
    outputs: Outputs, given: Fitted, threshold: float, *, output: str, inside: bool, names: tuple[str, ...]
) -> list[Detection]:  # fmt: skip
    """Return the objects of one picture."""
    from engine.tools.detecting.decoding.yolox import decoded
    from engine.tools.detecting.found import detections

    rows = decoded(outputs[output], given.size, threshold, inside=inside).apart(OVERLAP)
    return detections(given.to_frame(rows.boxes), rows.scores, rows.classes, names, threshold)
