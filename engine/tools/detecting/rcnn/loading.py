"""Which R-CNN a file is, and what runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast

from engine.errors import WeightsError
from engine.specs import DetectorSpec
from engine.tools.base import Detector
from engine.tools.detecting.opening import refuse_none
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.reading.archive import graph_in
from engine.tools.detecting.signatures import signature_of
from engine.tools.progress import report

FIRST = "Loading: about 30 s the first time, then from what is kept"


class Rcnn(Detector, Protocol):
    """An R-CNN, which has masks or not."""

    gives_masks: bool


def load(weights: Path | None, device: str, spec: DetectorSpec) -> Detector:
    """Return the detector of a file of any of the forms; raise WeightsError if it is none, or has masks or not.

    Forms: OpenVINO IR, ONNX zoo, torchvision's checkpoint, TensorFlow's frozen graph, SavedModel or archive.
    """
    path = refuse_none(weights, spec)
    found = _unpacked(path, device, spec) if path.suffix == ".gz" else _opened(path, signature_of(path), device, spec)
    if found.gives_masks != spec.gives_masks:
        what, other = ("masks", "Mask R-CNN") if found.gives_masks else ("no masks", "Faster R-CNN")
        told = f"it is a network for {other}, and belongs to the model of that name ({path})"
        raise WeightsError(f"{path.name} gives {what}, unlike {spec.name}", told)
    return found


def _opened(path: Path, signature: Signature, device: str, spec: DetectorSpec) -> Rcnn:
    """Load a file with what reads its kind."""
    if signature.kind == "tf":
        return _tensorflow(path, path, device, spec)
    if signature.kind == "ir":
        from engine.tools.detecting.rcnn.omz import OmzRcnn
        from engine.tools.detecting.runtimes.openvino import Network

        return OmzRcnn(Network(path, device), spec)
    if signature.kind == "onnx":
        from engine.tools.detecting.rcnn.zoo import ZooRcnn
        from engine.tools.detecting.runtimes import onnx

        return ZooRcnn(onnx.Network(path, device), path, spec)
    if signature.kind == "torch":
        from engine.tools.detecting import torchvision_rcnn

        return cast(Rcnn, torchvision_rcnn.load(path, device))
    raise WeightsError(f"{path.name} is no R-CNN", f"it is {signature.described()} ({path})")


def _unpacked(path: Path, device: str, spec: DetectorSpec) -> Rcnn:
    """Load the graph in an archive."""
    with graph_in(path) as graph:
        return _tensorflow(path, graph, device, spec)


def _tensorflow(path: Path, graph: Path, device: str, spec: DetectorSpec) -> Rcnn:
    """Load a graph; `path` is the verified file that it lies in, or is."""
    from engine.tools.detecting.rcnn.tensorflow import TensorFlowRcnn
    from engine.tools.detecting.runtimes.openvino import Network

    report(FIRST)
    return TensorFlowRcnn(Network(graph, device), path, spec)
