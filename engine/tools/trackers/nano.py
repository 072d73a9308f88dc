"""NanoTrack v2: a very small siamese network, in two files, on OpenCV's own network reader; it has a score."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec, Weights
from engine.tools.base import Tracker

_PLACE = "https://raw.githubusercontent.com/HonglinChu/SiamTrackers/248663fd/NanoTrack/models/nanotrackv2/"
HEAD = ("nanotrack_head_sim.onnx", "nanotrack_v2_head.onnx")
"""What the second file may be called; it lies beside the first."""

SPEC = TrackerSpec(
    id="nano",
    name="NanoTrack",
    help="A very small network that is quick without a graphics card and follows place and size; "
    "its score says how sure it is.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="HonglinChu/SiamTrackers, NanoTrack v2; cv2.TrackerNano",
    weights=(
        Weights(
            "nanotrack_backbone_sim.onnx",
            _PLACE + "nanotrack_backbone_sim.onnx",
            digest="sha256:530bdd0cd00f19afab79a863e71ba71e3312395a5dc9151af675082bdaaa2fc4",
            size=1_056_849,
            licence="Apache-2.0",
        ),
    ),
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker; `weights` is the backbone, the head lies beside it; raise WeightsError if one is missing."""
    import cv2

    from engine.tools.following.family import OpenCvTracker
    from engine.tools.following.networks import beside, made

    params = cv2.TrackerNano.Params()
    params.backbone, params.neckhead = str(weights), str(beside(weights, HEAD, SPEC.name))
    return OpenCvTracker(SPEC.name, made(cv2.TrackerNano.create, params, SPEC.name, weights), scores=True)
