"""Faster and Mask R-CNN of the ONNX zoo, which were maskrcnn-benchmark's.

Boxes are in pixels of the resized picture, classes are numbered from 1 without gaps, non-maximum suppression is inside.
https://github.com/onnx/models, validated/vision/object_detection_segmentation/mask-rcnn
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ToolError, WeightsError
from engine.specs import ToolSpec
from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.masks import pasted
from engine.tools.detecting.names import COCO_81
from engine.tools.detecting.opening import refuse_nameless
from engine.tools.detecting.rcnn.naming import named
from engine.tools.detecting.runtimes.onnx import Network
from engine.tools.detecting.staged import Staged

HOW = Fit(
    "short", short=800, long=1333, multiple=32, order="BGR", layout="CHW", mean=(102.9801, 115.9465, 122.7717),
    truncate=True,
)  # fmt: skip


class ZooRcnn(Staged[Fitted]):
    """A network that takes one picture (3, H, W) and gives boxes, classes, scores, and perhaps masks."""

    def __init__(self, network: Network, path: Path, spec: ToolSpec) -> None:
        """Take a network of a verified file; raise WeightsError if it is another kind."""
        signature = network.signature
        if len(signature.inputs) != 1 or signature.inputs[0].rank not in (0, 3) or len(signature.outputs) not in (3, 4):
            told = f"one picture of three axes, and 3 or 4 outputs are expected; it is {signature.described()}"
            raise WeightsError(f"{path.name} is no R-CNN of the ONNX zoo", told)
        self.gives_masks = len(signature.outputs) == 4
        self._network, self._spec, self._file = network, spec, path.name
        self._names = named(path, 0, COCO_81)
        self.labels = tuple(name for name in self._names if name)

    def prepare(self, image: Image) -> Fitted:
        """Make the short side 800 pixels long, the long one 1333 at most."""
        return fit(image, HOW)

    def infer(self, inputs: Sequence[Fitted]) -> list[list[NDArray[Any]]]:
        """Return the outputs for each picture."""
        name = self._network.signature.inputs[0].name
        return [list(self._network.run({name: given.pixels}).values()) for given in inputs]

    def decode(self, answer: list[NDArray[Any]], given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects; which output is which is told by its axes and type, for versions name them otherwise."""
        boxes = self._of(answer, 2, "f").reshape(-1, 4)
        kinds, scores = self._of(answer, 1, "iu").astype(int), self._of(answer, 1, "f")
        refuse_nameless(kinds[scores >= threshold], self._names, self._spec, self._file)
        masks = next((one for one in answer if one.ndim == 4), None)
        boxes = given.to_frame(boxes)

        def mask(number: int) -> Prediction | None:
            return None if masks is None else pasted(masks[number, 0], boxes[number], given.frame)

        return detections(boxes, scores, kinds, self._names, threshold, mask)

    def _of(self, answer: Sequence[NDArray[Any]], axes: int, kinds: str) -> NDArray[Any]:
        found = next((one for one in answer if one.ndim == axes and one.dtype.kind in kinds), None)
        if found is None:
            shapes = ", ".join(str(np.shape(one)) for one in answer)
            raise ToolError(f"{self._file} is no R-CNN of the ONNX zoo", f"its answer has the shapes {shapes}")
        return found
