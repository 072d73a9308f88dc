"""Which R-CNN a file is, and what runs it."""

from __future__ import annotations

from pathlib import Path

from engine.errors import WeightsError
from engine.specs import DetectorSpec
from engine.tools.base import Detector
from engine.tools.detecting.opening import refusal, refuse_none
from engine.tools.detecting.reading.archive import graph_in, is_archive
from engine.tools.detecting.signatures import kind_of, signature_of
from engine.tools.progress import report

FIRST = "Loading: about 30 s the first time, then from what is kept"
Found = tuple[Detector, bool]
"""A detector, and whether it has masks."""


def load(weights: Path | None, device: str, spec: DetectorSpec) -> Detector:
    """Return the detector of a file of any of the forms; raise WeightsError if it is none, or has masks or not.

    Forms: OpenVINO IR, ONNX zoo, torchvision's checkpoint, TensorFlow's frozen graph, SavedModel or archive.
    """
    path = refuse_none(weights, spec)
    found, masks = _opened(path, device, spec)
    if masks != spec.gives_masks:
        what, other = ("masks", "Mask R-CNN") if masks else ("no masks", "Faster R-CNN")
        told = f"it is a network for {other}, and belongs to the model of that name ({path})"
        raise WeightsError(f"{path.name} gives {what}, unlike {spec.name}", told)
    return found


def _opened(path: Path, device: str, spec: DetectorSpec) -> Found:
    """Load a file with what reads its kind."""
    if is_archive(path):  # before its signature, for which it would be unpacked too
        with graph_in(path) as graph:
            return _tensorflow(path, graph, device, spec)
    if kind_of(path) == "torch":  # whose signature another process would read first
        return _torchvision(path, device)
    signature = signature_of(path)
    if signature.kind == "tf":
        return _tensorflow(path, path, device, spec)
    if signature.kind == "ir":
        from engine.tools.detecting.rcnn.omz import OmzRcnn
        from engine.tools.detecting.runtimes.openvino import Network

        omz = OmzRcnn(Network(path, device), spec)
        return omz, omz.gives_masks
    if signature.kind == "onnx":
        from engine.tools.detecting.rcnn.zoo import ZooRcnn
        from engine.tools.detecting.runtimes import onnx

        zoo = ZooRcnn(onnx.Network(path, device), path, spec)
        return zoo, zoo.gives_masks
    raise refusal(signature, spec)


def _tensorflow(path: Path, graph: Path, device: str, spec: DetectorSpec) -> Found:
    """Load a graph; `path` is the verified file that it lies in, or is."""
    from engine.tools.detecting.rcnn.tensorflow import TensorFlowRcnn
    from engine.tools.detecting.runtimes.openvino import Network

    report(FIRST)
    found = TensorFlowRcnn(Network(graph, device), path, spec)
    return found, found.gives_masks


def _torchvision(path: Path, device: str) -> Found:
    """Load a checkpoint; what has no heads for regions is a RetinaNet."""
    from engine.tools.detecting.torchvision_rcnn import load as loaded

    found = loaded(path, device)
    if not hasattr(found.net, "roi_heads"):
        raise WeightsError(f"{path.name} is a RetinaNet", f"it belongs to the model of that name ({path})")
    return found, bool(found.net.roi_heads.has_mask())
