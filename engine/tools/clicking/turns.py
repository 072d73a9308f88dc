"""The conversation about one object: which answer a new click continues, though the callers keep no state.

Click networks get better when they are given their own last answer. An interactor's `predict` gets only the last
mask, so the rest (probabilities, crop, optimiser) is kept here beside the frame's features, found again by that mask:
undo finds the answer before, a mask drawn by hand is recognised as foreign, several objects do not mix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.nets.clicks import NetClick
from engine.prompt import Prompt
from engine.tools.base import Image, Prediction
from engine.tools.clicking.cutting import cut_out, enlarged
from engine.tools.packing import packed

LONGEST = 1600
"""Longer side in pixels that click networks work on: at 4K, probabilities alone would be 33 MB a click."""
KEPT = 12
"""Turns kept for each frame."""
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Turn(Generic[Kept]):
    """One answer: the clicks it was for, what is remembered, and the mask that the object began with."""

    clicks: tuple[NetClick, ...]
    memory: Kept
    root: bytes
    first: Kept
    answer: bytes = b""


@dataclass
class Turns(Generic[Kept]):
    """The last few turns on a frame."""

    turns: list[Turn[Kept]] = field(default_factory=list)

    def continued(
        self, clicks: tuple[NetClick, ...], previous: Prediction | None, start: Callable[[], Kept]
    ) -> Turn[Kept]:
        """Return the turn that these clicks go on from; `start` makes the memory of a new conversation.

        That is the longest proper beginning of the clicks that was answered in the conversation of `previous`.
        """
        digest = b"" if previous is None else fingerprint(previous)
        known = next((turn for turn in reversed(self.turns) if digest and turn.answer == digest), None)
        root = known.root if known else digest
        same = [turn for turn in self.turns if turn.root == root and _begins(turn.clicks, clicks)]
        if same:
            return max(same, key=lambda turn: len(turn.clicks))
        first = known.first if known else start()
        return Turn((), first, root, first)

    def remember(self, turn: Turn[Kept], clicks: tuple[NetClick, ...], memory: Kept, answer: Prediction) -> None:
        """Keep an answer; the oldest is dropped."""
        new = Turn(clicks, memory, turn.root, turn.first, fingerprint(answer))
        others = [old for old in self.turns if (old.root, old.clicks) != (new.root, new.clicks)]
        self.turns = [*others, new][-KEPT:]


def _begins(clicks: tuple[NetClick, ...], whole: tuple[NetClick, ...]) -> bool:
    return len(clicks) < len(whole) and whole[: len(clicks)] == clicks


def fingerprint(prediction: Prediction) -> bytes:
    """Return a digest of a mask and its place."""
    state = hashlib.blake2b(packed(prediction), digest_size=16)
    state.update(repr((prediction.mask.shape, prediction.origin)).encode())
    return state.digest()


@dataclass(frozen=True)
class WorkImage:
    """A frame, reduced so that its longer side is at most `LONGEST`; `size` is the frame's (height, width)."""

    pixels: Image
    size: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Rows and columns here for each of the frame."""
        return self.pixels.shape[0] / self.size[0], self.pixels.shape[1] / self.size[1]

    def clicks(self, prompt: Prompt) -> tuple[NetClick, ...]:
        """Return the prompt's clicks in pixels of this picture, the first centre at 0, in the order given."""
        down, across = self.scale
        return tuple(
            NetClick(click.point[1] * down - 0.5, click.point[0] * across - 0.5, click.positive)
            for click in prompt.clicks
        )


def work_image(image: Image) -> WorkImage:
    """Reduce a frame that is larger than the networks can use."""
    import cv2

    height, width = image.shape[:2]
    if max(height, width) <= LONGEST:
        return WorkImage(np.ascontiguousarray(image), (height, width))
    factor = LONGEST / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return WorkImage(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), (height, width))


def prediction(work: WorkImage, probability: Tensor, threshold: float = 0.5) -> Prediction:
    """Return the mask of what is above the threshold, in the frame's pixels."""
    import cv2

    if probability.device.type == "cuda":
        return cut_out(enlarged(probability, work.size), threshold)
    values = probability.cpu().numpy()
    if values.shape != work.size:
        values = np.asarray(cv2.resize(values, work.size[::-1], interpolation=cv2.INTER_LINEAR))
    return thresholded(values, threshold)


def thresholded(values: NDArray[np.float32], threshold: float, *, origin: tuple[int, int] = (0, 0)) -> Prediction:
    """Return the mask of what is above the threshold; the score is the mean probability in it."""
    mask = values > threshold
    score = float(values[mask].mean()) if mask.any() else 0.0
    return windowed(mask, score=score, origin=origin)


def windowed(mask: NDArray[np.bool_], *, score: float | None = None, origin: tuple[int, int] = (0, 0)) -> Prediction:
    """Return a mask that begins at the frame pixel `origin`, cut to what is True; one False pixel if nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Prediction(np.zeros((1, 1), np.bool_), score=score)
    window = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Prediction(np.ascontiguousarray(window), (origin[0] + int(columns[0]), origin[1] + int(rows[0])), score)


def foreign(work: WorkImage, given: Prediction) -> NDArray[np.float32]:
    """Return a mask as 0 and 1 over the whole working picture; what lies outside the frame is cut off."""
    import cv2

    full = np.zeros(work.size, np.float32)
    x, y = given.origin
    rows = slice(max(y, 0), max(0, min(y + given.mask.shape[0], work.size[0])))
    columns = slice(max(x, 0), max(0, min(x + given.mask.shape[1], work.size[1])))
    full[rows, columns] = given.mask[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    if full.shape == work.pixels.shape[:2]:
        return full
    small = cv2.resize(full, work.pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small > 0.5, np.float32)
