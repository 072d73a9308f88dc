"""Which detection is which track: the assignment that makes the sum of the overlaps greatest."""

from __future__ import annotations

from typing import NamedTuple

from engine.runs.by_detection.kalman import Floats


class Pairs(NamedTuple):
    """Rows and columns that belong together, and those that are left."""

    pairs: list[tuple[int, int]]
    rows: list[int]
    columns: list[int]


def paired(overlap: Floats, least: float, bonus: Floats | float = 0.0) -> Pairs:
    """Return the best assignment by overlap and bonus; a pair that overlaps by less than `least` is none."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(overlap + bonus, maximize=True)
    pairs = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= least]
    taken = {r for r, _ in pairs}, {c for _, c in pairs}
    left = [[at for at in range(count) if at not in some] for count, some in zip(overlap.shape, taken, strict=True)]
    return Pairs(pairs, *left)
