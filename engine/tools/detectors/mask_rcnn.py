"""Mask R-CNN: boxes and masks of 80 kinds of things, from the Open Model Zoo, the ONNX zoo or torchvision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector
from engine.tools.detecting.names import COCO, COCO_91

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_ZOO = (
    "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/"
    "validated/vision/object_detection_segmentation/mask-rcnn/model/"
)
_TORCH = "https://download.pytorch.org/models/"

SPEC = DetectorSpec(
    id="mask_rcnn",
    name="Mask R-CNN",
    help="Masks of people, vehicles, animals and household things (80 classes). Accurate; seconds a picture without a "
    "graphics card. Of the Open Model Zoo's file you need both parts, .xml and .bin, which you convert yourself.",
    licence="Apache-2.0, MIT or BSD-3-Clause, by the file",
    source="He et al.: Mask R-CNN (2017); Open Model Zoo: mask_rcnn_inception_resnet_v2_atrous_coco; ONNX Model Zoo; "
    "torchvision",
    weights=(
        Weights(
            "mask_rcnn_inception_resnet_v2_atrous_coco",
            files=(
                WeightFile("mask_rcnn_inception_resnet_v2_atrous_coco.xml"),
                WeightFile("mask_rcnn_inception_resnet_v2_atrous_coco.bin"),
                WeightFile("mask_rcnn_inception_resnet_v2_atrous_coco.names", optional=True),
            ),
            licence="Apache-2.0",
        ),
        Weights(
            "MaskRCNN-12",
            files=(
                WeightFile(
                    "MaskRCNN-12.onnx", _ZOO + "MaskRCNN-12.onnx",
                    "sha256:5bf940c124d9117f6fae350c4e0d46df180cbb01981832b35fdbed148078b946", 177_970_010,
                ),
                WeightFile("MaskRCNN-12.names", optional=True),
            ),
            licence="MIT",
        ),
        Weights(
            "MaskRCNN-10.onnx", _ZOO + "MaskRCNN-10.onnx",
            "sha256:a519d8102cb162e78cbf123615aa5a8f3bf9d0fa1dec61a2fbbb42fa3f0e0757", 177_925_424, "MIT",
        ),
        Weights(
            "maskrcnn_resnet50_fpn_v2_coco-73cbd019",
            files=(
                WeightFile(
                    "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth", _TORCH + "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
                ),
                WeightFile("maskrcnn_resnet50_fpn_v2_coco-73cbd019.names", optional=True),
            ),
            licence="BSD-3-Clause",
        ),
        Weights(
            "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth", _TORCH + "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth",
            licence="BSD-3-Clause",
        ),
    ),
    packages=("openvino", "onnxruntime", "torch", "torchvision"),
    labels=COCO,
    gives_masks=True,
    threshold=0.2,
)  # fmt: skip
"""torchvision's names end with the beginning of the file's sha256; the whole is not published."""


NAMES = COCO_91
"""What the published files' classes are called, by number; 0 is the background."""
SHIFTED = True


def recognise(shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Say whether a checkpoint with these tensors is torchvision's Mask R-CNN."""
    from engine.tools.detecting.rcnn.knowing import of_torchvision

    return of_torchvision(shapes, masks=True)


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no Mask R-CNN that is read here."""
    from engine.tools.detecting.rcnn.knowing import understood

    return understood(signature, masks=True)


def classes(signature: Signature) -> int:
    """Return how many classes a file tells apart, the background included, 0 if it does not say."""
    from engine.tools.detecting.rcnn.knowing import classes as told

    return told(signature)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.rcnn.loading import load as loaded

    return loaded(weights, device, SPEC)
