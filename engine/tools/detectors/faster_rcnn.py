"""Faster R-CNN: boxes of 80 kinds of things, from the Open Model Zoo, the ONNX zoo or torchvision."""

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
    "validated/vision/object_detection_segmentation/faster-rcnn/model/"
)
_TORCH = "https://download.pytorch.org/models/"

SPEC = DetectorSpec(
    id="faster_rcnn",
    name="Faster R-CNN",
    help="Boxes round people, vehicles, animals and household things (80 classes). Accurate; seconds a picture without "
    "a graphics card. Of the Open Model Zoo's file you need both parts, .xml and .bin, which you convert yourself.",
    licence="Apache-2.0, MIT or BSD-3-Clause, by the file",
    source="Ren et al.: Faster R-CNN (2015); Open Model Zoo: faster_rcnn_inception_resnet_v2_atrous_coco; "
    "ONNX Model Zoo; torchvision",
    weights=(
        Weights(
            "faster_rcnn_inception_resnet_v2_atrous_coco",
            files=(
                WeightFile("faster_rcnn_inception_resnet_v2_atrous_coco.xml"),
                WeightFile("faster_rcnn_inception_resnet_v2_atrous_coco.bin"),
                WeightFile("faster_rcnn_inception_resnet_v2_atrous_coco.names", optional=True),
            ),
            licence="Apache-2.0",
        ),
        Weights(
            "FasterRCNN-12",
            files=(
                WeightFile(
                    "FasterRCNN-12.onnx", _ZOO + "FasterRCNN-12.onnx",
                    "sha256:789104f5a47f008450a37e02da8a8d3642766ed10d91238312b1532fe72789a6", 176_713_194,
                ),
                WeightFile("FasterRCNN-12.names", optional=True),
            ),
            licence="MIT",
        ),
        Weights(
            "FasterRCNN-10.onnx", _ZOO + "FasterRCNN-10.onnx",
            "sha256:dfb81423efbea52e45df242ade64cfca0ba05fae78e00cf0c68a0979987f87eb", 167_330_019, "MIT",
        ),
        Weights(
            "fasterrcnn_resnet50_fpn_v2_coco-dd69338a",
            files=(
                WeightFile(
                    "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
                    _TORCH + "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
                ),
                WeightFile("fasterrcnn_resnet50_fpn_v2_coco-dd69338a.names", optional=True),
            ),
            licence="BSD-3-Clause",
        ),
        Weights(
            "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth", _TORCH + "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
            licence="BSD-3-Clause",
        ),
        Weights(
            "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth", _TORCH + "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth",
            licence="BSD-3-Clause",
        ),
        Weights(
            "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
            _TORCH + "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
            licence="BSD-3-Clause",
        ),
    ),
    packages=("openvino", "onnxruntime", "torch", "torchvision"),
    labels=COCO,
    gives_masks=False,
    threshold=0.5,
)  # fmt: skip
"""torchvision's names end with the beginning of the file's sha256; the whole is not published."""


NAMES = COCO_91
"""What the published files' classes are called, by number; 0 is the background."""
SHIFTED = True


def recognise(shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Say whether a checkpoint with these tensors is torchvision's Faster R-CNN."""
    from engine.tools.detecting.rcnn.knowing import of_torchvision

    return of_torchvision(shapes, masks=False)


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no Faster R-CNN that is read here."""
    from engine.tools.detecting.rcnn.knowing import understood

    return understood(signature, masks=False)


def classes(signature: Signature) -> int:
    """Return how many classes a file tells apart, the background included, 0 if it does not say."""
    from engine.tools.detecting.rcnn.knowing import classes as told

    return told(signature)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.rcnn.loading import load as loaded

    return loaded(weights, device, SPEC)
