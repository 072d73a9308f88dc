"""RetinaNet: one look at the picture, as good as slower networks; detectron2's, torchvision's, ONNX's and Keras's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_DETECTRON = "https://dl.fbaipublicfiles.com/detectron2/COCO-Detection/"
_TORCH = "https://download.pytorch.org/models/"
_ZOO = (
    "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/"
    "validated/vision/object_detection_segmentation/retinanet/model/"
)


def _detectron(name: str, config: str, folder: int, file: str) -> Weights:
    """Declare one of detectron2's files, with room for the names of classes beside one of the user's own."""
    network = WeightFile(file, f"{_DETECTRON}{config}/{folder}/{file}")
    return Weights(name, files=(network, WeightFile(f"{Path(file).stem}.names", optional=True)), licence="Apache-2.0")


def _torchvision(name: str) -> Weights:
    """Declare one of torchvision's files; their names end with the beginning of their sha256, which is all there is."""
    files = WeightFile(f"{name}.pth", f"{_TORCH}{name}.pth"), WeightFile(f"{name}.names", optional=True)
    return Weights(name, files=files, licence="BSD-3-Clause")


SPEC = DetectorSpec(
    id="retinanet",
    name="RetinaNet",
    help="Boxes of 80 kinds of things, few of them wrong. Seconds a picture without a graphics card.",
    licence="our own code, written from published facts",
    source="Lin et al.: Focal Loss for Dense Object Detection (2017); detectron2, torchvision, ONNX Model Zoo, "
    "keras-retinanet",
    weights=(
        _detectron("retinanet_R_101_FPN_3x", "retinanet_R_101_FPN_3x", 190397697, "model_final_971ab9.pkl"),
        _detectron("retinanet_R_50_FPN_3x", "retinanet_R_50_FPN_3x", 190397829, "model_final_5bd44e.pkl"),
        _detectron("retinanet_R_50_FPN_1x", "retinanet_R_50_FPN_1x", 190397773, "model_final_bfca0b.pkl"),
        _torchvision("retinanet_resnet50_fpn_v2_coco-5905b1c5"),
        _torchvision("retinanet_resnet50_fpn_coco-eeacb38b"),
        Weights(
            "retinanet-9",
            files=(
                WeightFile(
                    "retinanet-9.onnx", f"{_ZOO}retinanet-9.onnx",
                    "sha256:06742923960ec4d9899e6fe407d4d2df013fe6962504f099463ca1b8cba45e44", 228_369_343,
                ),
                WeightFile("retinanet-9.names", optional=True),
            ),
            licence="BSD-3-Clause",
        ),
        Weights(
            "retinanet_resnet50_coco_best_v2.1.0",
            files=(
                WeightFile("retinanet_resnet50_coco_best_v2.1.0.pb", size=152_890_076),
                WeightFile("retinanet_resnet50_coco_best_v2.1.0.names", optional=True),
            ),
            licence="Apache-2.0",
        ),
    ),
    packages=("torch", "torchvision", "onnxruntime", "openvino"),
    labels=COCO,
    threshold=0.5,
)  # fmt: skip
"""Scores below 0.05 are never looked at, by any of the files."""

SHIFTED = True
"""A list of names may leave the background out, which torchvision's files count."""


def recognise(shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Say whether a checkpoint with these tensors is torchvision's RetinaNet."""
    from engine.tools.detecting.torchvision_forms import recognise as known

    form = known(shapes)
    return form is not None and form.kind == "retina"


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no RetinaNet that is read here."""
    from engine.tools.detecting.retinanet.knowing import form_of

    form = form_of(signature)
    return form.words if form else ""


def classes(signature: Signature) -> int:
    """Return how many classes a file tells apart (torchvision's count the background), 0 if it does not say."""
    from engine.tools.detecting.retinanet.knowing import form_of

    form = form_of(signature)
    return form.classes if form else 0


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.retinanet.loading import load as loaded

    return loaded(weights, device, SPEC)
