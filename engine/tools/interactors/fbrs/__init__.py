"""f-BRS: points inside and outside the object; the answer is corrected until it agrees with them."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Interactor

_RELEASE = "https://github.com/saic-vul/fbrs_interactive_segmentation/releases/download/v1.0/"
_LICENCE = "published with MPL-2.0 code; nothing stated for the weights (trained on {} pictures)"
_FILES = (
    "resnet101_dh256_sbd.pth",
    "resnet50_dh128_sbd.pth",
    "resnet50_dh128_lvis.pth",
    "resnet34_dh128_sbd.pth",
    "hrnet18_ocr64_sbd.pth",
    "hrnet32_ocr128_sbd.pth",
    "hrnet32_ocr128_lvis.pth",
)

SPEC = InteractorSpec(
    id="fbrs",
    name="f-BRS",
    help="Put a point on the object, then more, inside or outside, where the mask is wrong; "
    "the mask is made to agree with every point.",
    licence="our own code, written from the paper and published facts (the original is MPL-2.0)",
    source="Sofiiuk, Petrov, Barinova, Konushin: f-BRS (2020), github.com/saic-vul/fbrs_interactive_segmentation",
    min_points=1,
    negatives=True,
    packages=("torch",),
    weights=tuple(
        Weights(name, _RELEASE + name, licence=_LICENCE.format("LVIS" if "lvis" in name else "SBD")) for name in _FILES
    ),
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor."""
    from engine.nets.checkpoint import ready
    from engine.tools.interactors.fbrs import net as fbrs
    from engine.tools.interactors.fbrs.pipeline import BOUNDED
    from engine.tools.interactors.fbrs.tool import FbrsInteractor

    nets, place = ready(weights, fbrs, device)
    return FbrsInteractor(nets[0], place, BOUNDED)
