"""A run's keyframes reduced to the fewest from which interpolation gives the rest again, to a stated overlap.

The fewest gaps that hold are found by a search breadth first, once with gaps plain, once steady and once either, and
what is left is then interpolated as it will be shown: where that falls short (a gap chose the other way) a keyframe
stays. A person's keyframes stay, so do those at which something changes that is not interpolated, and those between
which stretches of agreement and disagreement meet, so that what is kept says of all that went whether passes agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.document import Keyframe, Track
from engine.edit_types import PutKeyframes
from engine.tracks.at_frame import shape_at
from engine.tracks.between import Span, moves, points_between
from engine.tracks.motion import Motion
from engine.tracks.overlap import overlap

GOAL = 0.8
"""Overlap with what goes that is asked for unless another is stated."""
AGREED = 0.5
"""IoU of two passes from which they count as agreeing."""
LONGEST, MISSES = 600, 12
"""Keyframes that a gap may swallow; gaps from one keyframe that fail in a row before longer ones are not tried."""
Floats = NDArray[np.float64]
Holds = Callable[[int, int], bool]
"""Whether the gap between two keyframes, by number, gives all between them again."""


@dataclass(frozen=True)
class Thinned:
    """What is left of a track's keyframes, and the lowest overlap with one that went (1 if none did)."""

    keyframes: tuple[Keyframe, ...]
    reached: float
    dropped: tuple[int, ...]
    """Frames of those that went."""

    def edits(self, track: Track) -> tuple[PutKeyframes, ...]:
        """Return the edit that thins the track, none if nothing goes."""
        return (PutKeyframes(track.id, drop=self.dropped),) if self.dropped else ()


def thin(
    track: Track, goal: float = GOAL, *, first: int = 0, last: int | None = None, motion: Motion | None = None
) -> Thinned:
    """Return the track's fewest keyframes; only machines' from frame `first` to `last` go; `motion` as it is shown."""
    keys = track.keyframes
    fixed = _fixed(keys, first, last)
    plans = [_fewest(fixed, _holds(track, goal, ways)) for ways in _ways(motion)]
    tried = [_mended(track, plan, goal, motion) for plan in plans]
    kept, reached = min(tried, key=lambda one: (len(one[0]), -one[1]))
    places = set(kept)
    gone = tuple(key.frame for place, key in enumerate(keys) if place not in places)
    return Thinned(tuple(keys[place] for place in kept), reached, gone)


def fewest(boxes: Floats, goal: float, motion: Motion | None = None, *, first: int = 0) -> int:
    """Return how few of the boxes (n, 4) on frames from `first` on give the others again at that overlap.

    Each gap goes the better of two ways, in the scene and in the frame, or in the frame where there is no motion.
    """
    keys = tuple(Keyframe(first + at, ((x1, y1), (x2, y2))) for at, (x1, y1, x2, y2) in enumerate(boxes.tolist()))
    ways = _ways(motion)[-1]
    fixed = [place in (0, len(keys) - 1) for place in range(len(keys))]
    return len(_fewest(fixed, _holds(Track(1, "", "rectangle", keyframes=keys), goal, ways)))


def _ways(motion: Motion | None) -> list[list[Motion | None]]:
    return [[None]] if motion is None else [[None], [motion], [None, motion]]


def _fixed(keys: Sequence[Keyframe], first: int, last: int | None) -> list[bool]:
    """Say of each keyframe whether it has to stay."""
    fixed = [key.by == "human" or key.frame < first or (last is not None and key.frame > last) for key in keys]
    for place in (0, len(keys) - 1) if keys else ():
        fixed[place] = True
    for place, (before, key) in enumerate(pairwise(keys), 1):
        state, was = ((one.outside, one.occluded, one.z, one.attributes, _sure(one)) for one in (key, before))
        fixed[place] = fixed[place] or state != was
    return fixed


def _sure(key: Keyframe) -> bool | None:
    return None if key.agreement is None else key.agreement > AGREED


def _fewest(fixed: Sequence[bool], holds: Holds) -> list[int]:
    """Return the numbers of the fewest keyframes that stay, all that are fixed among them.

    Breadth first: what so many gaps reach is not tried again with more, so that a thing at rest costs no more than one
    that moves.
    """
    count = len(fixed)
    before = [-1] * count
    before[:1] = [0] * min(count, 1)
    reached = [0]
    while count and before[-1] < 0:
        following = list[int]()
        for start in reversed(reached):
            misses = 0
            for end in range(start + 1, min(count, start + LONGEST + 1)):
                if before[end] < 0 and (end == start + 1 or holds(start, end)):
                    before[end], misses = start, 0
                    following.append(end)
                elif before[end] < 0:
                    misses += 1
                if fixed[end] or misses > MISSES:
                    break
        reached = sorted(following)
    kept = [count - 1] if count else []
    while kept and kept[-1]:
        kept.append(before[kept[-1]])
    return kept[::-1]


