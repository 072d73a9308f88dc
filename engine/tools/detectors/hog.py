"""People by histograms of oriented gradients: needs no weights, finds who stands upright and is seen whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Detector, Image

SHORT = 576
"""Pixels that the short side is enlarged to at least: people smaller than the window of 64 x 128 are not found."""
LARGEST = 2_000_000
"""Pixels that a picture is enlarged to at most: a strip of a few rows would have no end."""
MARGIN = 0.15
"""Part of the short side that is put round the picture, its border repeated: the window needs room round a person."""
LOOSE = 0.2
"""Part of each side by which the window is larger than the person in it, as it was trained."""
ALONE = 1
"""Windows that must agree besides one; OpenCV's own 2 loses people who are seen at one size."""
FULL = 4.0
"""Weight of the support vector machine that counts as a score of 1; people in street clips reach 0.6 to 3.5."""
OVERLAP = 0.5
"""Windows that overlap a better one by more, over the smaller, are the same person."""

SPEC = DetectorSpec(
    id="hog",
    name="People (HOG)",
    help="Upright people who are seen whole, without any model file. Loose boxes; raise the confidence for fewer.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Dalal, Triggs: Histograms of Oriented Gradients for Human Detection (2005); cv2.HOGDescriptor",
    labels=("person",),
    threshold=0.25,
)


class Hog:
    """OpenCV's people detector."""

    labels = SPEC.labels

    def __init__(self) -> None:
        import cv2

        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())  # type: ignore[call-overload]

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return the people on each picture; a score is the machine's weight over `FULL`, at most 1."""
        return [self._people(image, threshold) for image in images]

    def _people(self, image: Image, threshold: float) -> list[Detection]:
        import cv2
        import numpy as np

        from engine.tools.detecting.boxes import best
        from engine.tools.detecting.fitting import clip_to
        from engine.tools.detecting.found import detections

        height, width = image.shape[:2]
        scale = max(1.0, min(SHORT / min(height, width), (LARGEST / (height * width)) ** 0.5))
        large = cv2.resize(image, (round(width * scale), round(height * scale))) if scale > 1 else image
        if min(large.shape[:2]) * (1 + 2 * MARGIN) < 128:
            return []
        border = round(MARGIN * min(large.shape[:2]))
        grey = cv2.cvtColor(large, cv2.COLOR_RGB2GRAY)
        roomy = cv2.copyMakeBorder(grey, border, border, border, border, cv2.BORDER_REPLICATE)
        found, weights = self._hog.detectMultiScale(
            roomy, winStride=(8, 8), hitThreshold=threshold * FULL, groupThreshold=ALONE
        )
        rects = np.asarray(found, np.float64).reshape(-1, 4)
        margin = rects[:, 2:] * (LOOSE / 2)
        boxes = np.concatenate((rects[:, :2] + margin, rects[:, :2] + rects[:, 2:] - margin), 1)
        boxes = (boxes - border) / scale
        scores = np.minimum(np.asarray(weights, np.float64).ravel() / FULL, 1.0)
        kept = best(boxes, scores, None, OVERLAP, of_smaller=True)
        kept_boxes = clip_to(boxes[kept], (width, height))
        return detections(kept_boxes, scores[kept], np.zeros(len(kept), int), self.labels, threshold)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    return Hog()
