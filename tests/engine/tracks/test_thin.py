"""Thinning: few keyframes, the overlap that is promised, and nothing lost that interpolation cannot give again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import masks, tracks
from engine.document import Keyframe, Track
from engine.tracks import camera
from engine.tracks.motion import Motion
from engine.tracks.overlap import overlap
from engine.tracks.thin import fewest, thin


def track(*keys, kind="rectangle"):
    return Track(7, "car", kind, keyframes=keys)


def run(boxes, by="csrt"):
    """Return a track with a machine's keyframe on every frame."""
    rows = np.round(boxes, 2).tolist()
    return track(*(Keyframe(at, ((x1, y1), (x2, y2)), by=by) for at, (x1, y1, x2, y2) in enumerate(rows)))


def lowest(thinned, whole, motion=None):
    """Return the lowest overlap of what is left with what was there, frame by frame."""
    left = replace(whole, keyframes=thinned.keyframes)
    shapes = [tracks.shape_at(left, key.frame, motion=motion) for key in whole.keyframes]
    return min(overlap(whole.type, shape, key) for shape, key in zip(shapes, whole.keyframes, strict=True) if shape)


@pytest.mark.parametrize("goal", [0.7, 0.8, 0.9])
def test_a_real_run_is_thinned_to_the_fewest_and_says_what_it_reached(clip, goal):
    _, boxes = clip("tld_pedestrian1")
    whole = run(boxes)
    found = thin(whole, goal)
    assert found.reached == pytest.approx(lowest(found, whole)) and found.reached >= goal
    assert len(found.keyframes) == fewest(boxes, goal) < len(boxes)
    assert set(found.dropped) == set(range(len(boxes))) - {key.frame for key in found.keyframes}


def test_in_the_steadied_scene_a_shaken_clip_needs_a_fifth_of_the_keyframes(clip):
    pixels, boxes = clip("tld_pedestrian1")
    unknown = Motion.unknown(len(boxes))
    motion = unknown.with_steps(dict(camera.measured(unknown, pixels)))
    whole = run(boxes)
    plain, steady = thin(whole, 0.7), thin(whole, 0.7, motion=motion)
    assert lowest(steady, whole, motion) >= 0.7 and len(steady.keyframes) * 4 < len(plain.keyframes)
    assert fewest(boxes, 0.7, motion) <= len(steady.keyframes) <= fewest(boxes, 0.7, motion) + 6
    assert fewest(boxes, 0.7, motion) <= 16 < 80 < fewest(boxes, 0.7)


def test_a_straight_way_needs_its_ends_alone():
    steps = np.arange(50)[:, None] * np.array([[3.0, 1.0, 3.0, 1.0]]) + [0, 0, 40, 30]
    found = thin(run(steps), 0.99)
    assert [key.frame for key in found.keyframes] == [0, 49] and len(found.edits(run(steps))[0].drop) == 48
    assert thin(track(Keyframe(3, ((0, 0), (1, 1)), by="csrt"))).edits(track()) == ()
    assert thin(track()).keyframes == ()


def test_what_a_person_set_what_changes_and_where_agreement_turns_stays():
    def key(frame, **more):
        return Keyframe(frame, ((frame, 0), (frame + 30, 30)), **{"by": "fill", "agreement": 0.9, **more})

    changed = {
        4: {"by": "human"}, 9: {"occluded": True}, 10: {"occluded": True}, 15: {"z": 2}, 18: {"attributes": {"a": 1}},
        21: {"agreement": 0.1}, 22: {"agreement": 0.2}, 26: {"outside": True}, 29: {},
    }  # fmt: skip
    whole = track(*(key(frame, **changed.get(frame, {})) for frame in range(31)))
    kept = [one.frame for one in thin(whole, 0.9).keyframes]
    assert {4, 9, 11, 15, 16, 18, 19, 21, 23, 26, 27} <= {*kept}
    assert 13 not in kept and 22 not in kept and 29 not in kept


def test_only_a_stretch_is_thinned_if_it_is_asked_for():
    whole = run(np.tile([0, 0, 9, 9], (20, 1)))
    found = [key.frame for key in thin(whole, first=5, last=12).keyframes]
    assert found == [0, 1, 2, 3, 4, *range(13, 20)]


@pytest.mark.parametrize("kind", ["polygon", "ellipse", "rectangle", "polyline"])
def test_turned_boxes_outlines_and_lines_are_thinned_by_what_they_cover(kind):
    keys = []
    for frame in range(25):
        x = 60 * np.sin(frame / 8)
        points = ((x, 0), (x + 40, 20)) if kind in ("rectangle", "ellipse") else ((x, 0), (x + 40, 5), (x + 20, 30))
        turn = frame * 5.0 if kind in ("rectangle", "ellipse") else 0.0
        keys.append(Keyframe(frame, points, turn, by="siammask"))
    whole = track(*keys, kind=kind)
    found = thin(whole, 0.85)
    assert found.reached == pytest.approx(lowest(found, whole)) and found.reached >= 0.85
    assert 2 < len(found.keyframes) < 15


def test_masks_stay_until_they_differ():
    def mask(size):
        pixels = np.zeros((40, 40), bool)
        pixels[:size, :size] = True
        return masks.encode(pixels)

    whole = track(*(Keyframe(at, mask=mask(20 + at // 2), by="siammask") for at in range(12)), kind="mask")
    found = thin(whole, 0.8)
    assert found.reached >= 0.8 and 2 <= len(found.keyframes) <= 5


boxes_of = st.lists(
    st.tuples(st.integers(-99, 99), st.integers(1, 50), st.sampled_from(["human", "csrt"])), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(boxes_of, st.sampled_from([0.5, 0.8, 0.95]), st.booleans())
def test_no_persons_keyframe_goes_and_the_goal_is_kept(rows, goal, steady):
    keys = [Keyframe(2 * at, ((x, x), (x + size, x + 2 * size)), by=by) for at, (x, size, by) in enumerate(rows)]
    whole = track(*keys)
    motion = Motion(np.exp(0.05j * np.ones(60)), np.ones(60) * (2 - 1j)) if steady else None
    found = thin(whole, goal, motion=motion)
    assert all(key in found.keyframes for key in keys if key.by == "human")
    if keys:
        assert lowest(found, whole, motion) >= goal - 1e-9
