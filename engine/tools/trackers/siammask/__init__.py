"""SiamMask: follows an object and says which pixels are it, with a rectangle turned as it lies."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec, Weights
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="siammask",
    name="SiamMask",
    help="Draw a box round the object, or take a shape of it, and go on: each frame gets its mask or outline, "
    "or a box turned as the object lies.",
    licence="our own code, written from published facts (the original is MIT)",
    source="Wang, Zhang, Bertinetto, Hu, Torr: Fast Online Object Tracking and Segmentation (2019), "
    "github.com/foolwood/SiamMask",
    gives_masks=True,
    packages=("torch",),
    weights=(
        Weights(
            "SiamMask_DAVIS.pth",
            "http://www.robots.ox.ac.uk/~qwang/SiamMask_DAVIS.pth",
            licence="published with MIT code; nothing stated for the weights",
        ),
    ),
)
"""The publisher has no encrypted address and gives neither size nor checksum, so the file is fetched by hand."""


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    from engine.nets.checkpoint import ready
    from engine.tools.trackers.siammask import net as siammask
    from engine.tools.trackers.siammask.tool import SiamMaskTracker

    nets, _ = ready(weights, siammask, device)
    return SiamMaskTracker(nets[0])
