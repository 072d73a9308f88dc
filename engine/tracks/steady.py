"""Which gaps between keyframes are better explained by straight lines in the scene than by straight lines in the frame.

A keyframe between two others says it: which of the two ways from its left neighbour to its right one comes nearer to
it? A gap asks the keyframes at its two ends. Where none can say, in the scene: on the clips that it was measured with,
17 % of frames were wrong then, 36 % by straight lines in the frame (keyframes every 20 frames).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document import Track
from engine.tracks.between import moves
from engine.tracks.motion import Motion
from engine.tracks.overlap import box_around
from engine.tracks.pairs import ByPair

Floats = NDArray[np.float64]


def _ways(track: Track, motion: Motion) -> tuple[bool, ...]:
    keys = track.keyframes
    known = [motion.knows(left.frame, right.frame) for left, right in pairwise(keys)]
    says = np.zeros(len(keys))
    if len(keys) > 2:
        says[1:-1] = _says(track, motion) * [one and other for one, other in pairwise(known)]
    return tuple(is_known and says[place] + says[place + 1] >= 0 for place, is_known in enumerate(known))


ways = ByPair(_ways, 5_000)
"""Track, motion -> for each gap between keyframes, whether it is steady."""


def _says(track: Track, motion: Motion) -> Floats:
    """Return for each keyframe between two others by how much of its size the steady way comes nearer to it."""
    keys = track.keyframes
    frames = np.array([key.frame for key in keys], np.int64)
    boxes = np.array([box_around(track.type, key) or (0.0,) * 4 for key in keys], np.float64)
    usable = np.array([
        not (left.outside or key.outside) and moves(track.type, left, key) and moves(track.type, left, right)
        for left, key, right in zip(keys, keys[1:], keys[2:], strict=False)
    ])  # fmt: skip
    part = ((frames[1:-1] - frames[:-2]) / (frames[2:] - frames[:-2]))[:, None]
    turns, shifts = (values[:, None] for values in motion.since_start(frames))
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    still = (middles[:, :1] + 1j * middles[:, 1:] - shifts) / turns
    there = _between(still, part) * turns[1:-1] + shifts[1:-1]
    steady = np.hstack((there.real, there.imag)), _between(sizes / np.abs(turns), part) * np.abs(turns[1:-1])
    plain = _between(middles, part), _between(sizes, part)
    size = np.maximum(1.0, np.hypot(sizes[1:-1, 0], sizes[1:-1, 1]))
    nearer = [_apart(middle - middles[1:-1], extent - sizes[1:-1]) for middle, extent in (plain, steady)]
    return np.asarray(usable * (nearer[0] - nearer[1]) / size, np.float64)


def _between(values: NDArray[Any], part: Floats) -> NDArray[Any]:
    return np.asarray(values[:-2] * (1 - part) + values[2:] * part)


def _apart(middles: Floats, sizes: Floats) -> Floats:
    """Return how far the sides of boxes are apart, all four together, from how far their middles and sizes are."""
    return np.asarray((np.abs(middles - sizes / 2) + np.abs(middles + sizes / 2)).sum(1), np.float64)
