"""The shape of a track between its keyframes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from engine import masks, tracks
from engine.document import Keyframe, Track


def car(*keyframes: Keyframe, **fields: object) -> Track:
    return Track(7, "car", fields.pop("type", "rectangle"), keyframes=keyframes, **fields)


BOX = (Keyframe(10, ((0, 0), (10, 10))), Keyframe(20, ((100, 50), (120, 70)), occluded=True, z=3))


@pytest.mark.parametrize(
    ("frame", "points"),
    [
        (10, ((0, 0), (10, 10))),
        (13, ((30, 15), (43, 28))),
        (20, ((100, 50), (120, 70))),
        (400, ((100, 50), (120, 70))),
    ],
)
def test_boxes_move_in_a_straight_line_and_stay_after_the_last_keyframe(frame, points):
    shape = tracks.shape_at(car(*BOX), frame)
    assert shape is not None and shape.points == points and shape.frame == frame and shape.id == 7


def test_nothing_moves_towards_a_keyframe_that_is_left_out():
    at_rest = tracks.shape_at(car(*BOX), 13, end=20)
    assert at_rest is not None and at_rest.points == BOX[0].points
    assert tracks.shape_at(car(*BOX), 13, end=21).points == ((30, 15), (43, 28))


def test_nothing_before_the_first_keyframe_and_none_at_all():
    assert tracks.shape_at(car(*BOX), 9) is None
    assert tracks.shape_at(car(), 9) is None


def test_outside_hides_until_the_next_keyframe():
    track = car(BOX[0], Keyframe(15, ((50, 25), (65, 40)), outside=True), BOX[1])
    assert [tracks.shape_at(track, f) is None for f in (14, 15, 19, 20)] == [False, True, True, False]


def test_the_rest_comes_from_the_left_keyframe():
    left = Keyframe(0, ((0, 0), (1, 1)), occluded=True, z=2, attributes={"pose": "sitting"}, by="csrt", score=0.5)
    track = car(left, BOX[1], attributes={"make": "?", "pose": "standing"}, group=4)
    shape = tracks.shape_at(track, 9)
    assert shape is not None
    assert (shape.occluded, shape.z, shape.group, shape.model, shape.score) == (True, 2, 4, "csrt", 0.5)
    assert shape.attributes == {"make": "?", "pose": "sitting"}


@pytest.mark.parametrize(
    ("left", "right", "half"), [(10, 30, 20), (350, 10, 0), (10, 350, 0), (0, 270, 315), (90, 90, 90), (170, 200, 185)]
)
def test_angles_take_the_shortest_arc(left, right, half):
    track = car(Keyframe(0, ((0, 0), (4, 2)), left), Keyframe(2, ((0, 0), (4, 2)), right))
    shape = tracks.shape_at(track, 1)
    assert shape is not None and shape.rotation == half


def test_polygons_move_vertex_by_vertex_or_stay():
    triangle = ((0, 0), (4, 0), (0, 4))
    moved = ((10, 0), (14, 0), (10, 4))
    square = ((0, 0), (4, 0), (4, 4), (0, 4))
    equal = tracks.shape_at(car(Keyframe(0, triangle), Keyframe(10, moved), type="polygon"), 5)
    other = tracks.shape_at(car(Keyframe(0, triangle), Keyframe(10, square), type="polygon"), 5)
    assert equal is not None and equal.points == ((5, 0), (9, 0), (5, 4))
    assert other is not None and other.points == triangle


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(3, 20), min_size=1, max_size=5), st.integers(1, 9), st.randoms(use_true_random=False))
def test_long_outlines_of_many_tracks_move_as_short_ones_do(counts, frame, random):
    def outline(count):
        return tuple((round(random.uniform(-50, 5000), 2), round(random.uniform(-50, 5000), 2)) for _ in range(count))

    many = [car(Keyframe(0, outline(n)), Keyframe(10, outline(n)), type="polygon") for n in counts]
    document = Map({number: msgspec.structs.replace(track, id=number) for number, track in enumerate(many, 1)})
    for shape in tracks.tracked_on(document, frame):
        left, right = (keyframe.points for keyframe in document[shape.id].keyframes)
        exact = [a + (b - a) * frame / 10 for p, q in zip(left, right, strict=True) for a, b in zip(p, q, strict=True)]
        found = [value for point in shape.points for value in point]
        assert np.abs(np.subtract(found, exact)).max() <= 0.005001 and found == [round(value, 2) for value in found]


def test_masks_stay():
    one, two = (masks.encode(np.eye(4, dtype=bool) if i else np.ones((4, 4), bool)) for i in range(2))
    track = car(Keyframe(0, mask=one), Keyframe(8, mask=two), type="mask")
    assert [tracks.shape_at(track, f).mask for f in (0, 7, 8)] == [one, one, two]


def test_keyframes_near_a_frame():
    track = car(*BOX, Keyframe(30))
    assert tracks.keyframe_at(track, 20) is BOX[1] and tracks.keyframe_at(track, 21) is None
    before, after = tracks.neighbours(track, 20)
    assert (before and before.frame, after and after.frame) == (10, 30)
    assert tracks.neighbours(track, 5) == (None, BOX[0])
