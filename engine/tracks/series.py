"""Numbers along a course: running medians, what is usual, stretches that stand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from engine.tracks.course import Bools, Course, Floats

MAD = 1.4826
"""Median absolute deviation times this is the standard deviation of normal noise."""

TAKEN = 10
"""Values of a window that its median is taken of, about."""
TENTH = 1.645
"""A tenth of normal noise is as many standard deviations away, or more."""


def usual(values: Floats, window: int) -> Floats:
    """Return the median of the `window` values about each (n,), itself left out; of all where there are fewer.

    Of a long window about every so many are taken: their median is as good and costs a part.
    """
    count = len(values)
    if count < 3:
        return np.zeros(count)
    window = min(window | 1, (count - 1) | 1)
    reach = window // 2
    padded = np.pad(values, reach, mode="reflect" if reach < count else "edge")
    step = max(1, window // TAKEN)
    others = [*range(reach % step, reach, step), *range(reach + step, window, step)]
    middle = len(others) // 2
    low, high = ordered([padded[at : at + count] for at in others], (middle - 1, middle))
    return np.asarray((low + high) / 2)


def ordered(columns: Sequence[Floats], wanted: tuple[int, ...]) -> list[Floats]:
    """Return columns (n,) of those places, from 0 the lowest, that they have once each row is sorted.

    By a network of comparisons of whole columns, ten times as fast as sorting row for row.
    """
    found = [np.array(column, np.float64) for column in columns]
    spare = np.empty_like(found[0])
    for one, other in network(len(found), wanted):
        np.minimum(found[one], found[other], out=spare)
        np.maximum(found[one], found[other], out=found[other])
        found[one], spare = spare, found[one]
    return [found[place] for place in wanted]


@cache
def network(count: int, wanted: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return Batcher's odd-even merge sort of so many values as pairs to compare, without what `wanted` need not."""
    pairs, needed = list[tuple[int, int]](), {*wanted}
    size = 1
    while size < count:
        step = size
        while step >= 1:
            for start in range(step % size, count - step, 2 * step):
                for place in range(start, min(start + step, count - step)):
                    if place // (2 * size) == (place + step) // (2 * size):
                        pairs.append((place, place + step))
            step //= 2
        size *= 2
    kept = list[tuple[int, int]]()
    for pair in reversed(pairs):
        if needed & {*pair}:
            needed |= {*pair}
            kept.append(pair)
    return tuple(reversed(kept))


ENOUGH = 0.25
"""Share of the steps that must have a bend at an end, for these to say what is usual of the object."""


def spread(values: Floats) -> float:
    """Return the standard deviation of values about 0 as their median says it; 0 of none."""
    there = np.abs(values[np.isfinite(values)])
    return MAD * float(np.median(there)) if len(there) else 0.0


def tail(values: Floats) -> float:
    """Return the standard deviation of values about 0 as their upper tenth says it; 0 of none.

    More than `spread` of an object that stands still for most of the time and then hurries.
    """
    there = np.abs(values[np.isfinite(values)])
    return float(np.percentile(there, 90)) / TENTH if len(there) else 0.0


def own(course: Course, values: Floats) -> Floats:
    """Return those of values of steps (n - 1,) that say how it moves by itself: with a bend at one end or both.

    All of them where it hardly bends at all: then a few bends are what is looked for, not what is usual.
    """
    bent = course.bends[1:] | course.bends[:-1]
    return values[bent] if bent.sum() >= ENOUGH * len(bent) else values


def steps(course: Course, values: Floats) -> Floats:
    """Return differences to the next frame (n - 1,), NaN where that is not the media's next one."""
    return np.where(course.linked, np.diff(values), np.nan)


def at_frames(course: Course, of_steps: Floats) -> Floats:
    """Return for each frame (n,) the higher of the scores of the steps to it and from it.

    A step between two of a person's keyframes is none of a machine's, and a person's keyframe has no score.
    """
    scores = np.nan_to_num(np.asarray(of_steps, np.float64))
    padded = np.concatenate(([0.0], scores, [0.0]))
    found = np.maximum(padded[:-1], padded[1:])
    return np.where(course.human, 0.0, found)


def stretches(flags: Bools, frames: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of each stretch of flags that are on, of frames in a row."""
    places = np.flatnonzero(flags)
    if not len(places):
        return
    cuts = np.flatnonzero((np.diff(places) > 1) | (np.diff(frames[places]) > 1)) + 1
    for part in np.split(places, cuts):
        yield int(part[0]), int(part[-1])
