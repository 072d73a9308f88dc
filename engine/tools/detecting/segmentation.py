"""Networks that give every pixel a class: their regions as detections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.fitting import Fitted, fit
from engine.tools.detecting.opening import refuse_nameless
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.stretching import stretched

NONE = 65535
"""Class of a pixel that is of none: what a network gives as a negative number, or as no number."""


def size_of(signature: Signature) -> tuple[int, int] | None:
    """Return height and width of the pictures that a network of this kind takes, None if it is another kind."""
    if signature.kind != "ir" or len(signature.inputs) != 1 or len(signature.outputs) != 1:
        return None
    taken, given = signature.inputs[0].shape, signature.outputs[0].shape
    if len(taken) != 4 or 3 not in (taken[1], taken[3]) or not (len(given) == 3 or (len(given) == 4 and given[1] == 1)):
        return None
    sides = taken[2:] if taken[1] == 3 else taken[1:3]
    return (sides[0], sides[1]) if sides == given[-2:] and min(sides) > 0 else None


class Segmenter(Staged[Fitted]):
    """An OpenVINO network that takes BGR pictures, 0..255, and answers with a class number for every pixel."""

    def __init__(self, network: Network, labels: tuple[str, ...], spec: ToolSpec) -> None:
        """Take a network; raise WeightsError if it is another kind."""
        self.labels = labels
        self._network, self._spec = network, spec
        if size_of(network.signature) is None:
            told = f"a picture in, a number for each pixel out are expected; it is {network.signature.described()}"
            raise WeightsError(f"{network.name} gives no class to every pixel", told)
        (pictures,) = network.signature.inputs
        self._how, self._given = stretched(pictures, network.name), pictures.name

    def prepare(self, image: Image) -> Fitted:
        """Stretch a picture to the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> list[NDArray[Any]]:
        """Return the class numbers (h, w) of each picture, as large as the network's input."""
        return [self._classes(given) for given in inputs]

    def _classes(self, given: Fitted) -> NDArray[Any]:
        (answer,) = self._network.run({self._given: given.pixels}).values()
        found = answer.reshape(answer.shape[-2:])
        refuse_nameless(found, self.labels, self._spec, self._network.name)
        return np.where(found >= 0, found, NONE).astype(np.uint16)

    def decode(self, answer: NDArray[Any], given: Fitted, threshold: float) -> list[Detection]:
        """Return the regions of every class, the largest first; the network gives no scores, so each has 1."""
        import cv2

        classes = cv2.resize(answer, given.frame, interpolation=cv2.INTER_NEAREST_EXACT)
        found = [
            one
            for number in np.unique(classes[classes != NONE])
            for one in regions(classes == number, self.labels[number])
        ]
        return sorted(found, key=lambda one: -int(one.mask.mask.sum()) if one.mask else 0)


def regions(mask: NDArray[np.bool_], label: str) -> list[Detection]:
    """Return the connected regions of a mask (H, W), pixels that touch at corners being together.

    A line of single pixels has no outline of three points and is left out.
    """
    import cv2

    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return []
    top, left = int(rows[0]), int(columns[0])  # most classes fill a small part of a street
    part = np.ascontiguousarray(mask[top : rows[-1] + 1, left : columns[-1] + 1]).view(np.uint8)
    count, numbers, places, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    found = list[Detection]()
    for number in range(1, count):
        x, y, width, height = map(int, places[number, :4])
        if min(width, height) < 2:
            continue
        inside = np.ascontiguousarray(numbers[y : y + height, x : x + width] == number)
        x, y = x + left, y + top
        box = (float(x), float(y), float(x + width), float(y + height))
        found.append(Detection(label, 1.0, box, Prediction(inside, (x, y))))
    return found
