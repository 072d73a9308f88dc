"""A detector as light as one can be, in the three stages of a network: what it costs is what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Detector, Image
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.staged import Staged

SPEC = DetectorSpec(id="spots", name="Spots", help="For benchmarks.", labels=("left", "right"), threshold=0.05)
INPUT = Fit("stretch", (32, 32), divide=255.0)


class Spots(Staged[Fitted]):
    """Finds one object in each half of a picture; its score is how bright that half is."""

    labels = SPEC.labels
    batch = 0

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture into 32 x 32 pixels."""
        return fit(image, INPUT)

    def infer(self, inputs: Sequence[Fitted]) -> Sequence[Any]:
        """Return the brightness of both halves of each."""
        pixels = np.concatenate([given.pixels for given in inputs])
        return list(pixels.reshape(len(inputs), 3, 32, 2, 16).mean((1, 2, 4)))

    def decode(self, answer: Any, given: Fitted, threshold: float) -> list[Detection]:
        """Return both objects."""
        boxes = np.array([[4.0, 4, 12, 28], [20.0, 4, 28, 28]])
        return detections(given.to_frame(boxes), answer, np.arange(2), self.labels, threshold)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    return Spots()
