"""Graph cut: clicks or a box to a mask, by cutting a graph of superpixels; needs no weights."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec
from engine.tools.base import Interactor

SPEC = InteractorSpec(
    id="graphcut",
    name="Graph cut",
    help="Click inside the object, or draw a box round it; then click in the middle of what is missing, "
    "and with a negative point in the middle of what is too much.",
    family="opencv",
    licence="our own code; OpenCV and SciPy: Apache-2.0 and BSD-3-Clause",
    source="Boykov, Jolly: Interactive Graph Cuts (2001), on SLIC superpixels with fitted evidence",
    min_points=1,
    min_points_with_box=0,
    negatives=True,
    accepts_box=True,
    refines=True,
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor, warm: the first click need not wait for SciPy's import and OpenCV's colour tables."""
    import numpy as np

    from engine.prompt import Prompt
    from engine.tools.segment.graphcut import GraphCut

    tool = GraphCut()
    tool.predict(tool.prepare(np.zeros((64, 64, 3), np.uint8)), Prompt().add((32.0, 32.0)))
    return tool
