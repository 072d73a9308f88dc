"""R-CNNs of TensorFlow as the Open Model Zoo converts them: one row an object, and a small mask for every class.

Rows are image, class (COCO's own number), score, x1, y1, x2, y2 as parts of the picture. The pictures are BGR, because
the zoo converts with `--reverse_input_channels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.boxes import whole
from engine.tools.detecting.fitting import Fitted, clip_to, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.masks import pasted
from engine.tools.detecting.names import COCO_91
from engine.tools.detecting.opening import refuse_nameless
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.rcnn.naming import named
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.stretching import stretched

USUAL = (600, 1024)
"""Height and width of pictures for a file that takes any: as the configurations of TensorFlow's zoo have them."""
Answer = dict[str, NDArray[Any]]


def rows_of(signature: Signature) -> Port | None:
    """Return the output that has a row of 7 for each object, or None."""
    return next((port for port in signature.outputs if port.shape[-1:] == (7,) and _is_list(port.shape)), None)


def _is_list(shape: tuple[int, ...]) -> bool:
    """Say whether these are rows (n, 7) or (1, 1, n, 7), and not a map of the picture with seven columns."""
    return len(shape) == 2 or shape[:-2] == (1,) * (len(shape) - 2)


def info_of(signature: Signature) -> Port | None:
    """Return the input that is told the picture's size, or None: what has none is another network with such rows."""
    return next((port for port in signature.inputs if port.shape == (1, 3)), None)


def masks_of(signature: Signature) -> Port | None:
    """Return the output (objects, classes, h, w) that has the masks, or None."""
    return next((port for port in signature.outputs if port.rank == 4 and port.shape[-1] != 7), None)


def pictures_of(signature: Signature) -> Port | None:
    """Return the input that takes pictures, or None."""
    return next((port for port in signature.inputs if port.rank == 4 and 3 in (port.shape[1], port.shape[3])), None)


class OmzRcnn(Staged[Fitted]):
    """An IR with or without masks."""

    def __init__(self, network: Network, spec: ToolSpec) -> None:
        """Take a network; raise WeightsError if it is another kind, or knows other classes than are named."""
        self._network, self._spec, self._file = network, spec, network.name
        rows, masks, pictures = rows_of(network.signature), masks_of(network.signature), pictures_of(network.signature)
        info = info_of(network.signature)
        if rows is None or pictures is None or info is None:
            told = f"rows of 7 numbers and an input `image_info` are expected; it is {network.signature.described()}"
            raise WeightsError(f"{network.name} is no R-CNN of the Open Model Zoo", told)
        self._rows, self._masks, self._pictures = rows.name, masks.name if masks else "", pictures.name
        self._info = info.name
        self._how = stretched(pictures, network.name, usual=USUAL)
        planes = masks.shape[1] if masks else 0
        self._names = named(network.path, planes + 1 if planes > 0 else 0, COCO_91)
        self.labels = tuple(name for name in self._names if name)
        self.gives_masks = masks is not None

    def prepare(self, image: Image) -> Fitted:
        """Stretch a picture to the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> list[Answer]:
        """Return the outputs for each picture."""
        return [self._network.run(self._feeds(given)) for given in inputs]

    def _feeds(self, given: Fitted) -> Answer:
        return {self._pictures: given.pixels, self._info: np.array([[*given.size, 1]], np.float32)}

    def decode(self, answer: Answer, given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects; a row of a negative image ends them, and masks are grown by cubic interpolation."""
        rows = np.asarray(answer[self._rows], np.float64).reshape(-1, 7)
        over = np.flatnonzero(rows[:, 0] < 0)
        rows = rows[: over[0]] if len(over) else rows
        kinds, scores = whole(rows[:, 1]), rows[:, 2]
        refuse_nameless(kinds[scores >= threshold], self._names, self._spec, self._file)
        boxes = rows[:, 3:] * [*given.frame, *given.frame]
        planes = answer.get(self._masks)

        def mask(number: int) -> Prediction | None:
            if planes is None or number >= len(planes):
                return None
            return pasted(planes[number, kinds[number] - 1], boxes[number], given.frame, interpolation="cubic")

        return detections(clip_to(boxes, given.frame), scores, kinds, self._names, threshold, mask)
