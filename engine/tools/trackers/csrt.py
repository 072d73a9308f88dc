"""CSRT: correlation filters with a map of what belongs to the object; the surest of those without weights."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="csrt",
    name="CSRT",
    help="The surest tracker without weights: follows the object's place and size. "
    "The slowest of them too, about 20 to 40 frames a second for one object.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Lukezic et al.: Discriminative Correlation Filter with Channel and Spatial Reliability (2017); "
    "cv2.TrackerCSRT",
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    import cv2

    from engine.tools.following.family import OpenCvTracker

    return OpenCvTracker(SPEC.name, cv2.TrackerCSRT.create)
