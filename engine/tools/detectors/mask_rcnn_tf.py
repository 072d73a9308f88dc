"""Mask R-CNN as TensorFlow's detection zoo has it: a frozen graph or SavedModel, run without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_TF = "https://download.tensorflow.org/models/object_detection/"
_OMZ = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/public/2022.1/"
_SMALL = "mask_rcnn_inception_v2_coco_2018_01_28.tar.gz"
_LARGE = "mask_rcnn_inception_resnet_v2_atrous_coco_2018_01_28.tar.gz"
_MIDDLE = "mask_rcnn_resnet50_atrous_coco_2018_01_28.tar.gz"

SPEC = DetectorSpec(
    id="mask_rcnn_tf",
    name="Mask R-CNN via TensorFlow",
    help="Masks of people, vehicles, animals and household things (80 classes). Takes the archive as it is published, "
    "a frozen graph or a SavedModel (.pb). The first load takes half a minute, then it is kept.",
    licence="Apache-2.0 (TensorFlow Object Detection API)",
    source="Huang et al.: Speed/accuracy trade-offs for modern convolutional object detectors (2017); "
    "TensorFlow 1 Detection Model Zoo",
    weights=(
        Weights(
            _SMALL, _TF + _SMALL,
            "sha256:4f57861c2ff1c87e92495789ee266e41a7dc79a038521d93a153be403b0b601f", 177_817_887, "Apache-2.0",
        ),
        Weights(
            _LARGE, f"{_OMZ}mask_rcnn_inception_resnet_v2_atrous_coco/{_LARGE}",
            "sha384:fe7871a3b291e30b299b859ffddc2b73f25890c259aedcd5bde6fb6dd6b5507a"
            "24e7d370365e3bdd3497f1786a0f4d36", 727_390_102, "Apache-2.0",
        ),
        Weights(
            _MIDDLE, f"{_OMZ}mask_rcnn_resnet50_atrous_coco/{_MIDDLE}",
            "sha384:a61ae308c03f9b9554851f5d564b3cc09659a2d8d2a4dd2f4e57be92669fe4bd"
            "c9c505839eaa075b44926466e4073299", 449_505_463, "Apache-2.0",
        ),
        Weights(
            "frozen_inference_graph",
            files=(
                WeightFile("frozen_inference_graph.pb"), WeightFile("frozen_inference_graph.names", optional=True),
            ),
            licence="Apache-2.0",
        ),
        Weights("saved_model.pb", licence="Apache-2.0"),
    ),
    packages=("openvino",),
    labels=COCO,
    gives_masks=True,
    threshold=0.2,
)  # fmt: skip


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no such graph with masks."""
    from engine.tools.detecting.rcnn.knowing import understood_of_tensorflow

    return understood_of_tensorflow(signature, masks=True)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.rcnn.loading import load as loaded

    return loaded(weights, device, SPEC)
