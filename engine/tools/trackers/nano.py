"""NanoTrack v2: a very small siamese network, in two files, on OpenCV's own network reader; it has a score."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec, WeightFile, Weights
from engine.tools.base import Tracker

_PLACE = "https://raw.githubusercontent.com/HonglinChu/SiamTrackers/248663fd/NanoTrack/models/nanotrackv2/"

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
            "nanotrack_v2",
            licence="Apache-2.0",
            files=(
                WeightFile(
                    "nanotrack_backbone_sim.onnx",
                    _PLACE + "nanotrack_backbone_sim.onnx",
                    "sha256:530bdd0cd00f19afab79a863e71ba71e3312395a5dc9151af675082bdaaa2fc4",
                    1_056_849,
                ),
                WeightFile(
                    "nanotrack_head_sim.onnx",
                    _PLACE + "nanotrack_head_sim.onnx",
                    "sha256:0d8c0637be849f092cc7236cae02e55c8b9455ebe37ba50601d6115db4247cd9",
                    726_198,
                ),
            ),
        ),
    ),
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker; `weights` is the backbone, the head its companion; raise WeightsError if one is missing."""
    import cv2

    from engine.tools.following.family import OpenCvTracker
    from engine.tools.following.networks import companion, made

    params = cv2.TrackerNano.Params()
    params.backbone, params.neckhead = str(weights), str(companion(weights, SPEC))
    return OpenCvTracker(SPEC.name, made(cv2.TrackerNano.create, params, SPEC, weights), scores=True)
