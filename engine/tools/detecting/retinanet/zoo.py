"""RetinaNet of the ONNX zoo: bare heads of five levels, as github.com/NVIDIA/retinanet-examples exports them.

The picture is RGB, normalised as for ImageNet; anchors lie round the middle of their place, and count pixels from the
first to the last one, so that a box is one pixel wider than its corners are apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.tools.base import Detection, Image
from engine.tools.detecting.decoding.retinanet import Level, anchors_by_size, decoded
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.opening import refuse_batch, refuse_large
from engine.tools.detecting.ports import Port
from engine.tools.detecting.retinanet.knowing import BOX_CHANNELS
from engine.tools.detecting.runtimes.onnx import Network
from engine.tools.detecting.staged import Staged

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHORT, LONG, MULTIPLE = 800, 1333, 128
GREY = 116
"""Near to the mean colour, which is 0 to the network."""
RATIOS = (1.0, 2.0, 0.5)
SIZE = 4


def how(pictures: Port) -> Fit:
    """Return how a file takes pictures: of any size, or fitted into the corner of its own."""
    if min(pictures.shape[2:]) > 0:
        return Fit("corner", (pictures.shape[2], pictures.shape[3]), divide=255, mean=MEAN, std=STD, pad=GREY)
    return Fit("short", short=SHORT, long=LONG, multiple=MULTIPLE, divide=255, mean=MEAN, std=STD)


def anchors(stride: int) -> NDArray[np.float64]:
    """Return the nine anchors of a place, half-open."""
    found = anchors_by_size(SIZE * stride, ratios=RATIOS, middle=stride / 2)
    found[:, 2:] += 1
    return found


class ZooRetina(Staged[Fitted]):
    """The detector."""

    def __init__(self, network: Network, names: tuple[str, ...]) -> None:
        self._network, self._names = network, names
        self.labels = tuple(name for name in names if name)
        self._pictures = network.signature.inputs[0]
        refuse_batch(self._pictures.shape, network.signature.file.name)
        self._how = how(self._pictures)
        refuse_large(network.signature, self._how.size)

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture into the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> list[list[NDArray[Any]]]:
        """Return each picture's heads, (channels, H, W)."""
        return [[out[0] for out in self._network.run({self._pictures.name: one.pixels}).values()] for one in inputs]

    def decode(self, answer: Sequence[NDArray[Any]], given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects of one picture."""
        found = decoded(self._levels(answer, given), threshold, bounded=True)
        return detections(given.to_frame(found.boxes), found.scores, found.classes, self._names, threshold)

    def _levels(self, answer: Sequence[NDArray[Any]], given: Fitted) -> list[Level]:
        """Return the grids, the finest first; a score that is no logit says that all have been through the logistic."""
        scores, moves = (
            sorted((out for out in answer if (len(out) == BOX_CHANNELS) == boxes), key=lambda out: -out.shape[1])
            for boxes in (False, True)
        )
        if [one.shape[1:] for one in scores] != [one.shape[1:] for one in moves]:
            raise WeightsError(
                f"{self._network.signature.file.name} is no RetinaNet", "scores and boxes differ in size"
            )
        activated = all(one.min() >= 0 and one.max() <= 1 for one in scores)
        strides = [round(given.size[1] / one.shape[2]) for one in scores]
        parts = zip(scores, moves, strides, strict=True)
        return [Level(score, move, anchors(stride), stride, activated) for score, move, stride in parts]
