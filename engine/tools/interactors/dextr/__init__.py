"""DEXTR: four or more points on the object's outermost edges."""

from __future__ import annotations

from pathlib import Path

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Interactor

_PLACE = "https://data.vision.ee.ethz.ch/"
_LICENCE = "MIT, by the publisher's statement (trained on PASCAL VOC and SBD pictures)"

SPEC = InteractorSpec(
    id="dextr",
    name="DEXTR",
    help="Mark the object where it ends to the left, right, top and bottom: four points or more, in any order.",
    licence="our own code, written from published facts (the original's code is GPL-3.0 and not used)",
    source="Maninis, Caelles, Pont-Tuset, Van Gool: Deep Extreme Cut (2018), github.com/scaelles/DEXTR-PyTorch",
    min_points=4,
    max_points=0,
    negatives=False,
    packages=("torch",),
    weights=(
        Weights(
            "dextr_pascal-sbd.pth",
            _PLACE + "csergi/share/DEXTR/dextr_pascal-sbd.pth",
            size=195_710_751,
            licence=_LICENCE,
        ),
        Weights(
            "dextr_pascal.pth", _PLACE + "kmaninis/share/DEXTR/Downloads/models/dextr_pascal.pth", licence=_LICENCE
        ),
        Weights("dextr_coco.pth", _PLACE + "kmaninis/share/DEXTR/Downloads/models/dextr_coco.pth", licence=_LICENCE),
    ),
)


def load(weights: Path | None, device: str) -> Interactor:
    """Return the interactor."""
    from engine.nets.checkpoint import ready
    from engine.tools.interactors.dextr import net as dextr
    from engine.tools.interactors.dextr.tool import DextrInteractor

    nets, _ = ready(weights, dextr, device)
    return DextrInteractor(nets[0])
