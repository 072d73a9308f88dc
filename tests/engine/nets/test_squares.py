"""Squares round a followed object: what lies outside, whole levels, and the largest ones without their memory."""

from __future__ import annotations

import numpy as np
import pytest

from engine.nets import squares
from engine.nets.squares import mean_colour, side_of, square

IMAGE = np.random.default_rng(3).integers(0, 255, (40, 60, 3), np.uint8)
COLOUR = (10.9, 20.2, 255.0)
FILL = (10, 20, 255)


@pytest.mark.parametrize("corner", [(5, 7), (-4, -6), (50, 30), (-200, 0), (0, 500), (-10, -10)])
def test_a_square_holds_the_frame_s_pixels_and_the_colour_elsewhere(corner: tuple[int, int]) -> None:
    found = square(IMAGE, corner, 80, 80, COLOUR)
    for y in range(0, 80, 3):
        for x in range(0, 80, 3):
            across, down = corner[0] + x, corner[1] + y
            inside = 0 <= across < 60 and 0 <= down < 40
            assert tuple(found[y, x]) == (tuple(IMAGE[down, across]) if inside else FILL)


@pytest.mark.parametrize("corner", [(5, 7), (-100, -60), (3000, 0)])
@pytest.mark.parametrize("size", [16, 127, 256])
def test_the_largest_squares_are_sampled_to_the_same_level(
    monkeypatch: pytest.MonkeyPatch, corner: tuple[int, int], size: int
) -> None:
    whole = square(IMAGE, corner, 300, size, COLOUR)
    monkeypatch.setattr(squares, "LARGEST", 200)
    assert np.abs(square(IMAGE, corner, 300, size, COLOUR).astype(int) - whole).max() <= 1


def test_a_square_of_a_million_pixels_a_side_takes_no_memory() -> None:
    found = square(IMAGE, (-500_000, -500_000), 1_000_000, 127, COLOUR)
    assert found.shape == (127, 127, 3) and tuple(found[0, 0]) == FILL


@pytest.mark.parametrize("level", range(0, 256, 5))
def test_a_frame_of_one_level_has_just_that_mean(level: int) -> None:
    image = np.full((241, 319, 3), level, np.uint8)
    assert mean_colour(image) == (level, level, level)
    assert mean_colour(image[:, ::-1]) == (level, level, level)


def test_sides_keep_the_precision_of_the_sizes() -> None:
    assert side_of((20.0, 45.0), 0.5) == pytest.approx((52.5 * 77.5) ** 0.5)
    assert isinstance(side_of((np.float32(20), np.float32(45)), 1.5), np.float32)
    assert side_of((0.0, 0.0), 0.5) == 1.0
