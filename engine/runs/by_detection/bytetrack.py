"""ByteTrack: objects take detections that score high first, then those that are left take the low ones.

Zhang et al., ByteTrack: Multi-Object Tracking by Associating Every Detection Box, ECCV 2022. Only a high one begins an
object, so that what is half hidden, and scores low, keeps an object alive but makes none.
"""

from __future__ import annotations

import numpy as np

from engine.runs.by_detection.base import PATIENCE, RATE, Followed, Given, Joiner
from engine.runs.by_detection.kalman import Floats, Noise
from engine.runs.by_detection.pairing import paired
from engine.tools.detecting.boxes import overlaps

LEAST = 0.1
"""Overlap below which a detection is not the object."""
PROOF = 2
"""Frames without a break on which a new object must be seen."""


class Box(Followed):
    """An object by the corners of its box, each with a velocity."""

    noise = Noise(np.full(4, 0.1), np.full(8, 0.01), np.ones(8))

    def __init__(self, serial: int, box: Floats) -> None:
        super().__init__(serial, box)
        self.seen = 1

    def measured(self, box: Floats) -> Floats:
        """Return the corners."""
        return box

    @property
    def box(self) -> Floats:
        """Return the box that is believed in."""
        return self.belief.mean[:4]


class ByteTrack(Joiner):
    """`begins` is the score from which a detection that is nobody's begins an object; None is `high`."""

    def __init__(
        self, high: float, rate: float = RATE, patience: float = PATIENCE, begins: float | None = None
    ) -> None:
        super().__init__(high, rate, patience)
        self._begins = high if begins is None else begins

    def join(self, boxes: Floats, scores: Floats, time: float | None = None) -> list[Given]:
        """Return whose each detection of the next frame is (see Joiner.join)."""
        step, found = self._step(time), [Given()] * len(boxes)
        there = self._predict(step)
        high, low = np.flatnonzero(scores >= self.high), np.flatnonzero(scores < self.high)
        first = paired(overlaps(there, boxes[high]), LEAST)
        left = first.rows
        second = paired(overlaps(there[left], boxes[low]), LEAST)
        taken = [(row, int(high[column])) for row, column in first.pairs]
        taken += [(left[row], int(low[column])) for row, column in second.pairs]
        for row, at in taken:
            one = self.followed[row]
            one.see(boxes[at], step)
            found[at] = Given(one, self._prove(one) if one.seen >= PROOF else one.id)
        for at in (int(high[column]) for column in first.columns):
            if scores[at] >= self._begins:
                found[at] = Given(Box(self._serial(), boxes[at]))
                self.followed.append(found[at].whose)  # type: ignore[arg-type]
        self.followed = [one for one in self.followed if self._may_come(one, step) and (one.id >= 0 or not one.missed)]
        return found
