"""Snap: a box or an outline that was drawn in haste, fitted to the object by the graph cut's evidence; no weights."""

from __future__ import annotations

from pathlib import Path

from engine.specs import FitterSpec
from engine.tools.base import Interactor

SPEC = FitterSpec(
    id="snap",
    name="Snap",
    help="Select a box, an ellipse, a polygon or a mask: its sides move to the object's where the picture is sure.",
    family="opencv",
    runs_in="engine",
    licence="our own code; OpenCV and SciPy: Apache-2.0 and BSD-3-Clause",
    source="Boykov, Jolly: Interactive Graph Cuts (2001), on SLIC superpixels with fitted evidence",
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return what fits."""
    from engine.tools.segment.fitting import Snap

    return Snap()
