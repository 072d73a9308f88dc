"""MOSSE: one correlation filter on brightness; the quickest by far, of a fixed size."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="mosse",
    name="MOSSE",
    help="The quickest by far, for objects that keep their size and look. "
    "Many objects on a slow machine are what it is for.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Bolme et al.: Visual Object Tracking using Adaptive Correlation Filters (2010); cv2.legacy.TrackerMOSSE",
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    import cv2

    from engine.tools.following.family import OpenCvTracker

    return OpenCvTracker(SPEC.name, cv2.legacy.TrackerMOSSE.create, grey=True)
