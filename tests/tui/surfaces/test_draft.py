"""A draft that gives way tile by tile, enlarged as a terminal does it: what lay there before is never seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui.surfaces.draft import Draft
from tui.surfaces.picture import tiles

RIGHT, BEFORE = 1, 0


def enlarged(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Mix each pixel with those beside it: colours and alpha each for themselves, as for straight alpha."""
    return cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)


@pytest.mark.parametrize("size", [(800, 440), (1003, 211), (437, 200), (80, 40)])
@pytest.mark.parametrize("divisor", [2, 4, 8])
@pytest.mark.parametrize("side", [80, 120, 200])
def test_no_seam_and_no_halo_while_tiles_come(size: tuple[int, int], divisor: int, side: int) -> None:
    width, height = size
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (-(-height // divisor), -(-width // divisor), 3)).astype(np.uint8)
    draft, base = Draft(coarse, size), np.zeros((height, width), np.uint8)
    shown = np.dstack([coarse, np.full(coarse.shape[:2], 255, np.uint8)])
    whole = enlarged(coarse, size)
    order = tiles(size, side * side)
    random.shuffle(order)
    for number, rect in enumerate(order):
        x, y, w, h = rect
        base[y : y + h, x : x + w] = RIGHT
        (left, top, across, down), part = draft.uncover(rect)
        shown[top : top + down, left : left + across] = part
        assert draft.is_needed == (number < len(order) - 1)
        if not draft.is_needed:
            continue
        seen = enlarged(shown, size)
        assert seen[base == BEFORE, 3].min() > 254.9, "the picture before shines through"
        mixed = seen[..., 3] > 0.1
        assert np.abs(seen[mixed][:, :3] - whole[mixed]).max() < 0.1, "another colour is mixed in"


def test_most_of_it_goes_with_its_tiles() -> None:
    draft = Draft(np.full((450, 800, 3), 90, np.uint8), (1600, 900))
    gone = 0
    for rect in tiles((1600, 900), 40_000)[:20]:
        gone += int((draft.uncover(rect)[1][..., 3] == 0).sum())
    assert gone > 0.8 * 20 * 10_000
