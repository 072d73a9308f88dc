"""What a point touches, and what it snaps to."""

from __future__ import annotations

import numpy as np
import pytest

from engine import masks
from engine.aim import hit, snap
from engine.chains import nearest_on, slide
from engine.document import Shape

BOX = Shape(1, 0, "a", "rectangle", ((10, 10), (50, 30)))
TURNED = Shape(2, 0, "a", "rectangle", ((10, 10), (50, 30)), rotation=90)
ROUND = Shape(3, 0, "a", "ellipse", ((40, 40), (60, 50)))
OPEN = Shape(4, 0, "a", "polyline", ((0, 0), (20, 0), (20, 20)))
DOTS = Shape(5, 0, "a", "points", ((5, 5), (15, 5)))
HOLE = np.ones((30, 30), bool)
HOLE[10:20, 10:20] = False
MASK = Shape(6, 0, "a", "mask", mask=masks.encode_window(HOLE, (100, 100), (200, 300)))


@pytest.mark.parametrize(
    ("shape", "point", "part", "index"),
    [
        (BOX, (11, 11), "vertex", 0),
        (BOX, (49, 31), "vertex", 2),
        (BOX, (30, 31), "outline", 2),
        (BOX, (30, 20), "inside", -1),
        (TURNED, (40, 1), "vertex", 0),
        (TURNED, (30, 35), "inside", -1),
        (ROUND, (60.5, 40), "outline", None),
        (ROUND, (40, 40), "inside", -1),
        (OPEN, (10, 1), "outline", 0),
        (DOTS, (14, 5), "vertex", 1),
        (MASK, (101, 105), "outline", None),
        (MASK, (105, 105), "inside", -1),
        (MASK, (111, 115), "outline", None),
    ],
)
def test_hits(shape, point, part, index):
    found = hit(shape, point, 2)
    assert found is not None and found.part == part and (index is None or found.index == index)
    assert found.distance <= 2


@pytest.mark.parametrize(
    ("shape", "point"),
    [(BOX, (30, 35)), (TURNED, (12, 12)), (ROUND, (22, 32)), (OPEN, (8, 12)), (DOTS, (10, 5)), (MASK, (115, 115))],
)
def test_misses(shape, point):
    assert hit(shape, point, 2) is None


def test_snapping_prefers_shared_corners():
    assert snap((51, 12), (BOX, ROUND), 3) == (50, 12)
    assert snap((51, 11), (BOX, ROUND), 3) == (50, 10)
    assert snap((53, 20), (BOX,), 2) is None
    assert snap((30, 30), (), 5) is None
    assert snap((120, 99), (MASK, BOX), 3) == (120, 100)


def test_a_vertex_slides_on_its_outline():
    ring = ((0, 0), (10, 0), (10, 10), (0, 10))
    assert slide(ring, 1, (4, 3), closed=True) == (4, 0)
    assert slide(ring, 1, (12, 7), closed=True) == (10, 7)
    assert slide(ring, 0, (2, 8), closed=True) == (0, 8)
    assert slide(ring, 0, (2, 8), closed=False) == (2, 0)


def test_long_chains_answer_as_short_ones():
    angles = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    ring = tuple((float(50 * np.cos(a)), float(50 * np.sin(a))) for a in angles)
    found = nearest_on(ring, (0, 60), closed=True)
    assert found is not None and found.index in (74, 75) and found.point == pytest.approx((0, 50), abs=0.02)
    closing = nearest_on(ring, (55, -0.5), closed=True)
    assert closing is not None and closing.index == 299
    assert nearest_on(ring, (55, -0.5), closed=False).index != 299
