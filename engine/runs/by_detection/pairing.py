"""Which detection is which track: the assignment that makes the sum of the overlaps greatest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.runs.by_detection.kalman import Floats


class Pairs(NamedTuple):
    """Rows and columns that belong together, and those that are left."""

    pairs: list[tuple[int, int]]
    rows: list[int]
    columns: list[int]


def overlaps(ones: Floats, others: Floats) -> Floats:
    """Return the intersections over unions (n, m) of boxes (n, 4) and (m, 4), x1, y1, x2, y2."""
    low = np.maximum(ones[:, None, :2], others[None, :, :2])
    high = np.minimum(ones[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(some[:, 2:] - some[:, :2], axis=1) for some in (ones, others)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def paired(overlap: Floats, least: float, bonus: Floats | float = 0.0) -> Pairs:
    """Return the best assignment by overlap and bonus; a pair that overlaps by less than `least` is none."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(overlap + bonus, maximize=True)
    pairs = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= least]
    taken = {r for r, _ in pairs}, {c for _, c in pairs}
    left = [[at for at in range(count) if at not in some] for count, some in zip(overlap.shape, taken, strict=True)]
    return Pairs(pairs, *left)
