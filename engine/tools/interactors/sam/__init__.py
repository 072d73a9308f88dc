"""SAM: one click, a few, a box, or both; the picture is encoded once and every click is quick after that."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Interactor

_FOLDER = "https://dl.fbaipublicfiles.com/segment_anything/"
_LICENCE = "Apache-2.0"
_MOBILE = (
    "https://raw.githubusercontent.com/ChaoningZhang/MobileSAM/f706ad9c4eb7f219c00d9050e46328518ffb65d2/"
    "weights/mobile_sam.pt"
)
_MOBILE_DIGEST = "sha256:6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f"
"""As many projects give it that fetch this very revision; the authors publish none."""
_CODE = "Apache-2.0 (the segment-anything package)"

SPEC = InteractorSpec(
    id="sam",
    name="SAM (Segment Anything)",
    help="Click on the object, or draw a box round it; add points inside and outside until it fits. "
    "One click gives three masks to choose from. MobileSAM, one of its files, is the quick one.",
    licence=_CODE,
    source="Kirillov et al.: Segment Anything (2023), github.com/facebookresearch/segment-anything; "
    "Zhang et al.: Faster Segment Anything (2023), github.com/ChaoningZhang/MobileSAM",
    min_points=1,
    min_points_with_box=0,
    negatives=True,
    accepts_box=True,
    refines=True,
    packages=("torch", "segment_anything"),
    weights=(
        Weights(
            "sam_vit_b_01ec64.pth",
            _FOLDER + "sam_vit_b_01ec64.pth",
            "md5:01ec64d29a2fca3f0661936605ae66f8",
            375_042_383,
            _LICENCE,
        ),
        Weights(
            "sam_vit_l_0b3195.pth",
            _FOLDER + "sam_vit_l_0b3195.pth",
            "md5:0b3195507c641ddb6910d2bb5adee89c",
            1_249_524_607,
            _LICENCE,
        ),
        Weights(
            "sam_vit_h_4b8939.pth",
            _FOLDER + "sam_vit_h_4b8939.pth",
            "md5:4b8939a88964f0f4ff5f5b2642c598a6",
            2_564_550_879,
            _LICENCE,
        ),
        Weights("mobile_sam.pt", _MOBILE, _MOBILE_DIGEST, 40_728_226, _LICENCE + " (MobileSAM)"),
    ),
)
"""The publisher names its files by the beginning of their md5; the whole sums are given alike by many projects."""


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor."""
    from engine.tools.interactors.sam.tool import load_sam

    return load_sam(weights, device)
