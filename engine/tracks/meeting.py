"""Which tracks of one label are worth comparing frame for frame: found without doing that, for all pairs at once.

Each track's boxes are joined over blocks of frames; two tracks meet where their joined boxes of a block do. A `Sign`
says more: that one of the two must be restless there, or that they must cover each other on one of some sampled frames.
Kept by identity: after an edit one track's blocks are reckoned anew and compared with those of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.document import Document, Track
from engine.tracks.course import Bools, Course, Floats, Places
from engine.tracks.motion import Motion

BLOCK = 32
"""Frames of a block."""
SAMPLED = 3
"""Of a block each of so many frames is sampled: what lasts as long as this is on one of them."""
SAMPLES = -(-BLOCK // SAMPLED)
MOST = 100_000
"""Pairs of blocks that are compared at once."""
Pair = tuple[int, int]
"""Ids, the lower one first."""


@dataclass(frozen=True)
class Sign:
    """What must be so in a block in which two tracks meet, that they are worth comparing."""

    restless: Callable[[Course], Bools] | None = None
    """Says of a track on which of its frames (n,) it is; one of the two must be, in the block or beside it."""
    covering: Callable[[Floats, Floats], Bools] | None = None
    """Says of boxes of one and of the other (k, 4) which two are near enough."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A track in m blocks of frames, in order."""

    number: Places
    """(m,): frames by `BLOCK`."""
    boxes: Floats
    """(m, 4): about all boxes of the block."""
    samples: NDArray[np.float32]
    """(m, s, 4): the boxes on sampled frames; NaN where there are none."""
    restless: Bools
    """(m, signs)"""

    def __len__(self) -> int:
        return len(self.number)


class Meetings:
    """Pairs of tracks that meet, from one document to the next."""

    def __init__(self, signs: Sequence[Sign] = (Sign(),)) -> None:
        self._signs = tuple(signs)
        self._known: dict[int, tuple[Track, Motion | None, Blocks]] = {}
        self._pairs: dict[Pair, tuple[bool, ...]] = {}
        self._tables: dict[str, Table] = {}

    def pairs(self, document: Document, courses: Callable[[int], Course]) -> dict[Pair, tuple[bool, ...]]:
        """Return the pairs of a document, and for each which signs say that they are worth comparing."""
        tracks, motion = document.tracks, document.motion
        changed = {n for n, (track, way, _) in self._known.items() if tracks.get(n) is not track or way is not motion}
        new = [number for number in tracks if number in changed or number not in self._known]
        if not changed and not new:
            return self._pairs
        self._pairs = {pair: signs for pair, signs in self._pairs.items() if not changed & {*pair}}
        labels = {self._known[number][0].label for number in changed} | {tracks[number].label for number in new}
        self._known = {number: one for number, one in self._known.items() if number not in changed}
        for number in new:
            self._known[number] = tracks[number], motion, blocks(courses(number), self._signs)
        for label in labels:
            table = self._table(label, {*changed, *new})
            self._pairs |= _met(table, [n for n in new if tracks[n].label == label], self._signs)
        return self._pairs

    def _table(self, label: str, touched: set[int]) -> Table:
        """Return the blocks of all tracks of a label; one track in the place of what it was where it fits."""
        group = {number: found for number, (track, _, found) in self._known.items() if track.label == label}
        table = self._tables.get(label)
        if table is None or not table.took(group, touched):
            table = self._tables[label] = Table(group)
        return table


class Table:
    """The blocks of many tracks, one after the other."""

    def __init__(self, group: dict[int, Blocks]) -> None:
        self.ids = np.repeat(np.array([*group], np.int64), [len(found) for found in group.values()])
        self.starts = dict(zip(group, np.cumsum([0, *map(len, group.values())]).tolist(), strict=False))
        self.number = np.concatenate([np.empty(0, np.int64), *(found.number for found in group.values())])
        self.boxes = np.concatenate([np.empty((0, 4)), *(found.boxes for found in group.values())])
        none = np.empty((0, SAMPLES, 4), np.float32)
        self.samples = np.concatenate([none, *(found.samples for found in group.values())])
        kept = [found.restless for found in group.values()]
        self.restless = np.concatenate(kept) if kept else np.empty((0, 0), bool)
        self.of = dict(group)

    def took(self, group: dict[int, Blocks], touched: set[int]) -> bool:
        """Take tracks that were touched; say whether all have as many blocks as before."""
        if group.keys() != self.of.keys() or any(
            len(group[number]) != len(self.of[number]) for number in touched & group.keys()
        ):
            return False
        for number in touched & group.keys():
            found, start = group[number], self.starts[number]
            self.of[number] = found
            for name in ("number", "boxes", "samples", "restless"):
                getattr(self, name)[start : start + len(found)] = getattr(found, name)
        return True


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


