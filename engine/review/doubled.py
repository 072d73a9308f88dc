"""Two tracks of one label that cover each other: one object followed twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_pairs
from engine.tracks.course import Bools, Course, Floats
from engine.tracks.meeting import together, touching
from engine.tracks.series import stretches

SPEC = FindingSpec(
    "doubled", "two tracks of one label that cover each other", 0.7, "IoU of their boxes", "tracks",
    parameters=(Parameter("least", "a shorter meeting is none", "frames", 3),),
    middle=0.65, width=0.04,
)  # fmt: skip


def of_two(one: Course, other: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches on which two tracks cover each other; the one with fewer of a person's keyframes is to go."""
    frames, here, there = together(one, other)
    meet = touching(one.boxes[here], other.boxes[there])
    frames, here, there = frames[meet], here[meet], there[meet]
    shared = ious(one.boxes[here], other.boxes[there])
    own, others = int(one.human.sum()), int(other.human.sum())
    kept, gone = (one, other) if (own, len(one)) >= (others, len(other)) else (other, one)
    ids = gone.track.id, kept.track.id
    for a, b in stretches(shared >= given["threshold"], frames):
        if b - a + 1 >= given["least"]:
            usual, worst = float(np.median(shared[a : b + 1])), a + int(np.argmax(shared[a : b + 1]))
            text = f"{called(gone)} covers {called(kept)} (IoU {usual:.2f})"
            yield Finding(SPEC.id, int(frames[a]), int(frames[b]), int(frames[worst]), ids, usual, text)


def covering(boxes: Floats, others: Floats, given: Given) -> Bools:
    """Say which boxes (k, 4) cover the other one of the same place."""
    return np.asarray(ious(boxes, others) >= given["threshold"] - ROUNDED)


ROUNDED = 1e-3
"""What an IoU of boxes in single precision may be off."""


def ious(first: Floats, second: Floats) -> Floats:
    """Return the IoU of each two boxes (n, 4)."""
    one, other = first.T, second.T
    across, down = (np.minimum(one[i + 2], other[i + 2]) - np.maximum(one[i], other[i]) for i in (0, 1))
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    areas = [(boxes[2] - boxes[0]) * (boxes[3] - boxes[1]) for boxes in (one, other)]
    return np.asarray(shared / np.maximum(areas[0] + areas[1] - shared, 1e-9))


find = of_pairs(SPEC, of_two)
