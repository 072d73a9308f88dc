"""OC-SORT: what was seen of an object weighs more than what was predicted of it.

Cao et al., Observation-Centric SORT, CVPR 2023. Three parts: a detection in the direction in which an object was moving
is preferred (OCM); one that no prediction meets may be where an object was seen last (OCR); and an object that is found
again is believed to have moved there in a straight line, not as it was predicted meanwhile (ORU).
"""

from __future__ import annotations

import numpy as np

from engine.runs.by_detection import kalman
from engine.runs.by_detection.base import Followed, Given, Joiner
from engine.runs.by_detection.kalman import Belief, Floats, Noise, Step
from engine.runs.by_detection.pairing import paired
from engine.tools.detecting.boxes import overlaps

LEAST = 0.3
"""Overlap below which a detection is not the object."""
PROOF = 3
"""Frames without a break on which an object must be seen, but for those on the first frames."""
BACK = 3
"""Frames over which the direction of an object is taken."""
DIRECTION = 0.2
"""What the direction weighs beside the overlap."""
TINY = 1e-6


class Area(Followed):
    """An object by centre, area and the ratio of width to height, the first three with velocities."""

    noise = Noise(
        np.array([1, 1, 10, 10.0]), np.array([1, 1, 1, 1, 0.01, 0.01, 1e-4]), np.array([10.0] * 4 + [1e4] * 3)
    )

    def __init__(self, serial: int, box: Floats) -> None:
        super().__init__(serial, box)
        self.last = box
        """Where it was seen last."""
        self.direction: Floats | None = None
        """Of its way over the last frames, as x, y of length 1."""
        self._lost: Belief | None = None
        """What was believed on the first frame on which it was not seen; None while it is seen."""
        self._boxes = dict[int, Floats]()
        """Age -> where it was seen."""

    def measured(self, box: Floats) -> Floats:
        """Return centre, area and ratio."""
        width, height = box[2:] - box[:2]
        return np.array([*(box[:2] + box[2:]) / 2, width * height, width / (height + TINY)])

    @property
    def box(self) -> Floats:
        """Return the box that is believed in."""
        x, y, area, ratio = self.belief.mean[:4]
        width = np.sqrt(max(area * ratio, 0.0))
        half = np.array([width, area / width if width else 0.0]) / 2
        return np.asarray(np.array([x, y, x, y]) + np.concatenate([-half, half]), np.float64)

    @property
    def before(self) -> Floats | None:
        """Return where it was seen `BACK` frames ago or as soon after that as it was; None if only once."""
        known = self._boxes
        ages = [self.age - back for back in range(BACK, 0, -1) if self.age - back in known]
        return known[ages[0]] if ages else known[max(known)] if known else None

    def predict(self, step: Step) -> None:
        """Go on to the next frame."""
        if self.missed and self._lost is None:
            self._lost = self.belief
        self._ahead(step)
        super().predict(step)

    def _ahead(self, step: Step) -> None:
        """Let it shrink no further where its area would be none a step later."""
        mean = self.belief.mean
        if mean[2] + step.frames * mean[6] <= 0:
            self.belief = Belief(np.concatenate([mean[:6], [0.0]]), self.belief.covariance)

    def see(self, box: Floats, step: Step) -> None:
        """Take the detection that it is on this frame."""
        before = self.before
        if before is not None:
            self.direction = _direction(before, box)
        if self._lost is not None:
            self._see_again(box, step)
        super().see(box, step)
        self.last = self._boxes[self.age] = box
        self._boxes = {age: seen for age, seen in self._boxes.items() if age >= self.age - BACK}

    def _see_again(self, box: Floats, step: Step) -> None:
        """Believe that it has come here in a straight line since it was seen last."""
        was, now, step = self.last, box, Step(step.frames)
        ends = [np.concatenate([(one[:2] + one[2:]) / 2, one[2:] - one[:2]]) for one in (was, now)]
        self.belief, self._lost = self._lost or self.belief, None
        for frame in range(1, self.missed + 1):
            x, y, width, height = ends[0] + (ends[1] - ends[0]) * frame / self.missed
            on_way = np.array([x, y, width * height, width / height])
            self.belief = kalman.corrected(self.noise, self.belief, on_way)
            if frame < self.missed:
                self._ahead(step)
                self.belief = kalman.predicted(self.noise, self.belief, step)


class OcSort(Joiner):
    """See the module; detections below `high` are nobody's."""

    _frame = 0

    def join(self, boxes: Floats, scores: Floats, time: float | None = None) -> list[Given]:
        """Return whose each detection of the next frame is (see Joiner.join)."""
        step, found = self._step(time), [Given()] * len(boxes)
        if not self.followed and not len(boxes):
            return found
        high = np.flatnonzero(scores >= self.high)
        there, seen = self._predict(step), boxes[high]
        areas = [one for one in self.followed if isinstance(one, Area)]
        first = paired(overlaps(there, seen), LEAST, DIRECTION * _favour(areas, seen) * scores[high])
        last = np.array([areas[row].last for row in first.rows]).reshape(-1, 4)
        second = paired(overlaps(last, seen[first.columns]), LEAST)
        taken = [*first.pairs, *((first.rows[row], first.columns[column]) for row, column in second.pairs)]
        for row, column in taken:
            areas[row].see(seen[column], step)
            found[int(high[column])] = Given(areas[row], self._proved(areas[row]))
        for column in second.columns:
            new = Area(self._serial(), seen[first.columns[column]])
            self.followed.append(new)
            found[int(high[first.columns[column]])] = Given(new)
        self.followed = [one for one in self.followed if self._may_come(one, step)]
        self._frame += 1
        return found

    def _proved(self, one: Area) -> int:
        return self._prove(one) if self._frame <= PROOF or one.seen >= PROOF else -1


def _direction(one: Floats, other: Floats) -> Floats:
    """Return the direction from box to box: from (..., 4) and (..., 4) to (..., 2), x and y of length 1."""
    way = (other[..., :2] + other[..., 2:] - one[..., :2] - one[..., 2:]) / 2
    length = np.sqrt((way**2).sum(axis=-1, keepdims=True)) + TINY
    return np.asarray(way / length, np.float64)


def _favour(areas: list[Area], boxes: Floats) -> Floats:
    """Return how well each box (m, 4) lies in the direction of each object: 0.5 straight on, -0.5 straight back."""
    found = np.zeros((len(areas), len(boxes)))
    for row, one in enumerate(areas):
        if one.direction is None:
            continue
        ways = _direction(one.last if one.before is None else one.before, boxes)
        found[row] = 0.5 - np.arccos(np.clip(ways @ one.direction, -1.0, 1.0)) / np.pi
    return found
