"""A detector without a network, for tests of runs: it finds the brightest row, and says how bright the frame is."""

import numpy as np

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Prediction

SPEC = DetectorSpec(id="bright", name="Bright", help="For tests.", labels=("row",))


class Bright:
    labels = SPEC.labels

    def detect(self, images, threshold):
        return [self.one(image, threshold) for image in images]

    def one(self, image, threshold):
        row = int(image.mean((1, 2)).argmax())
        mask = Prediction(np.ones((1, image.shape[1]), bool), (0, row))
        found = [Detection("row", image.mean() / 255, np.float32([0, row, image.shape[1], row + 1]), mask)]
        return found if found[0].score >= threshold else []


def load(weights, device):
    return Bright()
