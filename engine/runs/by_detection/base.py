"""What the trackers have in common: their contract, an object that is followed, time, and how long one may be lost."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from engine.runs.by_detection import kalman
from engine.runs.by_detection.kalman import Belief, Floats, Noise, Step

Method = Literal["bytetrack", "ocsort"]
PATIENCE = 1.0
"""Seconds for which a lost object may be found again."""
RATE = 30.0
"""Frames per second where nothing else is known."""


class Followed(ABC):
    """An object that is followed: what is believed of it, and how long it was seen or not."""

    noise: Noise

    def __init__(self, serial: int, box: Floats) -> None:
        self.serial = serial
        self.id = -1
        """From 0, in the order in which they have proved to be objects; -1 before that."""
        self.belief: Belief = kalman.begun(self.noise, self.measured(box))
        self.age = self.missed = self.seen = 0
        """Frames since it began, since it was seen last, and that it was seen on without a break."""
        self.missed_seconds = 0.0

    @abstractmethod
    def measured(self, box: Floats) -> Floats:
        """Return a box x1, y1, x2, y2 as the four numbers that are measured."""

    @property
    @abstractmethod
    def box(self) -> Floats:
        """Return the box that is believed in."""

    def predict(self, step: Step) -> None:
        """Go on to the next frame."""
        self.belief = kalman.predicted(self.noise, self.belief, step)
        if self.missed:
            self.seen = 0
        self.age, self.missed = self.age + 1, self.missed + 1
        self.missed_seconds += step.seconds or 0.0

    def see(self, box: Floats, step: Step) -> None:
        """Take the detection that it is on this frame."""
        self.belief = kalman.corrected(self.noise, self.belief, self.measured(box))
        self.missed, self.missed_seconds, self.seen = 0, 0.0, self.seen + 1


class Given(NamedTuple):
    """Whose a detection is: the object, None for none, and its id if it has proved to be one, else -1."""

    whose: Followed | None = None
    id: int = -1


class Joiner(ABC):
    """Joins the detections of one label, frame after frame.

    `high` is the score (0..1) from which a detection counts in full, `rate` the nominal frames per second.
    """

    def __init__(self, high: float, rate: float = RATE, patience: float = PATIENCE) -> None:
        self.high, self.rate, self.patience = high, rate, patience
        self.followed: list[Followed] = []
        self._frames = max(1, math.ceil(rate * patience))
        self._last: float | None = None
        self._serials = self._ids = 0

    @abstractmethod
    def join(self, boxes: Floats, scores: Floats, time: float | None = None) -> list[Given]:
        """Return whose each detection of the next frame is, in order: boxes (n, 4), scores (n,), time in seconds.

        `time` is None on every frame of media whose frames have none.
        """

    def _step(self, time: float | None) -> Step:
        if time is None:
            return Step()
        seconds = 1 / self.rate if self._last is None else max(time - self._last, 0.0)
        self._last = time
        return Step(seconds * self.rate, seconds, self.rate)

    def _predict(self, step: Step) -> Floats:
        """Go on to the next frame; return where objects should be (n, 4). Where frames have times, the overdue go."""
        if step.frames > 0:
            for one in self.followed:
                one.predict(step)
        if step.seconds is not None:
            self.followed = [one for one in self.followed if self._may_come(one, step)]
        return boxes_of(self.followed)

    def _may_come(self, one: Followed, step: Step) -> bool:
        if step.seconds is not None:
            return one.missed_seconds <= self.patience
        return one.missed <= self._frames

    def _serial(self) -> int:
        self._serials += 1
        return self._serials - 1

    def _prove(self, one: Followed) -> int:
        """Return an object's id, a new one if it has none yet."""
        if one.id < 0:
            one.id, self._ids = self._ids, self._ids + 1
        return one.id


def boxes_of(some: Sequence[Followed]) -> Floats:
    """Return where objects are believed to be (n, 4)."""
    return np.array([one.box for one in some], np.float64).reshape(-1, 4)


@dataclass(frozen=True)
class Nominal:
    """A clip's usual distance of frames, of those that are looked at."""

    rate: float = RATE
    patience: float = PATIENCE
