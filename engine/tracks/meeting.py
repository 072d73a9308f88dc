"""Which tracks of one label come near each other: pairs worth comparing frame for frame, found without doing that.

Each track's boxes are joined over blocks of frames; two tracks meet where their joined boxes of a block do. Kept by
identity: after an edit one track's blocks are reckoned anew and compared with those of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.document import Document, Track
from engine.tracks.course import Bools, Course, Floats, Places
from engine.tracks.motion import Motion

BLOCK = 32
"""Frames of a block."""
Pair = tuple[int, int]
"""Ids, the lower one first."""


class Meetings:
    """Pairs of tracks that meet, from one document to the next."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Track, Motion | None, Floats]] = {}
        self._pairs: set[Pair] = set()

    def pairs(self, document: Document, courses: Callable[[int], Course]) -> list[Pair]:
        """Return the pairs of a document, in order."""
        tracks, motion = document.tracks, document.motion
        changed = {n for n, (track, way, _) in self._known.items() if tracks.get(n) is not track or way is not motion}
        new = [number for number in tracks if number in changed or number not in self._known]
        self._pairs = {pair for pair in self._pairs if not changed & {*pair}}
        self._known = {number: one for number, one in self._known.items() if number not in changed}
        for number in new:
            self._known[number] = tracks[number], motion, blocks(courses(number))
        self._pairs.update(pair for group in self._labels() for pair in _met(group, {*new}))
        return sorted(self._pairs)

    def _labels(self) -> Iterator[dict[int, Floats]]:
        """Yield the blocks of the tracks of each label, by id."""
        labels = dict[str, dict[int, Floats]]()
        for number, (track, _, found) in self._known.items():
            labels.setdefault(track.label, {})[number] = found
        return iter(labels.values())


def together(one: Course, other: Course) -> tuple[Places, Places, Places]:
    """Return the frames on which both stand, and the places of these in either course."""
    if not (len(one) and len(other)):
        return one.frames[:0], one.frames[:0], one.frames[:0]
    first = max(int(one.frames[0]), int(other.frames[0]))
    last = min(int(one.frames[-1]), int(other.frames[-1]))
    if all(int(course.frames[-1] - course.frames[0]) + 1 == len(course) for course in (one, other)):
        frames = np.arange(first, last + 1)
        return frames, frames - one.frames[0], frames - other.frames[0]
    frames, here, there = np.intersect1d(one.frames, other.frames, assume_unique=True, return_indices=True)
    return frames, here, there


def touching(first: Floats, second: Floats) -> Bools:
    """Say which boxes (n, 4) have something in common with the other one of the same place (n,)."""
    found = (first[:, 0] < second[:, 2]) & (second[:, 0] < first[:, 2])
    return np.asarray(found & (first[:, 1] < second[:, 3]) & (second[:, 1] < first[:, 3]))


def blocks(course: Course) -> Floats:
    """Return a track's blocks (m, 5): number of the block, x1, y1, x2, y2 about all its boxes there."""
    if not len(course):
        return np.empty((0, 5))
    number = course.frames // BLOCK
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    low = np.minimum.reduceat(course.boxes[:, :2], starts)
    high = np.maximum.reduceat(course.boxes[:, 2:], starts)
    return np.hstack((number[starts, None], low, high))


def _met(group: dict[int, Floats], new: set[int]) -> Iterator[Pair]:
    """Yield pairs of which one is new; all tracks of a block are compared at once."""
    if not new & group.keys():
        return
    ids = np.repeat([*group], [len(found) for found in group.values()])
    rows = np.concatenate([*group.values()])
    fresh = np.isin(ids, [*new])
    order = np.argsort(rows[:, 0], kind="stable")
    ids, rows, fresh = ids[order], rows[order], fresh[order]
    cuts = np.flatnonzero(np.diff(rows[:, 0])) + 1
    met = set[Pair]()
    for own, boxes, is_new in zip(np.split(ids, cuts), np.split(rows[:, 1:], cuts), np.split(fresh, cuts), strict=True):
        met.update(_overlapping(own, boxes, np.flatnonzero(is_new)))
    yield from met


def _overlapping(ids: NDArray[np.int64], boxes: Floats, new: NDArray[np.int64]) -> list[Pair]:
    if not len(new):
        return []
    one, all_of = boxes[new, None], boxes[None]
    touch = (one[..., 0] < all_of[..., 2]) & (all_of[..., 0] < one[..., 2])
    touch &= (one[..., 1] < all_of[..., 3]) & (all_of[..., 1] < one[..., 3])
    first, second = np.nonzero(touch)
    found = zip(ids[new[first]].tolist(), ids[second].tolist(), strict=True)
    return [(min(a, b), max(a, b)) for a, b in found if a != b]
