"""Numbers along a course: running medians, what is usual, stretches that stand out."""

from __future__ import annotations

from collections.abc import Iterator

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
    around = np.lib.stride_tricks.sliding_window_view(padded, window)
    step = max(1, window // TAKEN)
    others = np.concatenate((around[:, reach % step : reach : step], around[:, reach + step :: step]), 1)
    middle = others.shape[1] // 2
    ordered = np.partition(others, (middle - 1, middle), axis=1)
    return np.asarray((ordered[:, middle - 1] + ordered[:, middle]) / 2)


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
