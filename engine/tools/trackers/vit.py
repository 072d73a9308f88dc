"""VitTrack: a small vision transformer on OpenCV's own network reader; follows place and size, and has a score."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec, Weights
from engine.tools.base import Tracker

_PLACE = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/object_tracking_vittrack/"

SPEC = TrackerSpec(
    id="vit",
    name="VitTrack",
    help="A small network that is quick without a graphics card and follows place and size; "
    "its score says how sure it is.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="OpenCV's model zoo, object_tracking_vittrack; cv2.TrackerVit",
    weights=(
        Weights(
            "object_tracking_vittrack_2023sep.onnx",
            _PLACE + "object_tracking_vittrack_2023sep.onnx",
            digest="sha256:2990f0b7cd44d92afa48cd97db6de7be113fc1d9594fddb74e2725c10478e91d",
            size=714_726,
            licence="Apache-2.0",
        ),
    ),
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker; raise WeightsError if the file is none that it can read."""
    import cv2

    from engine.tools.following.family import OpenCvTracker
    from engine.tools.following.networks import made

    params = cv2.TrackerVit.Params()
    params.net = str(weights)
    return OpenCvTracker(SPEC.name, made(cv2.TrackerVit.create, params, SPEC, weights), scores=True)
