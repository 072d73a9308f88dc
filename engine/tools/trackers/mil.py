"""TrackerMIL: learns from bags of patches round the object; never says by itself that it has lost it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.specs import TrackerSpec
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="mil",
    name="TrackerMIL",
    help="Follows an object whose look changes slowly; its size stays as it is. "
    "It reports success for ever, so the check for lost objects decides.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Babenko, Yang, Belongie: Visual Tracking with Online Multiple Instance Learning (2009); cv2.TrackerMIL",
)

TRUST = 0.3
"""Its places jump about the object by some pixels from frame to frame, so that only their mean says where it is."""
SEED = 1
"""Of the random features that it chooses from: with one seed, a run gives the same each time."""


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    from engine.tools.following.family import OpenCvTracker

    # two of OpenCV's at work at once, on objects of their own, give other answers each time
    return OpenCvTracker(SPEC.name, _make, grey=True, trust=TRUST, alone=True)


def _make() -> Any:
    import cv2

    from engine.tools.following.chance import seeded

    return seeded(cv2.TrackerMIL.create, SEED)
