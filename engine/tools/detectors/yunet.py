"""YuNet: faces, by a network of a third of a megabyte that OpenCV runs itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ToolError, WeightsError
from engine.specs import DetectorSpec, Weights
from engine.text import plain
from engine.tools.base import Detection, Detector, Image

if TYPE_CHECKING:
    from engine.tools.detecting.signatures import Signature

OVERLAP, CANDIDATES = 0.3, 5000
"""Of non-maximum suppression, as OpenCV's own example has them."""
LONG = 1280
"""Pixels of the long side at most: faces of 10 to 300 pixels are found, and those of larger pictures are larger."""
URL = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/face_detection_yunet/"

SPEC = DetectorSpec(
    id="yunet",
    name="Faces (YuNet)",
    help="Faces, small ones too, in a twentieth of a second without a GPU.",
    licence="Apache-2.0 (OpenCV)",
    source="Wu, Peng, Yu: YuNet: A Tiny Millisecond-level Face Detector (2023); cv2.FaceDetectorYN",
    weights=(
        Weights(
            "face_detection_yunet_2023mar.onnx",
            f"{URL}face_detection_yunet_2023mar.onnx",
            "sha256:8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            232_589,
            "MIT",
        ),
    ),
    labels=("face",),
    threshold=0.6,
)


def knows(signature: Signature) -> str:
    """Say what was understood of a file, "" if it is another family's."""
    named = {port.name for port in signature.outputs}
    wanted = {f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)}
    return "YuNet, faces" if signature.kind == "onnx" and wanted <= named else ""


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector of a file; OpenCV runs it on the CPU."""
    from engine.tools.detecting.opening import refusal, refuse_none
    from engine.tools.detecting.signatures import signature_of

    path = refuse_none(weights, SPEC)
    signature = signature_of(path)
    if not knows(signature):
        raise refusal(signature, SPEC)
    return YuNet(path)


class YuNet:
    """OpenCV's face detector."""

    labels = SPEC.labels

    def __init__(self, path: Path) -> None:
        import cv2

        try:
            self._net: Any = cv2.FaceDetectorYN.create(str(path), "", (320, 320), 0.5, OVERLAP, CANDIDATES)
        except cv2.error as error:
            told = plain(str(error).strip(), 200)
            raise WeightsError(f"{path.name} cannot be loaded by OpenCV", f"{told} ({path})") from error

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return the faces on each picture."""
        return [self._faces(image, threshold) for image in images]

    def _faces(self, image: Image, threshold: float) -> list[Detection]:
        import cv2
        import numpy as np

        from engine.tools.detecting.fitting import clip_to
        from engine.tools.detecting.found import detections

        height, width = image.shape[:2]
        scale = min(1.0, LONG / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
        self._net.setInputSize(size)
        self._net.setScoreThreshold(threshold)
        try:
            _, rows = self._net.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        except cv2.error as error:
            raise ToolError(f"{SPEC.name} has failed on this picture", plain(str(error).strip(), 200)) from error
        found = np.zeros((0, 15)) if rows is None else np.asarray(rows, np.float64)
        by = np.array([width / size[0], height / size[1]] * 2)
        boxes = np.concatenate((found[:, :2], found[:, :2] + found[:, 2:4]), 1) * by
        kinds = np.zeros(len(found), np.int64)
        return detections(clip_to(boxes, (width, height)), found[:, 14], kinds, self.labels, threshold)
