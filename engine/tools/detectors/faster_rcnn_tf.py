"""Faster R-CNN as TensorFlow's detection zoo has it: a frozen graph or SavedModel, run without TensorFlow."""

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
_SMALL = "faster_rcnn_inception_v2_coco_2018_01_28.tar.gz"
_LARGE = "faster_rcnn_inception_resnet_v2_atrous_coco_2018_01_28.tar.gz"
_MIDDLE = "faster_rcnn_resnet50_coco_2018_01_28.tar.gz"

SPEC = DetectorSpec(
    id="faster_rcnn_tf",
    name="Faster R-CNN via TensorFlow",
    help="Boxes round people, vehicles, animals and household things (80 classes). Takes the archive as published, "
    "a frozen graph or a SavedModel (.pb). The first load takes half a minute, then it is kept.",
    licence="Apache-2.0 (TensorFlow Object Detection API)",
    source="Huang et al.: Speed/accuracy trade-offs for modern convolutional object detectors (2017); "
    "TensorFlow 1 Detection Model Zoo",
    weights=(
        Weights(
            _SMALL, _TF + _SMALL,
            "sha256:db3295e9a52d406540e84bdd056eedeedbf938782a7bc4af7918aaa5dc30f0df", 149_119_618, "Apache-2.0",
        ),
        Weights(
            _LARGE, f"{_OMZ}faster_rcnn_inception_resnet_v2_atrous_coco/{_LARGE}",
            "sha384:4b44a30cd9b989bc1c0d2f247977389a7daab590a0154b333d80a23fafa9570d"
            "e6a4bc38226ee67c5cdd5549d8ea96d5", 672_221_478, "Apache-2.0",
        ),
        Weights(
            _MIDDLE, f"{_OMZ}faster_rcnn_resnet50_coco/{_MIDDLE}",
            "sha384:905eb0e51f1894a02bb8391ed436601450df67e092a9aaee72fc3868d556bbf7"
            "410af97a18a06223b389bb818e489999", 381_355_771, "Apache-2.0",
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
    threshold=0.5,
)  # fmt: skip


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no such graph without masks."""
    from engine.tools.detecting.rcnn.knowing import understood_of_tensorflow

    return understood_of_tensorflow(signature, masks=False)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.rcnn.loading import load as loaded

    return loaded(weights, device, SPEC)
