"""Known faults planted into true tracks: random, by a seed, apart from one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from benchmarks.truths import Truth, key_of, keyed
from engine.document import Document, Keyframe
from engine.geometry import box_iou

APART = 12
"""Frames between two faults, at least, so that each can be found by itself."""
EVERY = 60
"""Frames of a clip for each fault that is planted."""
BAD = 0.5
"""IoU with the truth below which a frame is bad."""
SHOWN = 0.7
"""IoU below which a frozen box is a fault at all: an object that stands still hides it."""
HUMAN = Keyframe(0)
KINDS = ("swap", "drift", "jump", "freeze", "truncation", "duplicate", "jitter")


@dataclass(frozen=True)
class Fault:
    """What was planted: frames, both included, on which the tracks are wrong, and where that shows."""

    kind: str
    tracks: tuple[int, ...]
    first: int
    last: int
    shows: tuple[int, ...] = ()
    """Frames near which an entry must lie; any of its frames where there are none."""
    bad: int = 0
    """Frames with an IoU below `BAD`."""


class Planter:
    """Plants faults into one clip's truth."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth, self.random = truth, np.random.default_rng([seed, *truth.name.encode()])
        self.keys = {number: keyed(boxes, truth.count) for number, boxes in truth.objects.items()}
        self.faults: list[Fault] = []
        self._taken: list[tuple[int, int]] = []

    def plant(self, kinds: list[str]) -> None:
        """Plant faults of these kinds, one after the other; one for which there is no place is left out."""
        for kind in kinds:
            for _ in range(30):
                if getattr(self, f"_{kind}")():
                    break

    def _place(self, least: int, most: int, number: int | None = None) -> tuple[int, int, int] | None:
        """Return an object and the first and last frame of a free stretch of machines' keyframes of such a length."""
        number = number or int(self.random.choice([n for n in self.truth.objects if n != self.truth.fixed]))
        boxes = self.truth.objects[number]
        length = int(self.random.integers(least, most + 1))
        starts = [
            f for f in boxes if all(self.keys[number].get(f + i, HUMAN).by != "human" for i in range(-2, length + 2))
        ]
        starts = [f for f in starts if all(f + length + APART < a or b + APART < f for a, b in self._taken)]
        if not starts:
            return None
        first = int(self.random.choice(starts))
        return number, first, first + length - 1

    def _put(self, kind: str, number: int, boxes: dict[int, Any], shows: tuple[int, ...] = ()) -> bool:
        """Put boxes in place of true ones, if enough of them are wrong enough to be a fault."""
        truth = self.truth.objects[number]
        shared = [box_iou(tuple(box), truth[frame]) for frame, box in boxes.items()]
        bad = sum(value < BAD for value in shared)
        if min(shared) > (SHOWN if kind in ("freeze", "jitter") else BAD):
            return False
        if kind == "drift" and bad < 5:
            return False
        self.keys[number].update({frame: key_of(frame, box) for frame, box in boxes.items()})
        self._add(Fault(kind, (number,), min(boxes), max(boxes), shows, bad))
        return True

    def _add(self, fault: Fault) -> None:
        self.faults.append(fault)
        self._taken.append((fault.first, fault.last))

    def _moved(self, number: int, frames: range, way: Callable[[int], Any]) -> dict[int, Any]:
        """Return true boxes moved by parts of their size (x, y)."""
        found = {}
        for frame in frames:
            x1, y1, x2, y2 = self.truth.objects[number][frame]
            dx, dy = np.asarray(way(frame - frames[0])) * (x2 - x1, y2 - y1)
            found[frame] = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
        return found

    def _direction(self) -> Any:
        turn = self.random.uniform(0, 2 * np.pi)
        return np.array([np.cos(turn), np.sin(turn)])

    def _jump(self) -> bool:
        place = self._place(1, 8)
        if place is None:
            return False
        off = self._direction() * self.random.uniform(0.8, 2.0)
        number, first, last = place
        return self._put("jump", number, self._moved(number, range(first, last + 1), lambda i: off))

    def _drift(self) -> bool:
        place = self._place(15, 30)
        if place is None:
            return False
        number, first, last = place
        off, count, back = (
            self._direction() * self.random.uniform(0.8, 1.5),
            last - first + 1,
            self.random.random() < 0.5,
        )
        ramp = count // 3 if back else count * 2 // 3  # it comes back at once, or as slowly as it went

        def way(i: int) -> Any:
            return off * min(1, (i + 1) / ramp, (count - i) / ramp if back else 1)

        return self._put("drift", number, self._moved(number, range(first, last + 1), way))

    def _freeze(self) -> bool:
        place = self._place(8, 25)
        if place is None:
            return False
        number, first, last = place
        still = self.truth.objects[number][first - 1]
        return self._put("freeze", number, dict.fromkeys(range(first, last + 1), still))

    def _jitter(self) -> bool:
        place = self._place(8, 20)
        if place is None:
            return False
        number, first, last = place
        off = self.random.normal(0, 0.12, (last - first + 1, 2))
        return self._put("jitter", number, self._moved(number, range(first, last + 1), lambda i: off[i]))

    def _truncation(self) -> bool:
        """Cut the box to a part of it for some frames, or end the track early: one or the other."""
        if self.random.random() < 0.5:
            return self._cut_short()
        place = self._place(5, 20)
        if place is None:
            return False
        number, first, last = place
        side, part = int(self.random.integers(4)), self.random.uniform(0.3, 0.45)
        boxes = {}
        for frame in range(first, last + 1):
            box = np.array(self.truth.objects[number][frame])
            axis = side % 2
            length = box[axis + 2] - box[axis]
            if side < 2:
                box[axis] = box[axis + 2] - part * length
            else:
                box[axis + 2] = box[axis] + part * length
            boxes[frame] = box
        return self._put("truncation", number, boxes)

    def _cut_short(self) -> bool:
        place = self._place(5, 20)
        if place is None:
            return False
        number, first, _ = place
        last = max(
            f for f in self.truth.objects[number] if all(g in self.truth.objects[number] for g in range(first, f + 1))
        )
        if any(first <= b + APART and a <= last + APART for a, b in self._taken):
            return False
        keys = {frame: key for frame, key in self.keys[number].items() if frame < first or frame > last + 1}
        self.keys[number] = keys | {first: replace(self.keys[number][first], outside=True)}
        self._add(Fault("truncation", (number,), first, last, (first,), last - first + 1))
        return True

    def _duplicate(self) -> bool:
        place = self._place(10, 40)
        if place is None:
            return False
        number, first, last = place
        noise = self.random.normal(0, 0.02, (last - first + 1, 2))
        boxes = self._moved(number, range(first, last + 1), lambda i: noise[i])
        new = max(self.keys) + 100
        self.keys[new] = {frame: key_of(frame, box) for frame, box in boxes.items()}
        self.keys[new][last + 1] = Keyframe(last + 1, self.keys[new][last].points, outside=True)
        self._add(Fault("duplicate", (new, number), first, last))
        return True

    def _swap(self) -> bool:
        """Exchange two tracks for some frames: half of the time where they are near each other, if they ever are."""
        place = self._place(10, 40)
        if place is None:
            return False
        number, first, last = place
        others = [
            n
            for n in self.truth.objects
            if n != number and all(f in self.truth.objects[n] for f in range(first - 2, last + 3))
        ]
        others = [n for n in others if all(self.keys[n][f].by != "human" for f in range(first - 1, last + 2))]
        if not others:
            return False
        other = int(self.random.choice(others))
        one, two = self.truth.objects[number], self.truth.objects[other]
        bad = sum(box_iou(one[f], two[f]) < BAD for f in range(first, last + 1))
        if bad < 5:
            return False
        for frame in range(first, last + 1):
            self.keys[number][frame] = key_of(frame, two[frame])
            self.keys[other][frame] = key_of(frame, one[frame])
        self._add(Fault("swap", (number, other), first, last, (first, last), bad))
        return True


def planted(truth: Truth, seed: int) -> tuple[Document, list[Fault]]:
    """Return a clip's document with faults of random kinds in it, one for each `EVERY` frames of its objects."""
    planter = Planter(truth, seed)
    frames = sum(len(boxes) for n, boxes in truth.objects.items() if n != truth.fixed)
    count = max(1, round(frames / EVERY))
    planter.plant(
        list(
            planter.random.permutation(
                [KINDS[i % len(KINDS)] for i in planter.random.permutation(max(count, 7))[:count]]
            )
        )
    )
    return truth.document(planter.keys), planter.faults
