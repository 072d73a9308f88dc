"""What moves before a camera that stands still, by a background of mixed Gaussians: needs no weights, gives masks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Image, Prediction, Watcher

BEFORE = 40
"""Frames that the background is learned from before the first answer, where there are so many."""
FEWEST = 10
"""Frames without which nothing is known of the background; fewer than 30 leave ghosts."""
MEMORY = 200
"""Frames after which the background has forgotten."""
VARIANCE = 16
"""Squared distance to the background, in variances of it, from which a pixel is something else."""
SHADOW = 0.7
"""Part of the background's brightness down to which a darker pixel is a shadow: dark clothes are no shadow."""
SMALLEST = 150 / (480 * 360)
"""Part of the picture below which a blob is noise."""
SIDE = 360
"""Pixels of the short side at which `OPEN` and `CLOSE` were chosen; they grow with the picture."""
OPEN, CLOSE = (3, 3), (5, 9)
"""Width and height in pixels: specks of this size go; parts this far from each other are one (people are upright)."""
FOREGROUND = 255
"""What OpenCV marks objects with; shadows have 127."""

SPEC = DetectorSpec(
    id="moving",
    name="Moving objects",
    help="Finds what moves in a video whose camera stands still, with masks and without any model file. "
    "It learns the background from the frames before, so nothing is found on the first of them.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Zivkovic: Improved Adaptive Gaussian Mixture Model for Background Subtraction (2004); "
    "cv2.createBackgroundSubtractorMOG2",
    labels=("moving",),
    gives_masks=True,
    threshold=0.3,
    nameless=True,
    watches=True,
)


class Background:
    """A background that learns with every frame."""

    labels = SPEC.labels

    def __init__(self) -> None:
        import cv2

        self._model = cv2.createBackgroundSubtractorMOG2(history=MEMORY, varThreshold=VARIANCE, detectShadows=True)
        self._model.setShadowThreshold(SHADOW)
        self._seen = 0

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Learn each frame, and return what stands out from those before it; nothing while there are too few."""
        return [self._one(image, threshold) for image in images]

    def _one(self, image: Image, threshold: float) -> list[Detection]:
        marks = self._model.apply(image)
        self._seen += 1
        return blobs(np.asarray(marks, np.uint8), threshold) if self._seen > FEWEST else []


def blobs(marks: NDArray[np.uint8], threshold: float) -> list[Detection]:
    """Return the blobs of marks (H, W) without specks, largest first.

    A score rises with the size: 0 at the smallest that counts, 0.5 at twice that, towards 1.
    """
    import cv2

    height, width = marks.shape
    grown = min(height, width) / SIDE
    shapes = [cv2.getStructuringElement(cv2.MORPH_RECT, (_odd(w * grown), _odd(h * grown))) for w, h in (OPEN, CLOSE)]
    clean = cv2.morphologyEx((marks == FOREGROUND).astype(np.uint8), cv2.MORPH_OPEN, shapes[0])
    clean = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, shapes[1])
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(clean, connectivity=8)
    least = SMALLEST * height * width
    found = list[Detection]()
    for number in range(1, len(stats)):
        x, y, across, down, area = map(int, stats[number])
        score = 1 - least / area
        if area >= least and score >= threshold:
            mask = Prediction(numbers[y : y + down, x : x + across] == number, (x, y))
            found.append(Detection(SPEC.labels[0], score, (x, y, x + across, y + down), mask))
    return sorted(found, key=lambda one: -one.score)


def _odd(size: float) -> int:
    return max(1, round(size)) | 1


class Moving:
    """Gives a background for each stretch of frames."""

    labels = SPEC.labels
    history = BEFORE

    def begin(self) -> Background:
        """Return one that has seen nothing."""
        return Background()


def load(weights: Path | None, device: str) -> Watcher:
    """Return the detector."""
    return Moving()