def blocks(course: Course, signs: Sequence[Sign] = ()) -> Blocks:
    """Return a track's blocks."""
    if not len(course):
        return Blocks(
            course.frames[:0], np.empty((0, 4)), np.empty((0, SAMPLES, 4), np.float32), np.empty((0, len(signs)), bool)
        )
    number = course.frames // BLOCK
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    low = np.minimum.reduceat(course.boxes[:, :2], starts)
    high = np.maximum.reduceat(course.boxes[:, 2:], starts)
    samples = np.full((len(starts), SAMPLES, 4), np.nan, np.float32)
    within = course.frames % BLOCK
    there = np.flatnonzero(within % SAMPLED == 0)
    samples[np.searchsorted(number[starts], number[there]), within[there] // SAMPLED] = course.boxes[there]
    restless = np.ones((len(starts), len(signs)), bool)
    for place, sign in enumerate(signs):
        if sign.restless is not None:
            own = np.concatenate(([False], np.logical_or.reduceat(sign.restless(course), starts), [False]))
            restless[:, place] = own[:-2] | own[1:-1] | own[2:]
    return Blocks(number[starts], np.hstack((low, high)), samples, restless)


def _met(table: Table, new: list[int], signs: Sequence[Sign]) -> dict[Pair, tuple[bool, ...]]:
    """Return pairs of which one is new."""
    found = dict[Pair, tuple[bool, ...]]()
    meetings = _one_by_one(table, new) if len(new) < FEW else _all_at_once(table, {*new})
    for first, second in meetings:
        for start in range(0, len(first), MOST):
            some = first[start : start + MOST], second[start : start + MOST]
            for place, sign in enumerate(signs):
                for pair in _worth(table, *some, place, sign):
                    known = found.get(pair) or (False,) * len(signs)
                    found[pair] = (*known[:place], True, *known[place + 1 :])
    return found


FEW = 8
"""Tracks that are compared with all others one by one; more are compared in one go."""


def _one_by_one(table: Table, new: list[int]) -> Iterator[tuple[Places, Places]]:
    """Yield the rows of the table that meet, for each new track."""
    for place, number in enumerate(new):
        start, own = table.starts[number], table.of[number]
        if not len(own):
            continue
        there = np.minimum(np.searchsorted(own.number, table.number), len(own) - 1)
        meets = (own.number[there] == table.number) & touching(table.boxes, own.boxes[there])
        rows = np.flatnonzero(meets & ~np.isin(table.ids, new[: place + 1]))
        yield rows, there[rows] + start


def _all_at_once(table: Table, new: set[int]) -> Iterator[tuple[Places, Places]]:
    """Yield the rows of the table that meet, block for block."""
    order = np.argsort(table.number, kind="stable")
    fresh = np.isin(table.ids, [*new])
    for rows in np.split(order, np.flatnonzero(np.diff(table.number[order])) + 1):
        boxes, is_new = table.boxes[rows].astype(np.float32), fresh[rows]
        own, where = boxes[is_new].T[:, :, None], np.flatnonzero(is_new)
        all_of = boxes.T[:, None, :]
        touch = own[0] <= all_of[2]
        for one, other in ((all_of[0], own[2]), (own[1], all_of[3]), (all_of[1], own[3])):
            touch &= one <= other
        touch &= ~is_new[None] | (where[:, None] < np.arange(len(rows))[None])
        first, second = np.nonzero(touch)
        yield rows[where[first]], rows[second]


def _worth(table: Table, first: Places, second: Places, place: int, sign: Sign) -> set[Pair]:
    """Return the pairs of tracks of some pairs of rows that a sign says are worth comparing."""
    if sign.restless is not None:
        some = table.restless[first, place] | table.restless[second, place]
        first, second = first[some], second[some]
    if sign.covering is not None and len(first):
        boxes = table.samples[first].reshape(-1, 4), table.samples[second].reshape(-1, 4)
        with np.errstate(invalid="ignore"):
            some = sign.covering(*boxes).reshape(len(first), -1).any(1)
        first, second = first[some], second[some]
    one, other = table.ids[first], table.ids[second]
    codes = np.unique(np.stack((np.minimum(one, other), np.maximum(one, other)), 1), axis=0)
    return {(a, b) for a, b in codes.tolist() if a != b}
