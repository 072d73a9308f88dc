"""Outlines with more points than can be seen: reduced to view pixels before they are filled, drawn and dashed.

The mask of an unsure network can have hundreds of thousands of corners and thousands of specks. Apart from the layer,
which draws what it is given, and from the shapes, because previews need it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.document import Point
from engine.viewport import Rect

Chain = NDArray[np.float64]
"""(n, 2) view points."""
Number = TypeVar("Number", np.float64, np.int32)
MANY = 2000
"""Points of one drawing up to which it is drawn exactly."""
DENSE = 20_000
LONGEST = 500_000
"""View pixels of lines in one drawing from which they are drawn as hairlines."""
CROSSED = 10_000_000
"""Scan lines that the edges of one filling may cross in all: about a second's work."""
WHOLE = 10_000.0
"""View pixels within which lines are measured: more than any view has."""
PIECE = 1000
"""Points that are smoothed together: Douglas and Peucker's time can grow with their square."""
SHORT = 64
TOLERANCE = 0.6
"""View pixels."""
EDGE = 16
"""View pixels by which lines are followed beyond the view: more than the widest is wide."""
LEFT, RIGHT, ABOVE, BELOW = -1, -2, -3, -4


def chains_of(rings: Sequence[Sequence[Point]]) -> list[Chain]:
    """Return rings of points as arrays, converted together: thousands of specks would take as many calls."""
    lengths = [len(ring) for ring in rings]
    points = np.array([point for ring in rings for point in ring], np.float64).reshape(-1, 2)
    return split(points, lengths)


def split(points: NDArray[Number], lengths: Sequence[int]) -> list[NDArray[Number]]:
    """Return an array cut into pieces of these lengths."""
    ends: list[int] = np.cumsum(lengths).tolist()
    return [points[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def thinned(chains: list[Chain], view_size: tuple[int, int]) -> list[Chain]:
    """Return chains of view points that look alike in the view: a few points for each view pixel that one passes.

    What runs beyond one side of the view is cut short on that side; of chains that lie in one pixel together, one is
    kept. A drawing of no more than `MANY` points stays as it is. The same for every part of the view that is drawn:
    otherwise dashes would not meet.
    """
    lengths = np.array([len(chain) for chain in chains], np.int64)
    if lengths.sum() <= MANY:
        return chains
    points = np.concatenate(chains)
    cells = _cells(points, (-EDGE, -EDGE, view_size[0] + 2 * EDGE, view_size[1] + 2 * EDGE))
    owner = np.repeat(np.arange(len(chains)), lengths)
    differs = (cells[1:] != cells[:-1]) | (owner[1:] != owner[:-1])
    kept = np.append(True, differs) | np.append(differs, True)
    wanted = ~_doubles(cells, lengths)
    kept &= wanted[owner]
    counts = np.bincount(owner[kept], minlength=len(chains))
    return [_smoothed(chain) for chain in split(points[kept], counts[counts > 0].tolist())]


def dense(chains: list[Chain]) -> bool:
    """Say whether lines would lie so close that they hide everything, at a cost that grows with number and length."""
    count = sum(map(len, chains))
    return count > DENSE or (count > MANY and sum(np.hypot(*_steps(chain).T).sum() for chain in chains) > LONGEST)


def tangled(rings: Sequence[Chain]) -> bool:
    """Say whether edges run so often from side to side that filling them would take seconds and show nothing."""
    if sum(map(len, rings)) <= MANY:
        return False
    return bool(sum(np.abs(_steps(ring)[:, 1]).sum() for ring in rings) > CROSSED)


def _steps(chain: Chain) -> Chain:
    return np.asarray(np.diff(np.clip(chain, -WHOLE, WHOLE), axis=0))


def _smoothed(chain: Chain) -> Chain:
    """Return a chain without what strays less than a pixel to and fro."""
    import cv2

    if len(chain) <= SHORT:
        return chain
    start = chain[0]
    local = (chain - start).astype(np.float32)
    pieces = (local[first : first + PIECE] for first in range(0, len(local), PIECE))
    simple = [cv2.approxPolyDP(piece, TOLERANCE, False).reshape(-1, 2) for piece in pieces]
    return np.asarray(np.concatenate(simple).astype(np.float64) + start)


def spread(points: Chain, distance: float) -> Chain:
    """Return of many points one in each square with sides of `distance`; up to `MANY` all of them."""
    if len(points) <= MANY:
        return points
    squares = np.floor(points / distance).astype(np.int64)
    _, first = np.unique(squares[:, 1] << 32 ^ squares[:, 0], return_index=True)
    found: Chain = points[np.sort(first)]
    return found


def _cells(points: Chain, rect: Rect) -> NDArray[np.int64]:
    """Return for each point the number of its view pixel, or the side of the rectangle beyond which it is."""
    x, y, width, height = rect
    place = np.floor(np.clip(points - (x, y), -1, (width, height))).astype(np.int64)
    cells = place[:, 1] * width + place[:, 0]
    for side, beyond in (
        (BELOW, place[:, 1] >= height), (ABOVE, place[:, 1] < 0),
        (RIGHT, place[:, 0] >= width), (LEFT, place[:, 0] < 0),
    ):  # fmt: skip
        cells[beyond] = side
    return cells


def _doubles(cells: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which chains lie in one pixel that an earlier one marks already, or all beyond one side."""
    filled = np.flatnonzero(lengths)
    starts = (np.cumsum(lengths) - lengths)[filled]
    low, high = np.minimum.reduceat(cells, starts), np.maximum.reduceat(cells, starts)
    specks = np.flatnonzero(low == high)
    _, first = np.unique(low[specks], return_index=True)
    seen = specks[first][low[specks[first]] >= 0]
    doubles = np.zeros(len(lengths), np.bool_)
    doubles[filled[specks]] = True
    doubles[filled[seen]] = False
    return doubles
