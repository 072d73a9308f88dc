"""HRNet (RITM): points inside and outside the object; it sees its own last answer and goes on from it."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Interactor

_RELEASE = "https://github.com/saic-vul/ritm_interactive_segmentation/releases/download/v1.0/"
_LICENCE = "published with MIT code; nothing stated for the weights (trained on COCO and LVIS pictures)"
_LICENCE_SBD = "published with MIT code; nothing stated for the weights (trained on SBD pictures)"
_H18_DIGEST = "sha256:5f69cfce354d1507e3850bfc39ee7057c8dd27b6a4910d1d2dc724916b9ee32b"
"""As two unrelated projects give it; the authors publish none."""

SPEC = InteractorSpec(
    id="hrnet",
    name="HRNet",
    help="Put points on the object; where the mask spills over, add points outside. "
    "It can start from a mask that is already there.",
    licence="our own code, written from the paper and published facts (the original is MIT)",
    source="Sofiiuk, Petrov, Konushin: Reviving Iterative Training with Mask Guidance (2021), "
    "github.com/saic-vul/ritm_interactive_segmentation",
    min_points=1,
    negatives=True,
    refines=True,
    packages=("torch",),
    weights=(
        Weights("coco_lvis_h18_itermask.pth", _RELEASE + "coco_lvis_h18_itermask.pth", _H18_DIGEST, licence=_LICENCE),
        Weights("coco_lvis_h18s_itermask.pth", _RELEASE + "coco_lvis_h18s_itermask.pth", licence=_LICENCE),
        Weights("coco_lvis_h32_itermask.pth", _RELEASE + "coco_lvis_h32_itermask.pth", licence=_LICENCE),
        Weights("coco_lvis_h18_baseline.pth", _RELEASE + "coco_lvis_h18_baseline.pth", licence=_LICENCE),
        Weights("sbd_h18_itermask.pth", _RELEASE + "sbd_h18_itermask.pth", licence=_LICENCE_SBD),
    ),
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor."""
    from engine.nets.checkpoint import ready
    from engine.tools.interactors.ritm import net as ritm
    from engine.tools.interactors.ritm.tool import RitmInteractor

    nets, place = ready(weights, ritm, device)
    return RitmInteractor(nets, place)
