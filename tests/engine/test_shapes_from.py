"""Answers made into outlines: the screen asks for them at every redraw, so they are worked out once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import Shape
from engine.masks import decode
from engine.settings import Settings
from engine.shapes_from import mask_rings_of, shapes_from, stays_mask
from engine.tools.base import Prediction

ALL = Settings(smallest_hole=0)
BASE = Shape(1, 0, "car", "polygon")


def test_a_mask_with_a_hole_has_both_outlines_worked_out_once():
    mask = np.ones((6, 8), bool)
    mask[2:4, 3:5] = False
    answer = Prediction(mask, (10, 20))
    rings = mask_rings_of(answer, (100, 50), ALL)
    assert sorted(min(ring) for ring in rings) == [(10.0, 20.0), (13.0, 22.0)]
    assert mask_rings_of(answer, (100, 50), ALL)[0] is rings[0]


def holed(*sizes: int) -> Prediction:
    """Return an answer of 40 x 100 pixels at (5, 5) with square holes of these sides, and one that meets the edge."""
    mask = np.ones((40, 100), bool)
    mask[0:3, 0:3] = False
    for number, side in enumerate(sizes):
        mask[10 : 10 + side, 5 + 20 * number : 5 + 20 * number + side] = False
    return Prediction(mask, (5, 5))


@pytest.mark.parametrize(
    ("sizes", "smallest", "left"),
    [
        ((3, 9), 100, 0),
        ((3, 10), 100, 100),
        ((3, 9), 81, 81),
        ((3, 9), 0, 90),
        ((1,), 1, 1),
        ((1,), 2, 0),
        ((), 100, 0),
    ],
)
def test_holes_of_fewer_pixels_than_set_are_filled_in_what_is_drawn_and_in_what_is_made(sizes, smallest, left):
    answer, settings = holed(*sizes), Settings(smallest_hole=smallest)
    assert stays_mask(answer, settings) == bool(left)
    (shape,), _ = shapes_from(answer, BASE, (120, 60), Settings(smallest_hole=smallest, polygons=False))
    made = decode(shape.mask)
    assert made.sum() == 40 * 100 - 9 - left
    rings = mask_rings_of(answer, (120, 60), settings)
    assert len(rings) == 1 + sum(side**2 >= max(smallest, 1) for side in sizes)
    (shape,), note = shapes_from(answer, BASE, (120, 60), settings)
    assert (shape.type == "mask") == bool(left) == bool(note)


def test_a_diagonal_gap_is_as_large_as_its_pixels_and_no_part_of_the_outside():
    mask = np.ones((12, 12), bool)
    mask[0, 0] = mask[1, 1] = False  # they meet at a corner
    (shape,), _ = shapes_from(Prediction(mask), BASE, (12, 12), Settings(polygons=False))
    assert not decode(shape.mask)[0, 0] and decode(shape.mask)[1, 1]
