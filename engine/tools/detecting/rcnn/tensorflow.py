"""R-CNNs of TensorFlow's Object Detection API, as frozen graphs or SavedModels, on OpenVINO.

The network takes pictures of any size (1, H, W, 3), RGB of 8 bits, and does the rest itself. Boxes are y1, x1, y2, x2
as parts of the picture, classes COCO's own numbers, masks those of the found class alone.
https://github.com/tensorflow/models/tree/master/research/object_detection (exporter.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.boxes import from_rows, whole
from engine.tools.detecting.fitting import Fit, Fitted, clip_to, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.masks import pasted
from engine.tools.detecting.names import COCO_91
from engine.tools.detecting.opening import refuse_nameless
from engine.tools.detecting.rcnn.naming import named
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged

BOXES, SCORES, CLASSES, COUNT = "detection_boxes", "detection_scores", "detection_classes", "num_detections"
MASKS = "detection_masks"
PICTURES = ("image_tensor", "inputs", "input_tensor")
"""The input's name in a frozen graph, in a SavedModel, and in one of TensorFlow 2."""
HOW = Fit("none", layout="NHWC", dtype="uint8")
Answer = dict[str, NDArray[Any]]


class TensorFlowRcnn(Staged[Fitted]):
    """A graph with or without masks."""

    def __init__(self, network: Network, path: Path, spec: ToolSpec) -> None:
        """Take a network of a verified file; raise WeightsError if it is another kind."""
        self._network, self._spec, self._file = network, spec, path.name
        pictures = network.input(*PICTURES)
        outputs = {name: network.output(name) for name in (BOXES, SCORES, CLASSES, COUNT, MASKS)}
        self._outputs = {name: port.name for name, port in outputs.items() if port}
        lacking = [name for name in (BOXES, SCORES, CLASSES) if name not in self._outputs]
        if pictures is None or lacking:
            needed = f"an input `image_tensor` and outputs {BOXES}, {SCORES} and {CLASSES} are expected"
            told = f"{needed}; it is {network.signature.described()}"
            raise WeightsError(f"{path.name} is no network of TensorFlow's Object Detection API", told)
        self._pictures = pictures.name
        self._names = named(path, 0, COCO_91)
        self.labels = tuple(name for name in self._names if name)
        self.gives_masks = MASKS in self._outputs

    def prepare(self, image: Image) -> Fitted:
        """Give the picture as it is."""
        return fit(image, HOW)

    def infer(self, inputs: Sequence[Fitted]) -> list[Answer]:
        """Return for each picture the outputs by the names that the API gives them."""
        return [self._answer(given) for given in inputs]

    def _answer(self, given: Fitted) -> Answer:
        found = self._network.run({self._pictures: given.pixels})
        return {name: found[own] for name, own in self._outputs.items()}

    def decode(self, answer: Answer, given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects."""
        count = int(whole(answer[COUNT].ravel())[0]) if COUNT in answer else answer[SCORES].size
        scores, kinds = answer[SCORES].ravel()[:count], whole(answer[CLASSES].ravel()[:count])
        refuse_nameless(kinds[scores >= threshold], self._names, self._spec, self._file)
        boxes = from_rows(answer[BOXES].reshape(-1, 4)[:count]) * [*given.frame, *given.frame]
        masks = answer.get(MASKS)

        def mask(number: int) -> Prediction | None:
            if masks is None:
                return None
            return pasted(masks[0, number], np.round(boxes[number]), given.frame, inclusive=False)

        return detections(clip_to(boxes, given.frame), scores, kinds, self._names, threshold, mask)
