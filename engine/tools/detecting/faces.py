"""Faces by face-detection-0205, and what two small networks say of each: age and gender, emotion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.tools.base import Detection, Image
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.stretching import stretched

GENDERS = ("female", "male")
EMOTIONS = ("neutral", "happy", "sad", "surprise", "anger")
OLDEST = 150
Says = Callable[[Image], Mapping[str, str]]
"""Tells attributes of the picture of one face."""
Answer = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """A picture, and the same as the network takes it."""

    fitted: Fitted
    image: Image


def boxes_of(signature: Signature) -> Port | None:
    """Return the output with the boxes of a network of this kind, None if it is another kind."""
    boxes = signature.output("boxes")
    fits = signature.kind == "ir" and len(signature.inputs) == 1 and signature.inputs[0].rank == 4
    return boxes if fits and boxes is not None and boxes.shape[-1:] == (5,) else None


class Faces(Staged[Given]):
    """A network with the outputs `boxes` (n, 5: x1, y1, x2, y2 in input pixels, score) and `labels` (n)."""

    labels: tuple[str, ...] = ("face",)

    def __init__(self, network: Network, says: Sequence[Says] = ()) -> None:
        """Take a network, and what tells attributes; raise WeightsError if the network is another kind."""
        self._network, self._says = network, says
        boxes, kinds = boxes_of(network.signature), network.output("labels")
        if boxes is None:
            told = f"an output `boxes` of rows of 5 is expected; it is {network.signature.described()}"
            raise WeightsError(f"{network.name} does not find faces", told)
        self._boxes, self._classes = boxes.name, kinds.name if kinds else ""
        self._how, self._given = _taken(network, (416, 416))

    def prepare(self, image: Image) -> Given:
        """Stretch a picture to the network's input."""
        return Given(fit(image, self._how), image)

    def infer(self, inputs: Sequence[Given]) -> list[Answer]:
        """Return the outputs for each picture."""
        return [self._network.run({self._given: given.fitted.pixels}) for given in inputs]

    def decode(self, answer: Answer, given: Given, threshold: float) -> list[Detection]:
        """Return the faces with their attributes; rows of nothing but zeros are no faces."""
        rows = answer[self._boxes].reshape(-1, 5)
        classes = answer[self._classes].ravel() if self._classes else np.zeros(len(rows))
        found = detections(given.fitted.to_frame(rows[:, :4]), rows[:, 4], classes, self.labels, threshold)
        return [replace(one, attributes=self._of(one, given.image)) for one in found] if self._says else found

    def _of(self, face: Detection, image: Image) -> dict[str, str]:
        """Return what the small networks say of a face, each shown its pixels alone."""
        x1, y1, x2, y2 = (int(value) for value in face.box)
        part = image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        return {name: value for says in self._says for name, value in says(part).items()} if part.size else {}


def _taken(network: Network, usual: tuple[int, int] = (0, 0)) -> tuple[Fit, str]:
    """Return how pictures are given to a network, and the name of its input."""
    port = network.signature.inputs[0]
    return stretched(port, network.name, usual=usual), port.name


def age_and_gender(network: Network) -> Says:
    """Return what tells `age` (years) and `gender`; raise WeightsError if it is another network.

    age-gender-recognition-retail-0013: the age over 100, and the chances of female and male.
    """
    age, gender = network.output("age_conv3", "fc3_a"), network.output("prob")
    if age is None or gender is None:
        expected = f"outputs `age_conv3` and `prob` are expected; it is {network.signature.described()}"
        raise WeightsError(f"{network.name} does not tell age and gender", expected)
    (how, given), old, which = _taken(network), age.name, gender.name

    def says(face: Image) -> dict[str, str]:
        answer = network.run({given: fit(face, how).pixels})
        years = min(max(round(float(answer[old].ravel()[0]) * 100), 0), OLDEST)
        return {"age": str(years), "gender": _likeliest(answer[which], GENDERS)}

    return says


def emotion(network: Network) -> Says:
    """Return what tells `emotion` (emotions-recognition-retail-0003); raise WeightsError if it is another network."""
    chances = network.output("prob_emotion")
    if chances is None:
        expected = f"an output `prob_emotion` is expected; it is {network.signature.described()}"
        raise WeightsError(f"{network.name} does not tell emotions", expected)
    (how, given), name = _taken(network), chances.name
    return lambda face: {"emotion": _likeliest(network.run({given: fit(face, how).pixels})[name], EMOTIONS)}


def _likeliest(chances: NDArray[Any], names: Sequence[str]) -> str:
    return names[int(chances.ravel()[: len(names)].argmax())]
