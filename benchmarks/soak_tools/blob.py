"""An interactor without weights for soaks: its answers mean nothing, what it keeps is of real size."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.prompt import Prompt
from engine.specs import InteractorSpec
from engine.tools.base import Image, Prediction

SPEC = InteractorSpec(id="blob", name="Blob", help="For soaks.", runs_in="engine", accepts_box=True, refines=True)
EMBEDDING = (256, 64, 64)
"""What SAM keeps of a picture: 4 MB of float32."""
RADIUS = 90


class Features(NamedTuple):
    """A picture's size and its embedding."""

    size: tuple[int, int]
    embedding: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        return self.embedding.nbytes


class Blob:
    """Answers with discs round the points inside."""

    def prepare(self, image: Image) -> Features:
        """Fill an embedding, by way of layers that are larger than it as an encoder's are."""
        layers = [np.full(EMBEDDING, image.mean() + number, np.float32) for number in range(8)]
        return Features((image.shape[1], image.shape[0]), np.tanh(sum(layers)))

    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask on the whole picture, and two others."""
        masks = [disc(features.size, prompt, RADIUS * share) for share in (1.0, 0.6, 1.5)]
        return Prediction(masks[0], score=0.9, alternatives=[Prediction(mask, score=0.5) for mask in masks[1:]])


def disc(size: tuple[int, int], prompt: Prompt, radius: float) -> NDArray[np.bool_]:
    """Return the pixels near a point inside."""
    y, x = np.ogrid[: size[1], : size[0]]
    near = [(x - px) ** 2 + (y - py) ** 2 < radius**2 for px, py in prompt.positive]
    return np.logical_or.reduce(near) if near else np.zeros((size[1], size[0]), bool)


def load(weights: Any, device: str) -> Blob:
    """Return the interactor."""
    return Blob()
