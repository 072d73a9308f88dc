"""TransT: follows an object by attention; a box on each frame."""

from __future__ import annotations

from pathlib import Path

from engine.specs import TrackerSpec, Weights
from engine.tools.base import Tracker

SPEC = TrackerSpec(
    id="transt",
    name="TransT",
    help="Draw a box round the object, or take a shape of it, and go on: each frame gets its "
    "upright box. It takes about twice as long as SiamMask.",
    licence="our own code, written from published facts (the original's code is GPL-3.0 and not used)",
    source="Chen, Yan, Zhu, Wang, Yang, Lu: Transformer Tracking (2021), github.com/chenxin-dlut/TransT",
    packages=("torch",),
    weights=(
        Weights(
            "transt.pth",
            "https://drive.google.com/uc?export=download&id=1Pq0sK-9jmbLAVtgB9-dPDc2pipCxYdM5",
            "sha256:b4460d6fa4e3b4ab0bc119602953e3cacdfa770907e13ff1398f652145cd8fc0",
            licence="published with GPL-3.0 code; nothing stated for the weights",
        ),
    ),
)
"""The authors give no checksum; this one is reported by others who use the file."""


def load(weights: Path | None, device: str) -> Tracker:
    """Return the tracker."""
    from engine.nets.checkpoint import ready
    from engine.tools.trackers.transt import net as transt
    from engine.tools.trackers.transt.tool import TransTTracker

    nets, _ = ready(weights, transt, device)
    return TransTTracker(nets[0])
