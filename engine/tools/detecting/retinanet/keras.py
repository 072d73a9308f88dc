"""RetinaNet of keras-retinanet as a TensorFlow graph, on OpenVINO: boxes, scores and labels are chosen inside.

https://github.com/fizyr/keras-retinanet: BGR less the mean colour of Caffe's networks, the short side 800 pixels and
the long one 1333 at most; boxes in pixels of that picture; rows of -1 are empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.specs import ToolSpec
from engine.tools.base import Detection, Image
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.opening import refusal, refuse_nameless
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged

HOW = Fit("short", short=800, long=1333, order="BGR", layout="NHWC", mean=(103.939, 116.779, 123.68))


class KerasRetina(Staged[Fitted]):
    """The detector."""

    def __init__(self, network: Network, names: tuple[str, ...], spec: ToolSpec) -> None:
        """Take a network; raise WeightsError if it gives no boxes, scores and labels."""
        self._network, self._names, self._spec = network, names, spec
        self.labels = tuple(name for name in names if name)
        outputs = network.signature.outputs
        boxes = [port for port in outputs if port.rank == 3]
        scores = [port for port in outputs if port.rank == 2 and port.dtype.startswith("float")]
        kinds = [port for port in outputs if port.rank == 2 and port.dtype.startswith("int")]
        if not len(boxes) == len(scores) == len(kinds) == 1 or len(network.signature.inputs) != 1:
            raise refusal(network.signature, spec)
        self._outputs = [boxes[0].name, scores[0].name, kinds[0].name]

    def prepare(self, image: Image) -> Fitted:
        """Resize a picture."""
        return fit(image, HOW)

    def infer(self, inputs: Sequence[Fitted]) -> list[list[NDArray[Any]]]:
        """Return each picture's boxes, scores and labels."""
        name = self._network.signature.inputs[0].name
        answers = (self._network.run({name: one.pixels}) for one in inputs)
        return [[found[name][0] for name in self._outputs] for found in answers]

    def decode(self, answer: Sequence[NDArray[Any]], given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects of one picture."""
        boxes, scores, kinds = answer
        file = self._network.signature.file.name
        refuse_nameless(kinds[scores >= threshold].astype(np.int64), self._names, self._spec, file)
        return detections(given.to_frame(boxes), scores, kinds, self._names, threshold)
