"""YOLO v3: one look at the picture; darknet's own files, the ONNX zoo's, the Open Model Zoo's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector
from engine.tools.detecting.names import COCO

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_DARKNET = "https://pjreddie.com/media/files/"
_ZOO = "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/validated/vision/object_detection_segmentation/"
_OMZ = "https://download.01.org/opencv/public_models/022020/yolo_v3/"
_FREE = "public domain (darknet's licence)"


def _darknet(name: str, size: int) -> Weights:
    """Declare a published .weights file, with room for the .cfg and the names of one of the user's own."""
    weights = WeightFile(f"{name}.weights", f"{_DARKNET}{name}.weights", size=size)
    beside = (WeightFile(f"{name}.{end}", optional=True) for end in ("cfg", "names"))
    return Weights(name, files=(weights, *beside), licence=_FREE)


def _zoo(folder: str, name: str, digest: str, size: int) -> Weights:
    """Declare a file of the ONNX zoo, with room for names of classes beside one of the user's own."""
    network = WeightFile(f"{name}.onnx", f"{_ZOO}{folder}/model/{name}.onnx", f"sha256:{digest}", size)
    return Weights(name, files=(network, WeightFile(f"{name}.names", optional=True)), licence="MIT")


def _ir(name: str, licence: str) -> Weights:
    """Declare what the Open Model Zoo's converter makes; it is published nowhere."""
    files = WeightFile(f"{name}.xml"), WeightFile(f"{name}.bin"), WeightFile(f"{name}.names", optional=True)
    return Weights(name, files=files, licence=licence)


SPEC = DetectorSpec(
    id="yolov3",
    name="YOLO v3",
    help="Boxes of 80 kinds of things; the tiny files are quicker and find less. A .weights file of your own needs its "
    ".cfg beside it, and its .names. Files that ultralytics exports (yolov3u) belong to the model YOLO.",
    licence="our own code, written from published facts",
    source="Redmon, Farhadi: YOLOv3: An Incremental Improvement (2018); github.com/pjreddie/darknet",
    weights=(
        _darknet("yolov3", 248_007_048),
        _darknet("yolov3-tiny", 35_434_956),
        _zoo("yolov3", "yolov3-12", "d97d7d5c1bbab2ec1ea197f0b689eb121231d62985ad223fb8aa833f8ef79836", 247_942_267),
        _zoo("yolov3", "yolov3-10", "1f4613c3d04416dfd2c1960b8737aa5292994238dfecbe9c1ee7147e9a92439f", 247_908_721),
        _zoo(
            "tiny-yolov3", "tiny-yolov3-11",
            "f715cc2d99740d22d312777e20d9de2b2ecdc250155be8fd3752ce7e8b823521", 35_511_756,
        ),
        _ir("yolo-v3-tf", "MIT"),
        _ir("yolo-v3-onnx", "MIT"),
        Weights(
            "yolo-v3",
            files=(
                WeightFile("yolov3.pb", f"{_OMZ}yolov3.pb", size=248_128_731),
                WeightFile("yolov3.names", optional=True),
            ),
            licence="MIT",
        ),
    ),
    packages=("torch", "onnxruntime", "openvino"),
    labels=COCO,
    threshold=0.5,
)  # fmt: skip
"""Without a .cfg the input has 416 pixels a side, as in the manual's deployment; the published yolov3.cfg says 608."""

NAMES = COCO
"""Of the published files."""


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it is no YOLO v3 that is read here."""
    from engine.tools.detecting.yolov3.knowing import form_of

    form = form_of(signature)
    return form.described if form else ""


def classes(signature: Signature) -> int:
    """Return how many classes a file tells apart, 0 if it does not say or is another family's."""
    from engine.tools.detecting.yolov3.knowing import form_of

    form = form_of(signature)
    return form.classes if form else 0


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    from engine.tools.detecting.yolov3.loading import load as loaded

    return loaded(weights, device, SPEC)
