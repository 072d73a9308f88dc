"""Streets cut into their parts: every pixel gets a class, every connected region of a class becomes a shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector
from engine.tools.detecting.names import ADAS

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_PLACE = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1/"
_NAME = "semantic-segmentation-adas-0001"


def _set(name: str, form: str, xml: tuple[str, int], data: tuple[str, int]) -> Weights:
    """Return a published set: its name, precision, and the sha384 and size of both files."""
    files = tuple(
        WeightFile(f"{_NAME}.{end}", f"{_PLACE}{_NAME}/{form}/{_NAME}.{end}", f"sha384:{digest}", size)
        for end, (digest, size) in (("xml", xml), ("bin", data))
    )
    named = WeightFile(f"{_NAME}.names", optional=True)  # of a network that was trained for other classes
    return Weights(name, files=(*files, named), licence="Apache-2.0")


SPEC = DetectorSpec(
    id="adas",
    name="Semantic segmentation for ADAS",
    help="Masks of what a car's camera sees: road, pavement, buildings, sky, people, vehicles. "
    "Takes a second or more a picture without a graphics card; the confidence does not matter.",
    licence="Apache-2.0 (OpenVINO)",
    source="Open Model Zoo: semantic-segmentation-adas-0001; Zhao et al.: ICNet (2017)",
    weights=(
        _set(
            _NAME, "FP32",
            (
                "83b14b9313459b17e882efbdb55e579b3c8420e5ff82945d891229be3e6c17bc"
                "685e8712d6d47470875dc9cce2f5c581", 210_941,
            ),
            (
                "3dceb9eb3bd13f41bcf5fcf17c8aa35b5dcff26c7676a51b07fa35644b672d97"
                "5e5eb32a8b072fea3f004658134f0cdb", 26_743_548,
            ),
        ),
        _set(
            f"{_NAME}-fp16", "FP16",
            (
                "c8b3b32bcc6617d070711c85d1d8a1a37fc4928aad523b9d2b090a2945dfa0d4"
                "eebdd9f2bf1ad12d6e593a0e39d8328d", 285_360,
            ),
            (
                "6c335272c6b02d7b6d4cc75ea4c317ecc5eca39a15d48f664fdb752657fe7da9"
                "4f8ce9af86d3e9449ad925493acb9fd2", 13_371_808,
            ),
        ),
    ),
    packages=("openvino",),
    labels=ADAS,
    gives_masks=True,
    off=("background",),
)  # fmt: skip


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it gives no class to every pixel."""
    from engine.tools.detecting.segmentation import size_of

    size = size_of(signature)
    return f"semantic segmentation, {size[0]} x {size[1]}" if size else ""


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.labels import names_for
    from engine.tools.detecting.opening import refuse_none
    from engine.tools.detecting.runtimes.openvino import Network
    from engine.tools.detecting.segmentation import Segmenter

    path = refuse_none(weights, SPEC)
    return Segmenter(Network(path, device), names_for(path, {}, 0, ADAS), SPEC)
