"""A detector in three stages, so that many pictures go through it as fast as its network runs.

Fitting and decoding need no device and may run in threads beside the network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from engine.tools.base import Detection, Image

Input = TypeVar("Input")
"""A picture as the network takes it, with the way back to the frame."""


class Staged(ABC, Generic[Input]):
    """A detector of networks: `prepare`, `infer`, `decode`; `detect` is all three."""

    labels: tuple[str, ...] = ()
    batch: int = 1
    """Pictures that the network takes at once; 0: any number of one size."""

    @abstractmethod
    def prepare(self, image: Image) -> Input:
        """Fit a picture into the network's input."""

    @abstractmethod
    def infer(self, inputs: Sequence[Input]) -> Sequence[Any]:
        """Run the network on at most `batch` pictures; return what it says of each."""

    @abstractmethod
    def decode(self, answer: Any, given: Input, threshold: float) -> list[Detection]:
        """Return the objects of one answer in frame pixels that score at least `threshold`, best first."""

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return for each picture what scores at least `threshold` (0..1), best first."""
        inputs = [self.prepare(image) for image in images]
        step = self.batch or max(len(inputs), 1)
        answers = [one for first in range(0, len(inputs), step) for one in self.infer(inputs[first : first + step])]
        return [self.decode(answer, given, threshold) for answer, given in zip(answers, inputs, strict=True)]
