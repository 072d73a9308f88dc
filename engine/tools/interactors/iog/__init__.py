"""IOG: draw a box around the object, then click inside it."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Interactor

_DRIVE = "https://drive.google.com/uc?export=download&id="
_LICENCE = "no licence stated: all rights reserved; fetch it yourself and do not pass it on"

SPEC = InteractorSpec(
    id="iog",
    name="IOG",
    help="Draw a box round the object, then click inside it; further points inside or outside correct the mask.",
    licence="our own code, written from published facts (the original states no licence and is not used)",
    source="Zhang, Liew, Wei, Wei, Zhao: Interactive Object Segmentation with Inside-Outside Guidance (2020), "
    "github.com/shiyinzhang/Inside-Outside-Guidance",
    needs_box=True,
    accepts_box=True,
    min_points=1,
    min_points_with_box=1,
    negatives=True,
    packages=("torch",),
    weights=(
        Weights("IOG_PASCAL_SBD.pth", _DRIVE + "1Lm1hhMhhjjnNwO4Pf7SC6tXLayH2iH0l", licence=_LICENCE),
        Weights("IOG_PASCAL_SBD_REFINEMENT.pth", _DRIVE + "1VdOFUZZbtbYt9aIMugKhMKDA6EuqKG30", licence=_LICENCE),
        Weights("IOG_PASCAL.pth", _DRIVE + "1GLZIQlQ-3KUWaGTQ1g_InVcqesGfGcpW", licence=_LICENCE),
    ),
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor."""
    from engine.nets.checkpoint import ready
    from engine.tools.interactors.iog import net as iog
    from engine.tools.interactors.iog.tool import IogInteractor

    nets, _ = ready(weights, iog, device)
    return IogInteractor(nets[0])
