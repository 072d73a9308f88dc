"""Intelligent scissors: click along an outline, the line between two clicks follows it."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec
from engine.tools.base import PathInteractor

SPEC = InteractorSpec(
    id="scissors",
    name="Intelligent scissors",
    help="Click along the outline of the object, each point within the red square round the last one; "
    "the line between them follows the edge. A click on the last point removes it, one on the first closes the path.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Mortensen, Barrett: Intelligent Scissors for Image Composition (1995); "
    "cv2.segmentation.IntelligentScissorsMB",
    min_points=3,
    negatives=False,
    path=True,
)


def load(weights: Path | None, device: str) -> PathInteractor:
    """Return the path interactor."""
    from engine.tools.tracing import Scissors

    return Scissors()
