"""What following goes by: points there and back, windows, looks, the reasons for lost, the search."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.geometry import box_iou
from engine.runs.follow import follow
from engine.runs.looks import VIEWS, learned, likeness, look
from engine.runs.lost import PATIENCE, carried, checked, watch
from engine.runs.points import Motion, levels, motion
from engine.runs.search import found, sought
from engine.runs.steady import window_for
from engine.tools import registry
from engine.tools.base import Target, Tracked

_SPEC = importlib.util.spec_from_file_location("clips_of_runs", Path(__file__).with_name("clips.py"))
clips = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(clips)

FINE = Motion(share=1.0, agree=1.0)


def grey(image):
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def ground(seed=1, size=(200, 300), grain=9):
    noise = np.random.default_rng(seed).integers(0, 255, (*size, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), grain / 3), None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize(("shift", "grown"), [((0, 0), 1.0), ((9, -5), 1.0), ((2, 3), 1.05), ((-3, 1), 0.95)])
def test_points_say_how_far_and_how_much_larger(shift, grown, scale):
    image = cv2.resize(ground(), None, fx=scale, fy=scale)
    box = tuple(scale * value for value in (108.0, 68.0, 172.0, 132.0))
    x, y = 140 * scale, 100 * scale
    place = np.array([[grown, 0, x + shift[0] * scale - grown * x], [0, grown, y + shift[1] * scale - grown * y]])
    after = cv2.warpAffine(image, place, image.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    moved = motion(levels(image), levels(after), box)
    assert moved.shift == pytest.approx(np.multiply(shift, scale), abs=0.3 * scale)
    assert moved.grown == pytest.approx(grown, abs=0.01) and moved.share > 0.75 and moved.agree > 0.9
    x1, _, x2, _ = moved.moved(box)
    assert (x2 - x1) / (box[2] - box[0]) == pytest.approx(grown, abs=0.01)


def test_a_small_object_keeps_its_size():
    image = ground()
    place = np.array([[1.05, 0, -7.0], [0, 1.05, -5.0]])
    moved = motion(levels(image), levels(cv2.warpAffine(image, place, image.shape[1::-1])), (120.0, 80.0, 160.0, 120.0))
    assert moved.grown == 1.0 and moved.share > 0.75


def test_a_narrow_object_before_a_moving_scene_is_not_taken_for_the_scene():
    scene, thing = ground(1), ground(2, (60, 10))
    before, after = scene.copy(), np.roll(scene, 6, axis=1)
    before[70:130, 145:155] = after[70:130, 145:155] = thing
    moved = motion(levels(before), levels(after), (138.0, 68.0, 162.0, 132.0))
    assert moved.shift == pytest.approx((0, 0), abs=0.5)


def test_another_picture_gives_no_points_back():
    box = (120.0, 80.0, 160.0, 120.0)
    assert motion(levels(ground(1)), levels(ground(2)), box).share < 0.2
    assert motion(levels(ground(1)), levels(ground(2, (90, 400))), box) == Motion()


@pytest.mark.parametrize("box", [(0.0, 0.0, 3.0, 3.0), (-90.0, -90.0, -50.0, -50.0), (0.0, 0.0, 300.0, 200.0)])
def test_odd_boxes_have_a_motion_too(box):
    image = levels(ground())
    assert motion(image, image, box).shift == pytest.approx((0, 0), abs=0.1)


def test_a_window_shows_the_object_where_it_says():
    image, box = ground(), (100.0, 60.0, 140.5, 100.25)
    window = window_for(box)
    inside = window.inward(Target(box, 10.0))
    assert window.outward(inside).box == pytest.approx(box) and inside.rotation == 10.0
    x, y = (round(value) for value in inside.box[:2])
    assert np.abs(window.cut(image)[y : y + 30, x : x + 30].astype(int) - image[60:90, 100:130]).mean() < 6


def test_a_window_goes_along_and_the_object_stands_still_in_it():
    window, box = window_for((100.0, 60.0, 140.0, 100.0)), (102.0, 60.0, 142.0, 100.0)
    moved = Motion((12.0, -3.0), 1.04, 1.0, 1.0)
    after = window.along(box, moved)
    assert after.inward(Target(moved.moved(box))).box == pytest.approx(window.inward(Target(box)).box)
    assert not window.strays(box)
    assert window.strays((150.0, 60.0, 190.0, 100.0)) and window.strays((60.0, 20.0, 180.0, 140.0))


def test_a_large_object_has_a_window_no_larger_than_a_smaller_one():
    assert max(window_for((0.0, 0.0, 2000.0, 900.0)).size) <= 5 * 128 + 1


def test_an_elongated_object_is_wide_enough_in_its_window_to_be_followed():
    image, box = ground(size=(300, 1200)), (100.0, 130.0, 1100.0, 154.0)
    assert max(window_for(box).size) < 1100
    assert max(window_for((0.0, 0.0, 9000.0, 5.0)).size) <= 5 * 4 * 128 + 1
    frames = [np.roll(image, 3 * number, axis=1) for number in range(5)]
    mosse = registry.find("mosse").load(None, "cpu")
    steps = list(follow(mosse, frames.__getitem__, range(5), {1: Target(box)}))
    assert len(steps) == 4
    x, y, right, bottom = steps[-1].targets[1].box
    assert (x, y, right, bottom) == pytest.approx((112, 130, 1112, 154), abs=6)


def test_a_look_knows_its_object_by_other_light_and_not_its_surroundings():
    image, box = ground(), (100.0, 60.0, 140.0, 100.0)
    known = look(image, box)
    same = likeness(known, (image * 0.6 + 40).astype(np.uint8), box)
    beside = likeness(known, image, (120.0, 60.0, 160.0, 100.0))
    assert same.own > 0.98 and same.sure > 0.9
    assert beside.own < 0.5 and beside.sure < 0.1


def test_views_are_learned_up_to_a_number_and_the_first_stays():
    known, box = look(ground(), (100.0, 60.0, 140.0, 100.0)), (100.0, 60.0, 140.0, 100.0)
    first = known.views[0]
    assert learned(known, ground(), box, likeness(known, ground(), box)) is known
    for seed in range(2, 2 * VIEWS):
        other = ground(seed)
        known = learned(known, other, box, likeness(known, other, box))
        assert likeness(known, other, box).own > 0.99
    assert len(known.views) == VIEWS and np.array_equal(known.views[0], first)


BOX = (100.0, 60.0, 140.0, 100.0)
ELSEWHERE = (200.0, 120.0, 240.0, 160.0)


@pytest.mark.parametrize(
    ("box", "share", "score", "says"),
    [
        (BOX, 1.0, None, ""),
        (BOX, 0.0, None, ""),
        (BOX, 1.0, 0.1, ""),
        (BOX, 0.0, 0.1, "unsure of it, and its points"),
        (ELSEWHERE, 0.0, None, "points are not found again, and it looks unlike"),
        (ELSEWHERE, 1.0, 0.1, "unsure of it, and it looks unlike"),
        (ELSEWHERE, 1.0, None, ""),
        (None, 1.0, None, "the tracker has lost it"),
    ],
)
def test_one_sign_alone_is_not_enough(box, share, score, says):
    image = ground()
    tracked = Tracked(None, Target(box) if box else None, score)
    _, reason = checked(watch(image, BOX), image, tracked, Motion(share=share, agree=1.0))
    assert says in reason and bool(reason) == bool(says)


def test_where_the_points_are_gone_a_likeness_in_between_is_not_enough():
    image, known = ground(), watch(ground(), BOX)
    near = (104.0, 60.0, 144.0, 100.0)
    assert 0.5 < likeness(known.look, image, near).own < 0.75
    said = [checked(known, image, Tracked(None, Target(near)), Motion(share=s, agree=1.0))[1] for s in (0.1, 1.0)]
    assert "points are not found again" in said[0] and not said[1]


def test_a_frame_is_halved_until_it_is_small_and_large_objects_move_on_a_half_of_it():
    image = cv2.resize(ground(), (1201, 803))
    made = levels(image)
    assert [one.shape for one in made] == [(803, 1201), (401, 600), (200, 300), (100, 150)]
    assert abs(float(made[3].mean()) - float(made[0].mean())) < 2
    moved = motion(made, levels(np.roll(image, (8, 12), (0, 1))), (300.0, 200.0, 900.0, 600.0))
    assert moved.shift == pytest.approx((12, 8), abs=1.0) and moved.share > 0.75


def test_looking_unlike_itself_for_some_frames_on_end_is_enough():
    image, known, reasons = ground(), watch(ground(), BOX), []
    for box in (ELSEWHERE, BOX, *[ELSEWHERE] * PATIENCE):
        known, reason = checked(known, image, Tracked(None, Target(box)), FINE)
        reasons.append(reason)
    assert not any(reasons[:-1]) and f"{PATIENCE} frames" in reasons[-1]


def test_points_carry_an_object_only_if_they_agree_and_it_looks_like_it():
    image, known = ground(), watch(ground(), BOX)
    assert carried(known, image, BOX, FINE)
    assert not carried(known, image, BOX, Motion(share=0.3, agree=1.0))
    assert not carried(known, image, BOX, Motion(share=1.0, agree=0.3))
    assert not carried(known, image, ELSEWHERE, FINE)


def test_a_lost_object_is_found_farther_away_the_longer_it_is_looked_for(shared):
    images, boxes = clips.real(shared, "otb_David", 40)
    known, what = look(images[0], boxes[0]), sought(grey(images[0]), boxes[0])
    assert box_iou(found(what, known, images[2], grey(images[2])), boxes[2]) > 0.5
    far = np.roll(images[2], 150, axis=1)
    assert found(what, known, far, grey(far)) is None
    there = boxes[2][0] + 150, boxes[2][1], boxes[2][2] + 150, boxes[2][3]
    assert there[2] < far.shape[1] + 60
    image = cv2.copyMakeBorder(images[2], 0, 0, 150, 0, cv2.BORDER_REPLICATE)
    assert box_iou(found(what, known, image, grey(image), 4), there) > 0.5


def test_what_is_not_there_is_not_found(shared):
    images, boxes = clips.real(shared, "otb_David", 1)
    others, _ = clips.real(shared, "tld_pedestrian1", 3)
    known, what = look(images[0], boxes[0]), sought(grey(images[0]), boxes[0])
    assert all(found(what, known, other, grey(other), 20) is None for other in others)
    assert sought(grey(images[0]), (1.0, 1.0, 3.0, 3.0)) is None


def test_a_smaller_picture_on_which_its_place_is_beyond_the_border_is_no_fault():
    image = ground(size=(200, 300))
    what, known = sought(grey(image), (200, 150, 280, 190)), look(image, (200, 150, 280, 190))
    assert what is not None
    for size in ((30, 40), (31, 86), (200, 81)):
        small = ground(size=size)
        assert found(what, known, small, grey(small)) is None