def _holds(track: Track, goal: float, ways: Sequence[Motion | None]) -> Holds:
    keys = track.keyframes
    plain_boxes = track.type == "rectangle" and all(key.points and not key.rotation for key in keys)
    if not plain_boxes:
        return lambda start, end: any(_gives_again(track, start, end, goal, way) for way in ways)
    boxes = np.array([(*key.points[0], *key.points[1]) for key in keys], np.float64).reshape(-1, 4)
    frames = np.array([key.frame for key in keys], np.int64)
    tests = [_of_boxes(boxes, frames, goal, way) for way in ways]
    return lambda start, end: any(test(start, end) for test in tests)


def _of_boxes(boxes: Floats, frames: NDArray[np.int64], goal: float, motion: Motion | None) -> Holds:
    """Return the test for upright boxes (n, 4): in the scene of the first frame, or as they are."""
    middles = (boxes[:, 0] + boxes[:, 2] + 1j * (boxes[:, 1] + boxes[:, 3])) / 2
    sizes = boxes[:, 2:] - boxes[:, :2]
    turns, shifts = np.ones(len(frames), np.complex128), np.zeros(len(frames), np.complex128)
    if motion is not None:
        turns, shifts = motion.since_start(frames)
    still, scales = (middles - shifts) / turns, np.abs(turns)[:, None]
    own = sizes / scales

    def holds(start: int, end: int) -> bool:
        if motion is not None and not motion.knows(int(frames[start]), int(frames[end])):
            return False
        inner = slice(start + 1, end)
        part = (frames[inner] - frames[start]) / (frames[end] - frames[start])
        middle = (still[start] + (still[end] - still[start]) * part) * turns[inner] + shifts[inner]
        size = (own[start] + (own[end] - own[start]) * part[:, None]) * scales[inner]
        apart = np.abs(np.ascontiguousarray(middle - middles[inner]).view(np.float64).reshape(-1, 2))
        shared = np.minimum((size + sizes[inner]) / 2 - apart, np.minimum(size, sizes[inner]))
        common = np.clip(shared, 0, None).prod(1)
        either = size.prod(1) + sizes[inner].prod(1) - common
        return bool((common >= goal * either).all())

    return holds


def _gives_again(track: Track, start: int, end: int, goal: float, motion: Motion | None) -> bool:
    left, right = track.keyframes[start], track.keyframes[end]
    inner = sorted(range(start + 1, end), key=lambda place: abs(2 * place - start - end))
    for place in inner:  # the middle first: it fails first
        key, points, mask = track.keyframes[place], left.points, left.mask
        rotation = left.rotation
        if moves(track.type, left, right):
            span = Span(track.type, left, right, key.frame, motion)
            points, rotation = points_between([span])[0], span.turned()
        if (
            not key.outside
            and overlap(track.type, replace(left, points=points, rotation=rotation, mask=mask), key) < goal
        ):
            return False
    return True


def _mended(track: Track, kept: list[int], goal: float, motion: Motion | None) -> tuple[list[int], float]:
    """Return the numbers of keyframes that stay with those that interpolation as shown needs more; the overlap then."""
    keys, stay = track.keyframes, set(kept)
    while True:
        now = sorted(stay)
        left = replace(track, keyframes=tuple(keys[place] for place in now))
        reached, more = 1.0, list[int]()
        for start, end in pairwise(now):
            found = {place: _again(left, keys[place], motion) for place in range(start + 1, end)}
            if not found:
                continue
            worst = min(found, key=lambda place: (found[place], abs(2 * place - start - end)))
            reached = min(reached, found[worst])
            more += [worst] if found[worst] < goal else []
        if not more:
            return now, reached
        stay.update(more)


def _again(track: Track, key: Keyframe, motion: Motion | None) -> float:
    """Return the overlap of what a thinned track shows on the frame of a keyframe that went, with that."""
    shape = shape_at(track, key.frame, motion=motion)
    if shape is None or key.outside:
        return float(shape is None and key.outside)
    return overlap(track.type, shape, key)
