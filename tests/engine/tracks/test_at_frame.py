"""The shape of a track between its keyframes."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from engine import masks, tracks
from engine.document import Keyframe, Track
from engine.tracks.between import along
from engine.tracks.motion import Motion
from engine.tracks.steady import ways


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


def test_polygons_of_equally_many_points_move_vertex_by_vertex():
    triangle = ((0, 0), (4, 0), (0, 4))
    moved = ((10, 0), (14, 0), (10, 4))
    equal = tracks.shape_at(car(Keyframe(0, triangle), Keyframe(10, moved), type="polygon"), 5)
    assert equal is not None and equal.points == ((5, 0), (9, 0), (5, 4))


def test_points_of_another_number_stay():
    points = ((0, 0), (4, 0))
    other = tracks.shape_at(car(Keyframe(0, points), Keyframe(10, ((9, 9),)), type="points"), 5)
    assert other is not None and other.points == points


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(3, 20), min_size=1, max_size=5), st.integers(1, 9), st.randoms(use_true_random=False))
def test_long_outlines_of_many_tracks_move_as_short_ones_do(counts, frame, random):
    def outline(count):
        turns = [2 * math.pi * number / count for number in range(count)]
        radii = [random.uniform(100, 2000) for _ in turns]
        return tuple((round(r * math.cos(t), 2), round(r * math.sin(t), 2)) for r, t in zip(radii, turns, strict=True))

    def moved(points):
        x, y = random.uniform(-3000, 3000), random.uniform(-3000, 3000)
        return tuple((round(a + x + random.uniform(-9, 9), 2), round(b + y, 2)) for a, b in points)

    outlines = [outline(count) for count in counts]
    many = [car(Keyframe(0, points), Keyframe(10, moved(points)), type="polygon") for points in outlines]
    document = Map({number: msgspec.structs.replace(track, id=number) for number, track in enumerate(many, 1)})
    for shape in tracks.tracked_on(document, frame):
        left, right = (keyframe.points for keyframe in document[shape.id].keyframes)
        exact = [a + (b - a) * frame / 10 for p, q in zip(left, right, strict=True) for a, b in zip(p, q, strict=True)]
        found = [value for point in shape.points for value in point]
        assert np.abs(np.subtract(found, exact)).max() <= 0.005001 and found == [round(value, 2) for value in found]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_interpolation_at_keyframes_is_exact(data):
    kind = data.draw(st.sampled_from(["rectangle", "polygon", "polyline", "points", "ellipse"]))
    number = st.integers(-50_000, 50_000).map(lambda value: value / 100)
    few = st.just(2) if kind in ("rectangle", "ellipse") else st.integers(3, 12)
    frames = data.draw(st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True).map(sorted))
    keys = []
    for frame in frames:
        count = data.draw(few)
        points = tuple(data.draw(st.lists(st.tuples(number, number), min_size=count, max_size=count)))
        rotation = data.draw(st.sampled_from([0.0, 33.33, 350.0])) if kind in ("rectangle", "ellipse") else 0.0
        keys.append(Keyframe(frame, points, rotation))
    motion = Motion(np.exp(0.01j * np.arange(1, 41)), np.arange(40) * (1 + 2j))
    track = car(*keys, type=kind)
    for key in keys:
        for way in (None, motion):
            shape = tracks.shape_at(track, key.frame, motion=way)
            assert shape is not None and (shape.points, shape.rotation) == (key.points, key.rotation)
    for frame in range(frames[0], frames[-1]):
        for way in (None, motion):
            shape = tracks.shape_at(track, frame, motion=way)
            assert shape is not None and np.isfinite(shape.points).all() and shape.points


def test_an_object_that_rests_in_a_turning_scene_rests_between_keyframes_too():
    motion = Motion(np.full(20, np.exp(0.02j) * 1.01), np.arange(20) * (3 + 1j))
    first = ((100, 50), (140, 80))
    for kind in ("rectangle", "ellipse", "polygon"):
        points = (*first, (90, 90)) if kind == "polygon" else first
        at = {frame: along(kind, np.array(points, float).ravel(), motion.between(0, frame)) for frame in (0, 7, 20)}
        keys = [Keyframe(frame, tuple(map(tuple, at[frame].reshape(-1, 2).tolist()))) for frame in (0, 20)]
        shape = tracks.shape_at(car(*keys, type=kind), 7, motion=motion)
        assert np.abs(np.ravel(shape.points) - at[7]).max() < 0.02, kind
        plain = tracks.shape_at(car(*keys, type=kind), 7)
        assert np.abs(np.ravel(plain.points) - at[7]).max() > 1, kind


def test_a_gap_is_plain_where_a_third_keyframe_says_so_and_where_the_motion_is_not_known():
    motion = Motion(np.ones(20, complex), np.array([8, -8] * 10, complex))
    in_frame = car(*(Keyframe(frame, ((frame, 0), (frame + 10, 10))) for frame in (0, 5, 20)))
    in_scene = car(
        *(Keyframe(frame, ((frame + 8 * (frame % 2), 0), (frame + 10 + 8 * (frame % 2), 10))) for frame in (0, 5, 20))
    )
    assert ways(in_frame, motion) == (False, False) and ways(in_scene, motion) == (True, True)
    assert tracks.shape_at(in_frame, 7, motion=motion).points == ((7, 0), (17, 10))
    assert tracks.shape_at(in_scene, 7, motion=motion).points == ((15, 0), (25, 10))
    for share, steady in ((0.4, False), (0.6, True)):  # it goes with the scene by this part
        xs = [100 + frame + 8 * share * (frame % 2) for frame in (0, 5, 20)]
        keys = (Keyframe(frame, ((x, 0), (x + 10, 10))) for frame, x in zip((0, 5, 20), xs, strict=True))
        assert ways(car(*keys), motion) == (steady, steady)
    gap = motion.turns.copy()
    gap[3] = np.nan
    assert ways(in_scene, Motion(gap, motion.shifts)) == (False, True)


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
