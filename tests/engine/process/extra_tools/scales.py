"""A tool whose answer is what its weights file says, for tests of what the engine process has loaded."""

import numpy as np

from engine.specs import InteractorSpec, Weights
from engine.tools.base import Prediction

SPEC = InteractorSpec(
    id="scales", name="Scales", help="For tests.", weights=(Weights("scales_light.bin"), Weights("scales_heavy.bin"))
)


class Scales:
    loaded = 0

    def __init__(self, weight):
        self.weight = weight
        Scales.loaded += 1

    def prepare(self, image):
        return self.weight

    def predict(self, features, prompt, previous=None):
        """Score: the model's weight; the alternative's: the weight that prepared the picture; its x: loads so far."""
        mask = np.ones((2, 2), bool)
        return Prediction(mask, (0, 0), self.weight, (Prediction(mask, (Scales.loaded, 0), features),))


def load(weights, device):
    if weights.read_text() == "0":
        raise MemoryError("no room for nothing")
    return Scales(int(weights.read_text()))
