"""A detector of one network in an ONNX file: fitted pictures in, its outputs decoded by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.base import Detection, Image
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.opening import refuse_large
from engine.tools.detecting.ports import ANY
from engine.tools.detecting.runtimes.onnx import Network
from engine.tools.detecting.staged import Staged

Outputs = Mapping[str, NDArray[Any]]
"""A network's outputs for one picture, by name, without the batch axis."""
Decode = Callable[[Outputs, Fitted, float], list[Detection]]
More = Callable[[Sequence[Fitted]], Mapping[str, NDArray[Any]]]
"""Returns what the network takes besides the pictures."""
Part = Callable[[Outputs, int, int], Outputs]
"""Returns what the outputs of a batch say of the picture of a number, of so many."""


def nothing_more(inputs: Sequence[Fitted]) -> Mapping[str, NDArray[Any]]:
    """Return nothing."""
    return {}


def by_axis(found: Outputs, number: int, count: int) -> Outputs:
    """Return one picture's part of each output; one whose first axis is not the batch's is given whole."""
    return {name: array[number] if array.ndim > 1 and len(array) == count else array for name, array in found.items()}


def by_row(found: Outputs, number: int, count: int) -> Outputs:
    """Return the rows that begin with the picture's number."""
    return {name: array[array[:, 0] == number] for name, array in found.items()}


class Networked(Staged[Fitted]):
    """Fits pictures into a network's first input, batched where the file is, and decodes each picture's outputs."""

    def __init__(
        self, network: Network, how: Fit, labels: Sequence[str], decode: Decode, more: More = nothing_more,
        part: Part = by_axis,
    ) -> None:  # fmt: skip
        """Take a network and how pictures are fitted; raise WeightsError if those would not fit into memory."""
        refuse_large(network.signature, how.size)
        self.labels = tuple(dict.fromkeys(name for name in labels if name))
        self._network, self._how, self._decode, self._more, self._part = network, how, decode, more, part
        self._pictures = network.signature.inputs[0]
        sides = self._pictures.shape
        self.batch = 0 if sides and sides[0] == ANY else sides[0] if sides else 1

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture into the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> Sequence[Outputs]:
        """Run the network once; a file of a fixed batch is given empty pictures for those that lack."""
        lacking = max(self.batch - len(inputs), 0)
        padded = [*inputs, *([inputs[0]] * lacking)]
        pixels = padded[0].pixels if len(padded) == 1 else np.concatenate([one.pixels for one in padded])
        found = self._network.run({self._pictures.name: pixels, **self._more(padded)})
        wide = {name: _widened(array) for name, array in found.items()}
        return [self._part(wide, number, len(padded)) for number in range(len(inputs))]

    def decode(self, answer: Outputs, given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects of one picture."""
        return self._decode(answer, given, threshold)


def _widened(array: NDArray[Any]) -> NDArray[Any]:
    """Return numbers of 16 bits as such of 32: a decoder's sums and exponents would not fit into them."""
    return array.astype(np.float32) if array.dtype == np.float16 else array
