"""KCF: kernelized correlation filters on grey and colour names; quick, of a fixed size."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="kcf",
    name="KCF",
    help="Quick, for objects that keep their size. "
    "It says so when its answer is weak, and then the object counts as lost.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Henriques et al.: High-Speed Tracking with Kernelized Correlation Filters (2015); cv2.TrackerKCF",
)


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    import cv2

    from engine.tools.following.family import OpenCvTracker

    return OpenCvTracker(SPEC.name, cv2.TrackerKCF.create)
