"""Which RetinaNet a file is, and what runs it."""

from __future__ import annotations

from pathlib import Path

from engine.specs import ToolSpec
from engine.tools.base import Detector
from engine.tools.detecting.labels import names_for
from engine.tools.detecting.names import COCO
from engine.tools.detecting.opening import refusal, refuse_none
from engine.tools.detecting.retinanet.knowing import form_of
from engine.tools.detecting.signatures import signature_of
from engine.tools.progress import report

FIRST = "Loading: about 30 s the first time, then from what is kept"


def load(weights: Path | None, device: str, spec: ToolSpec) -> Detector:
    """Return the detector of a file of any of the forms; raise WeightsError if it is none, or damaged."""
    path = refuse_none(weights, spec)
    signature = signature_of(path)
    form = form_of(signature)
    if signature.kind == "tf":
        return _keras(path, device, spec)
    if form is None:
        raise refusal(signature, spec)
    if form.kind == "torchvision":
        from engine.tools.detecting import torchvision_rcnn

        return torchvision_rcnn.load(path, device)
    if form.kind == "detectron2":
        from engine.tools.detecting.retinanet import detectron

        return detectron.load(path, device)
    from engine.tools.detecting.retinanet.zoo import ZooRetina
    from engine.tools.detecting.runtimes.onnx import Network

    return ZooRetina(Network(path, device), names_for(path, {}, form.classes, COCO))


def _keras(path: Path, device: str, spec: ToolSpec) -> Detector:
    from engine.tools.detecting.retinanet.keras import KerasRetina
    from engine.tools.detecting.runtimes.openvino import Network

    report(FIRST)
    return KerasRetina(Network(path, device), names_for(path, {}, 0, COCO), spec)
