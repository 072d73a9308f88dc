"""YOLO v3 of the ONNX zoo, and the Open Model Zoo's IR of it: the network itself chooses among boxes that overlap.

https://github.com/onnx/models, yolov3: the picture is shrunk by cubic interpolation, its sides cut down to whole
pixels, onto grey of 128; the frame's height and width are a second input, so that boxes (y1, x1, y2, x2) come in frame
pixels. The last output has a row (picture, class, box) for each that was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.specs import ToolSpec
from engine.tools.base import Detection, Image
from engine.tools.detecting.boxes import from_rows
from engine.tools.detecting.fitting import Fit, Fitted, clip_to, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.opening import refuse_batch, refuse_large, refuse_nameless
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.yolov3.knowing import size_of

Answer = dict[str, NDArray[Any]]
GREY = 128


class Network(Protocol):
    """What runs the file."""

    signature: Signature

    def run(self, given: dict[str, NDArray[Any]]) -> Answer:
        """Return outputs by name for inputs by name."""


def how(signature: Signature, pictures: Port) -> Fit:
    """Return how a file takes pictures: an IR BGR of 0..255, because its converter put the rest into it."""
    size = size_of(pictures)
    if signature.kind == "ir":
        return Fit("centre", size, order="BGR", pad=GREY, interpolation="cubic", truncate=True)
    return Fit("centre", size, divide=255, pad=GREY, interpolation="cubic", truncate=True)


class ZooYolo(Staged[Fitted]):
    """The detector."""

    def __init__(
        self, network: Network, pictures: Port, outputs: Sequence[Port], names: tuple[str, ...], spec: ToolSpec
    ) -> None:
        self._network, self._names, self._spec = network, names, spec
        self.labels = tuple(name for name in names if name)
        self._pictures = pictures.name
        self._size = next(port.name for port in network.signature.inputs if port is not pictures)
        self._outputs = [port.name for port in outputs]
        refuse_batch(pictures.shape, network.signature.file.name)
        self._how = how(network.signature, pictures)
        refuse_large(network.signature, self._how.size)

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture into the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> list[list[NDArray[Any]]]:
        """Return for each picture boxes, scores and the numbers of those that were chosen."""
        return [self._run(given) for given in inputs]

    def _run(self, given: Fitted) -> list[NDArray[Any]]:
        width, height = given.frame
        found = self._network.run({self._pictures: given.pixels, self._size: np.array([[height, width]], np.float32)})
        return [found[name] for name in self._outputs]

    def decode(self, answer: Sequence[NDArray[Any]], given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects that were chosen and score enough."""
        boxes, scores, chosen = answer[0].reshape(-1, 4), answer[1][0], answer[2].reshape(-1, 3).astype(np.int64)
        kinds, numbers = chosen[:, 1], chosen[:, 2]
        there = (chosen >= 0).all(1) & (kinds < len(scores)) & (numbers < len(boxes))  # rows of -1 say that none is
        kinds, numbers = kinds[there], numbers[there]
        sure = scores[kinds, numbers]
        refuse_nameless(kinds[sure >= threshold], self._names, self._spec, self._network.signature.file.name)
        placed = clip_to(from_rows(boxes[numbers]), given.frame)
        return detections(placed, sure, kinds, self._names, threshold)
