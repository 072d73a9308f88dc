"""MedianFlow: points followed there and back again; their median moves and scales the box."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="medianflow",
    name="MedianFlow",
    help="For objects that move smoothly and are never hidden: follows place and size, and is quick. "
    "It gives up by itself when its points disagree.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Kalal, Mikolajczyk, Matas: Forward-Backward Error (2010); cv2.legacy.TrackerMedianFlow",
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    import cv2

    from engine.tools.following.family import OpenCvTracker

    # it goes by points as the check does, which knows an object's from the scene's
    return OpenCvTracker(SPEC.name, cv2.legacy.TrackerMedianFlow.create, grey=True, trust=0.0)
