"""Outlines of different numbers of points, with another beginning or another way round, answer each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import tracks
from engine.document import Keyframe, Track
from engine.geometry import area
from engine.tracks.match import _nearest, matched


def flower(count, turn=0.0, backwards=False, centre=(0.0, 0.0)):
    """Return an outline without symmetry of so many points, begun elsewhere by `turn`."""
    turns = np.linspace(0, 2 * math.pi, count, endpoint=False) + turn
    radii = 30 + 8 * np.cos(turns) + 5 * np.sin(2 * turns) + 3 * np.cos(3 * turns + 1)
    ring = np.stack((radii * np.cos(turns), radii * np.sin(turns)), 1) + centre
    return ring[::-1].copy() if backwards else ring


def middle(left, right):
    """Return the interpolated outline half-way, by the track's own interpolation."""
    keys = [Keyframe(frame, tuple(map(tuple, ring.tolist()))) for frame, ring in ((0, left), (10, right))]
    shape = tracks.shape_at(Track(1, "car", "polygon", keyframes=tuple(keys)), 5)
    assert shape is not None
    return np.array(shape.points)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("one", "other", "turn"), [(40, 40, 2.0), (40, 57, 1.0), (80, 33, 4.0), (25, 200, 5.9)])
def test_another_beginning_and_way_round_make_no_twist(one, other, turn, backwards):
    left, right = flower(one), flower(other, turn, backwards, centre=(100.0, 40.0))
    half = middle(left, right)
    whole = area(list(map(tuple, left.tolist())))
    assert area(list(map(tuple, half.tolist()))) == pytest.approx(whole, rel=0.03)
    # every point lies near the outline half-way, which is the same one 50 to the right
    near = np.abs(half[:, None] - flower(4000, centre=(50.0, 20.0))[None])
    assert np.hypot(near[..., 0], near[..., 1]).min(1).max() < 2.0


def test_corners_go_to_corners():
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10.0]])
    more = np.array([[0, 5], [0, 10], [5, 10], [10, 10], [10, 0], [0, 0.0]]) + 100
    left, right = matched(square.ravel(), more.ravel(), closed=True)
    assert np.abs(right - left - 100).max() < 1e-9 and len(left) == 12


def test_an_open_line_is_turned_round_and_keeps_its_ends():
    left, right = matched(np.array([0, 0, 10, 0.0]), np.array([10, 1, 7, 1, 0, 1.0]), closed=False)
    assert left.tolist() == [0, 0, 7, 0, 10, 0] and right.tolist() == [0, 1, 7, 1, 10, 1]
    left, right = matched(np.array([0, 0, 5, 2, 10, 0.0]), np.array([10, 1, 5, 3, 0, 1.0]), closed=False)
    assert right.tolist() == [0, 1, 5, 3, 10, 1]


coordinates = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 2))
outline = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=15)


@settings(max_examples=300, deadline=None)
@example([(1, 0), (1, 0), (0, 0)], [(0, 0), (0, 1), (0, 0), (0, 0)], False)
@example([(0, 0), (100, 0), (100, 1)], [(0, 0), (0, 1), (50, 0), (0, 0)], False)
@given(outline, outline, st.booleans())
def test_whatever_the_outlines_all_their_points_are_kept(one, other, closed):
    left, right = (np.array(points, float).ravel() for points in (one, other))
    found = matched(left, right, closed=closed)
    assert len(found[0]) == len(found[1])
    for ring, points in zip(found, (one, other), strict=True):
        assert np.isfinite(ring).all()
        there = ring.reshape(-1, 2)
        for point in points:
            assert np.hypot(*(there - point).T).min() < 0.01


def test_the_nearest_corner_may_lie_across_the_beginning():
    rising = np.array([0.01, 0.5, 0.98])
    places = np.array([0.0, 0.3, 0.7, 0.97, 0.999, 1.2])
    assert _nearest(rising, places).tolist() == [0, 1, 1, 2, 0, 0]
    assert _nearest(np.array([0.3, 0.995]), np.array([0.0, 0.01, 0.99])).tolist() == [1, 1, 1]


@pytest.mark.parametrize("closed", [True, False])
def test_points_that_all_lie_in_one_place_stay_as_many_as_the_other_outline_has(closed):
    place, triangle = np.array([5.0, 5.0] * 4), np.array([0.0, 0.0, 9.0, 0.0, 9.0, 9.0])
    for one, other in ((place, triangle), (triangle, place), (place, place[:6])):
        left, right = matched(one, other, closed=closed)
        assert len(left) == len(right) == 8
        assert {tuple(pair) for pair in left.reshape(-1, 2)} == {tuple(pair) for pair in one.reshape(-1, 2)}


def test_polygons_that_are_a_line_and_back_stay_of_three_points_or_more():
    one = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    other = np.array([0.0, 0.01, -50.0, 5.16, 0.0, 0.01])
    for left, right in (matched(one, other, closed=True), matched(other, one, closed=True)):
        assert len(left) == len(right) >= 6
