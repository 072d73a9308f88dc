"""Points, boxes and rings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import geometry as g

FEW = settings(max_examples=25, deadline=None)
COORD = st.floats(-5000, 5000)
POINT = st.tuples(COORD, COORD)
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


@pytest.mark.parametrize(
    ("point", "index", "near", "distance"),
    [((5, -2), 0, (5, 0), 2), ((12, 5), 1, (10, 5), 2), ((-1, 5), 3, (0, 5), 1), ((-3, -4), 0, (0, 0), 5)],
)
def test_nearest_edge_of_a_ring(point, index, near, distance):
    assert g.nearest_edge(SQUARE, point, closed=True) == g.EdgeHit(index, near, pytest.approx(distance))


def test_an_open_chain_has_no_closing_edge():
    hit = g.nearest_edge(SQUARE, (-1, 5), closed=False)
    assert hit is not None and hit.index != 3 and hit.distance > 5


def test_nearest_vertex_and_nothing():
    assert g.nearest_vertex(SQUARE, (9, 12)) == (2, pytest.approx(math.sqrt(5)))
    assert g.nearest_vertex((), (0, 0)) is None
    assert g.nearest_edge(((1, 1),), (0, 0), closed=True) is None


def test_area_and_direction():
    assert g.signed_area(SQUARE) == 100
    assert g.signed_area(SQUARE[::-1]) == -100
    assert g.area(((0, 0), (4, 0), (0, 3))) == 6


@pytest.mark.parametrize(
    ("point", "inside"), [((5, 5), True), ((0.01, 0.01), True), ((10.1, 5), False), ((5, -1), False)]
)
def test_contains(point, inside):
    assert g.contains(SQUARE, point) is inside


def test_contains_is_even_odd():
    doubled = SQUARE + SQUARE
    assert not g.contains(doubled, (5, 5))


@FEW
@given(POINT, POINT, POINT)
def test_projection_is_on_the_segment_and_no_farther_than_its_ends(point, a, b):
    near = g.project(point, a, b)
    assert g.distance(point, near) <= min(g.distance(point, a), g.distance(point, b)) + 1e-6
    assert g.distance(a, near) + g.distance(near, b) == pytest.approx(g.distance(a, b), abs=1e-6)


@FEW
@given(POINT, POINT, st.floats(-720, 720))
def test_turning_back_is_identity(point, about, degrees):
    back = g.turned(g.turned(point, about, degrees), about, -degrees)
    assert back == (pytest.approx(point[0], abs=1e-6), pytest.approx(point[1], abs=1e-6))


def test_turning_is_clockwise_on_the_screen():
    assert g.turned((1, 0), (0, 0), 90) == (pytest.approx(0), pytest.approx(1))


def test_boxes():
    assert g.box_from((5, 1), (2, 8)) == (2, 1, 5, 8)
    assert g.box_of([(3, 4), (1, 9)]) == (1, 4, 3, 9)
    assert g.box_of([]) is None
    assert g.box_iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert g.box_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_corners_of_a_turned_box_keep_its_size():
    a, b, c, d = g.corners((0, 0, 6, 2), 37)
    assert (g.distance(a, b), g.distance(b, c)) == (pytest.approx(6), pytest.approx(2))
    assert g.centre(g.box_of((a, b, c, d))) == (pytest.approx(3), pytest.approx(1))


@pytest.mark.parametrize("rotation", [0, 30, 90, 200])
@pytest.mark.parametrize("radii", [(40, 10), (0.5, 0.5), (3000, 1000)])
def test_an_ellipse_ring_stays_within_the_tolerance(radii, rotation):
    ring = g.ellipse_ring((7, 9), radii, rotation, tolerance=0.2)
    assert g.area(ring) == pytest.approx(math.pi * radii[0] * radii[1], rel=0.2 if radii[0] < 1 else 0.02)
    assert g.distance(ring[0], g.turned((7 + radii[0], 9), (7, 9), rotation)) < 1e-6


def test_rounding_and_clamping():
    assert g.rounded([(1.23456, -0.0001)]) == ((1.23, 0.0),)
    assert math.copysign(1, g.rounded([(-0.0001, 0)])[0][0]) == 1
    assert g.clamped_all([(-3, 5), (99, 99)], (10, 20)) == ((0, 5), (10, 20))
