"""A detector without a network, for tests of labels and proposals: bright blobs on a dark ground, round or square."""

import cv2
import numpy as np

from engine.document import Attribute
from engine.specs import DetectorSpec
from engine.tools.base import Detection, Prediction

SPEC = DetectorSpec(
    id="blobs", name="Blobs", help="For tests.", labels=("disc", "square", "dust"), gives_masks=True, threshold=0.5,
    attributes=(Attribute("size", "number"), Attribute("shade", "select", ("light", "dark"))), off=("dust",),
)  # fmt: skip


class Blobs:
    labels = SPEC.labels

    def detect(self, images, threshold):
        return [self.one(image, threshold) for image in images]

    def one(self, image, threshold):
        grey = image.mean(2)
        count, marks, stats, _ = cv2.connectedComponentsWithStats((grey > 60).astype(np.uint8))
        found = []
        for number in range(1, count):
            x, y, width, height, area = (int(value) for value in stats[number][:5])
            mask = marks[y : y + height, x : x + width] == number
            score = float(grey[y : y + height, x : x + width][mask].mean() / 255)
            label = "dust" if area < 20 else "square" if area > 0.9 * width * height else "disc"
            said = {"size": str(area), "shade": "light" if score > 0.5 else "dark"}
            box = (float(x), float(y), float(x + width), float(y + height))
            found.append(Detection(label, score, box, Prediction(mask, (x, y)), said))
        return sorted((one for one in found if one.score >= threshold), key=lambda one: -one.score)


def load(weights, device):
    return Blobs()
