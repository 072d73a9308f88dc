"""Which YOLO v3 a file is, and what runs it."""

from __future__ import annotations

from pathlib import Path

from engine.specs import ToolSpec
from engine.tools.base import Detector
from engine.tools.detecting.labels import names_for
from engine.tools.detecting.names import COCO
from engine.tools.detecting.opening import refusal, refuse_none
from engine.tools.detecting.signatures import signature_of
from engine.tools.detecting.yolov3.knowing import chosen_of, form_of, pictures_of, plan_of


def load(weights: Path | None, device: str, spec: ToolSpec) -> Detector:
    """Return the detector of a file of any of the forms; raise WeightsError if it is none, or damaged."""
    path = refuse_none(weights, spec)
    signature = signature_of(path)
    if signature.kind == "darknet":
        from engine.tools.detecting.runtimes import darknet
        from engine.tools.detecting.yolov3.darknet import DarknetYolo

        plan = plan_of(path)
        return DarknetYolo(darknet.load(path, plan), names_for(path, {}, plan.classes, COCO), device)
    form = form_of(signature)
    if form is None and signature.kind != "tf":  # whose outputs have no shapes before it is loaded
        raise refusal(signature, spec)
    return _zoo(path, device, spec) if form is not None and form.kind == "zoo" else _heads(path, device, spec)


def _heads(path: Path, device: str, spec: ToolSpec) -> Detector:
    from engine.tools.detecting.runtimes.openvino import Network
    from engine.tools.detecting.yolov3.heads import HeadsYolo

    network = Network(path, device)
    form = form_of(network.signature)
    if form is None or form.kind != "heads":
        raise refusal(network.signature, spec)
    return HeadsYolo(network, lambda classes: names_for(path, {}, classes, COCO))


def _zoo(path: Path, device: str, spec: ToolSpec) -> Detector:
    from engine.tools.detecting.runtimes import onnx, openvino
    from engine.tools.detecting.yolov3.zoo import Network, ZooYolo

    network: Network = openvino.Network(path, device) if path.suffix == ".xml" else onnx.Network(path, device)
    outputs, pictures = chosen_of(network.signature), pictures_of(network.signature)
    if outputs is None or pictures is None:
        raise refusal(network.signature, spec)
    return ZooYolo(network, pictures, outputs, names_for(path, {}, max(outputs[1].shape[1], 0), COCO), spec)
