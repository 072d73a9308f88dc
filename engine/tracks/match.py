"""Outlines matched along their length, so that one with five points can become one with fifty without a twist.

Both are walked in the same direction; where to begin on the second is found by correlating equally spaced points over
all rotations at once (a Fourier transform: O(n log n)), with the middles of both laid upon each other. Corners that
then lie close together along the outline go to each other, all others to a place on the other outline's edge. So every
vertex of both keyframes is kept, and at either end the outline is exactly the keyframe's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLES = 256
"""Equally spaced places at which outlines are compared."""
CLEARLY = 0.25
"""Equally many vertices go to each other in order, unless another order leaves less than this part of the way."""
NEAR = 0.02
"""Part of the outline within which two corners may be one, if neither has a nearer one."""
Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]


def matched(left: Floats, right: Floats, *, closed: bool) -> tuple[Floats, Floats]:
    """Return two outlines, x and y by turns (2n,), with equally many points that belong to each other in order.

    The first begins where `left` does and goes its way; `closed` says whether the last point is joined to the first.
    """
    one, other = left.view(np.complex128), right.view(np.complex128)
    if len(one) == len(other):
        return left, _reordered(one, other, closed=closed).view(np.float64)
    count = max(len(one), len(other))
    bare = _without_repeats(one, closed=closed), _without_repeats(other, closed=closed)
    if min(map(len, bare)) < (3 if closed else 2):  # a place or a line and back: matching would leave too few points
        return _padded(one, count).view(np.float64), _padded(other, count).view(np.float64)
    one, other = bare
    turn = _area(one) * _area(other) < 0 if closed else _way(one, other[::-1]) < _way(one, other)
    other = other[::-1] if turn else other
    places, others = _along(one, closed=closed), _along(other, closed=closed)
    begin = _begin(one, other, places, others) if closed else 0.0
    pairs = _pairs(places, others, begin, closed=closed)
    found = _at(one, pairs[:, 0], closed=closed), _at(other, pairs[:, 1], closed=closed)
    return found[0].view(np.float64), found[1].view(np.float64)


def _padded(points: Complexes, count: int) -> Complexes:
    """Return the points with the last one repeated, so many in all."""
    return np.concatenate((points, np.repeat(points[-1:], count - len(points))))


def _without_repeats(points: Complexes, *, closed: bool) -> Complexes:
    """Return the points without those that lie on the one before: places along the outline must rise."""
    keep = np.concatenate(([True], points[1:] != points[:-1]))
    if closed and len(points) > 1 and points[-1] == points[0] and keep.sum() > 1:
        keep[np.flatnonzero(keep)[-1]] = False
    return points[keep]


def _reordered(one: Complexes, other: Complexes, *, closed: bool) -> Complexes:
    """Return `other` in the order in which it answers `one`: as it is, unless that is clearly wrong."""
    as_is = _way(one, other)
    ways = [other[::-1]]
    if closed:
        turned = other[::-1] if _area(one) * _area(other) < 0 else other
        spectrum = np.fft.fft(turned - turned.mean()) * np.conj(np.fft.fft(one - one.mean()))
        ways = [np.roll(turned, -int(np.fft.ifft(spectrum).real.argmax()))]
    best = min(ways, key=lambda way: _way(one, way))
    return np.ascontiguousarray(best) if _way(one, best) < CLEARLY * as_is else other


def _way(one: Complexes, other: Complexes) -> float:
    """Return how far apart outlines are, middles laid together; not equally many points are sampled."""
    if len(one) != len(other):
        steps = np.linspace(0, 1, SAMPLES)
        one, other = _at(one, steps, closed=False), _at(other, steps, closed=False)
    return float((np.abs((one - one.mean()) - (other - other.mean())) ** 2).sum())


def _area(ring: Complexes) -> float:
    return float((np.conj(ring) * np.roll(ring, -1)).imag.sum()) / 2


def _along(points: Complexes, *, closed: bool) -> Floats:
    """Return where each vertex lies along the outline, 0 for the first, 1 for its whole length."""
    ends = np.append(points, points[:1]) if closed else points
    length = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(ends)))))
    if length[-1] <= 0:
        return np.arange(len(points)) / max(1, len(points) - (not closed))
    return np.asarray((length / length[-1])[: len(points)])


def _at(points: Complexes, places: Floats, *, closed: bool) -> Complexes:
    """Return the points at some places along the outline."""
    known = _along(points, closed=closed)
    if closed:
        known, points, places = np.append(known, 1.0), np.append(points, points[:1]), places % 1.0
    return np.interp(places, known, points.real) + 1j * np.interp(places, known, points.imag)


def _begin(one: Complexes, other: Complexes, places: Floats, others: Floats) -> float:
    """Return the place on the second closed outline that answers the beginning of the first."""
    steps = np.arange(SAMPLES) / SAMPLES
    first, second = _at(one, steps, closed=True), _at(other, steps, closed=True)
    first, second = first - first.mean(), second - second.mean()
    likeness = np.fft.ifft(np.fft.fft(second) * np.conj(np.fft.fft(first))).real
    begin = int(likeness.argmax()) / SAMPLES
    # corners say it better than the samples: a few beginnings that lay a corner upon a corner
    apart = others[_nearest(others, places + begin)] - places - begin
    apart = (apart + 0.5) % 1.0 - 0.5
    near = apart[np.argsort(np.abs(apart))[:8]]
    trials = [begin, *(begin + near[np.abs(near) <= 1 / SAMPLES]).tolist()]
    likes = [float((_at(other, steps + trial, closed=True) * np.conj(first)).real.sum()) for trial in trials]
    return float(trials[int(np.argmax(likes))] % 1.0)


def _nearest(rising: Floats, places: Floats) -> NDArray[np.int64]:
    """Return for each place on a closed outline the number of the nearest of some others, which rise from 0 to 1."""
    around = np.concatenate((rising[-1:] - 1, rising, rising[:1] + 1))
    after = np.clip(np.searchsorted(around, places % 1.0), 1, len(around) - 1)
    before_nearer = places % 1.0 - around[after - 1] < around[after] - places % 1.0
    return (after - before_nearer - 1) % len(rising)


def _pairs(places: Floats, others: Floats, begin: float, *, closed: bool) -> Floats:
    """Return (n, 2) places on both outlines that belong together, rising: a row for every vertex of either."""
    if closed:
        corners = _corners(places, (others - begin) % 1.0)
        knots = np.array([(places[i], (others[j] - begin) % 1.0) for i, j in corners]).reshape(-1, 2)
        # a corner just before the beginning of the first outline may answer that beginning
        knots[:, 1] -= np.round(knots[:, 1] - knots[:, 0])
        knots = knots if len(knots) else np.array([(0.0, 0.0)])
        knots = np.concatenate((knots[-1:] - 1, knots, knots[:1] + 1))
    else:
        knots = np.array([(0.0, 0.0), (1.0, 1.0)])
        inner = [(places[i], others[j]) for i, j in _corners(places[1:-1], others[1:-1], 1, closed=False)]
        knots = np.array([knots[0], *inner, knots[1]])
    turned = (others - begin) % 1.0 if closed else others
    own = np.stack((places, np.interp(places, knots[:, 0], knots[:, 1])), 1)
    back = np.stack((np.interp(turned, knots[:, 1], knots[:, 0]), turned), 1)
    if closed:
        back -= np.floor(back[:, :1])
    rows = np.concatenate((own, back))
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    keep = np.concatenate(([True], np.diff(rows[:, 0]) > 1e-9))
    rows = rows[keep]
    return np.stack((rows[:, 0], rows[:, 1] + begin), 1) if closed else rows


def _corners(places: Floats, others: Floats, offset: int = 0, *, closed: bool = True) -> list[tuple[int, int]]:
    """Return which vertices are each other's nearest along both outlines and close by, in order."""
    if not (len(places) and len(others)):
        return []
    order = np.argsort(others)
    there = order[_nearest(others[order], places)]
    back_order = np.argsort(places)
    back = back_order[_nearest(places[back_order], others)]
    apart = np.abs((others[there] - places + 0.5) % 1.0 - 0.5) if closed else np.abs(others[there] - places)
    return [(i + offset, int(j) + offset) for i, j in enumerate(there.tolist()) if back[j] == i and apart[i] <= NEAR]
