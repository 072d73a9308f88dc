"""Filling between two keyframes from two passes, and asking where a correction helps: on real clips and by rules."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np
import pytest

from engine.document import Keyframe, Track
from engine.geometry import box_iou
from engine.runs.ask import agreements, ask, doubtful
from engine.runs.fill import fill, keyframes, passes
from engine.runs.follow import Followed
from engine.runs.likeness import likeness, patch
from engine.runs.placed import target_of
from engine.tools.base import Target
from engine.tracks.camera import measured
from engine.tracks.motion import Motion
from engine.tracks.thin import thin


@pytest.fixture
def pedestrian(shared):
    """Return pictures and true boxes of a clip from a shaken camera."""
    folder = shared / "data" / "tracks" / "tld_pedestrian1"
    with (folder / "gt.csv").open() as file:
        rows = [[float(row[name]) for name in "xywh"] for row in csv.DictReader(file)]

    def pixels(frame):
        return cv2.cvtColor(cv2.imread(str(folder / "frames" / f"{frame:04d}.jpg")), cv2.COLOR_BGR2RGB)

    return pixels, [(x, y, x + w, y + h) for x, y, w, h in rows]


def csrt(pixels):
    """Return a way to follow one object that drives OpenCV's tracker."""

    def follow(frames: Sequence[int], starts: Mapping[int, Target]) -> Iterator[Followed]:
        ((key, start),) = starts.items()
        x1, y1, x2, y2 = start.box
        tracker = cv2.TrackerCSRT_create()
        tracker.init(pixels(frames[0]), tuple(map(round, (x1, y1, x2 - x1, y2 - y1))))
        for frame in frames[1:]:
            found, (x, y, w, h) = tracker.update(pixels(frame))
            yield Followed(frame, {key: Target((x, y, x + w, y + h))} if found else {})

    return follow


def test_a_real_clip_is_filled_better_than_by_either_pass_or_a_straight_line(pedestrian):
    pixels, truth = pedestrian
    first, last = 0, 40
    ends = (first, Target(truth[first])), (last, Target(truth[last]))
    forward, backward = passes(csrt(pixels), *ends)
    assert {*forward, *backward} <= {*range(first + 1, last)}
    unknown = Motion.unknown(last + 1)
    motion = unknown.with_steps(dict(measured(unknown, pixels)))
    found = fill(*ends, forward, backward, motion=motion, pixels=pixels)
    assert [one.frame for one in found] == list(range(first + 1, last))

    def bad(boxes):
        return sum(box_iou(boxes[frame], truth[frame]) < 0.5 for frame in range(first + 1, last))

    straight = fill(*ends, {}, {})
    assert all(one.agreement == 0 and one.way == "between" for one in straight)
    filled = bad({one.frame: one.target.box for one in found})
    assert filled <= 4 < 20 < bad({one.frame: one.target.box for one in straight})
    assert filled <= min(bad({frame: one.box for frame, one in way.items()}) for way in (forward, backward))
    agreed = [one for one in found if one.agreement > 0.5]
    assert len(agreed) > 10 and all(one.way == "both" for one in agreed)
    assert all(box_iou(one.target.box, truth[one.frame]) >= 0.5 for one in agreed)


def box(x, size=10.0):
    return Target((x, 0.0, x + size, size))


STILL = {frame: box(0.0) for frame in range(1, 10)}


def test_where_they_agree_the_passes_are_blended_by_distance():
    there = {frame: box(2.0) for frame in range(1, 10)}
    found = fill((0, box(0.0)), (10, box(2.0)), STILL, there)
    assert [one.target.box[0] for one in found] == pytest.approx([0.2 * frame for frame in range(1, 10)])
    assert {one.agreement for one in found} == {0.667} and {one.way for one in found} == {"both"}


def test_angles_are_blended_by_the_shortest_arc_and_masks_are_the_nearer_passs():
    turned = [Target((0, 0, 9, 9), angle, mask=angle) for angle in (350.0, 10.0)]
    found = fill(
        (0, turned[0]), (4, turned[1]), dict.fromkeys((1, 2, 3), turned[0]), dict.fromkeys((1, 2, 3), turned[1])
    )
    assert [one.target.rotation for one in found] == [355.0, 0.0, 5.0]
    assert [one.target.mask for one in found] == [350.0, 10.0, 10.0]


def test_with_nothing_to_look_at_the_nearer_pass_counts_while_it_is_near_the_interpolation():
    far = {frame: box(500.0) for frame in range(1, 10)}
    found = fill((0, box(0.0)), (10, box(0.0)), STILL, far)
    assert [one.way for one in found] == ["forward"] * 4 + ["between"] * 5
    assert all(one.target.box == box(0.0).box and one.agreement == 0 for one in found)
    lost = fill((0, box(0.0)), (10, box(0.0)), {1: box(1.0)}, {})
    assert [one.way for one in lost] == ["forward"] + ["between"] * 8
    assert fill((0, box(0.0)), (1, box(0.0)), {}, {}) == []


def test_the_pass_that_looks_like_the_object_is_taken_and_lost_ones_are_passed_over():
    random = np.random.default_rng(3)
    thing = random.integers(0, 255, (40, 40, 3), dtype=np.uint8)

    def pixels(frame):
        picture = np.full((200, 400, 3), 60, np.uint8) + random.integers(0, 9, (200, 400, 3), dtype=np.uint8)
        picture[50:90, 20 + 8 * frame : 60 + 8 * frame] = thing
        return picture

    def at(frame):
        return Target((20.0 + 8 * frame, 50.0, 60.0 + 8 * frame, 90.0))

    wrong = Target((300.0, 120.0, 340.0, 160.0))
    forward = {frame: at(frame) if frame < 12 else wrong for frame in range(1, 19)}
    other = Target((100.0, 130.0, 140.0, 170.0))
    backward = {frame: at(frame) if frame > 12 else other for frame in range(1, 20) if frame != 5}
    found = fill((0, at(0)), (20, at(20)), forward, backward, pixels=pixels)
    assert [one.way for one in found] == ["forward"] * 11 + ["between"] + ["backward"] * 7
    assert all(one.target.box == at(one.frame).box for one in found)


def test_in_the_steadied_scene_the_interpolation_goes_with_the_camera():
    motion = Motion(np.ones(10, complex), np.array([30, -30] * 5, complex))
    found = fill((0, box(0.0)), (10, box(0.0)), {}, {}, motion=motion)
    assert [one.target.box[0] for one in found] == [30.0, 0.0] * 4 + [30.0]


def test_filled_frames_become_keyframes_with_their_agreement_that_asking_and_thinning_read():
    first, last = Keyframe(0, ((0, 0), (10, 10)), occluded=True), Keyframe(10, ((9, 0), (19, 10)), z=3)
    forward = {frame: box(0.9 * frame) for frame in range(1, 10)}
    backward = {frame: box(0.9 * frame) if frame < 3 else box(500.0) for frame in range(1, 10)}
    ends = (0, target_of("rectangle", first)), (10, target_of("rectangle", last))
    found = keyframes("rectangle", first, last, fill(*ends, forward, backward))
    assert [key.agreement for key in found] == [1.0] * 2 + [0.0] * 7
    assert all((key.by, key.occluded, key.z) == ("fill", True, 0) for key in found)
    assert [key.points[0][0] for key in found] == pytest.approx([0.9 * frame for frame in range(1, 10)])
    there = Track(1, "car", "rectangle", keyframes=(first, *found, last))
    assert ask(there) == 6
    assert [key.frame for key in thin(there, 0.9).keyframes] == [0, 1, 3, 10]


def test_patches_know_a_thing_again_at_another_place_and_size(pedestrian):
    pixels, truth = pedestrian
    image = pixels(0)
    one = patch(image, truth[0])
    doubled = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert likeness(one, one) == pytest.approx(1) and likeness(one, patch(doubled, [2 * v for v in truth[0]])) > 0.97
    assert likeness(one, patch(pixels(1), truth[1])) > 0.7
    x1, y1, x2, y2 = truth[0]
    assert likeness(one, patch(image, (x1 + 40, y1, x2 + 40, y2))) < 0.5
    for nowhere in ((-50, 0, -40, 9), (np.nan,) * 4, (9000, 0, 9010, 5)):
        assert likeness(one, patch(image, nowhere)) == 0
    huge = np.tile(image, (8, 8, 1))
    assert np.isfinite(patch(huge, (10, 10, huge.shape[1] - 10, huge.shape[0] - 10))).all()


def track(*keys):
    return Track(1, "car", "rectangle", keyframes=tuple(Keyframe(at, ((0, 0), (9, 9)), **more) for at, more in keys))


FILL = {"by": "fill"}


def test_the_middle_of_the_longest_stretch_of_disagreement_is_asked_for():
    doubt = {*range(5, 10), *range(20, 31)}
    keys = [(frame, {**FILL, "agreement": 0.2 if frame in doubt else 0.9}) for frame in range(1, 40)]
    there = track((0, {}), *keys, (40, {}))
    assert ask(there) == 25
    corrected = track((0, {}), *(key if key[0] != 25 else (25, {}) for key in keys), (40, {}))
    assert ask(corrected) == 7  # both halves are as long, the first is the first
    assert ask(track((0, {}), *(key for key in keys if key[0] not in doubt), (40, {}))) is None


def test_few_frames_of_disagreement_are_left_alone():
    assert [
        (one.first, one.last) for one in doubtful({3: 0.1, 4: 0.1, 5: 0.1, 9: 0.9, 11: 0.4, 12: 0, 13: 0, 14: 0})
    ] == [(11, 14)]
    assert doubtful({3: 0.1, 4: 0.6}, longest=0)[0].middle == 3 and doubtful({3: 0.1, 4: 0.6}, below=0.7, longest=1)
    assert ask(track((0, {}), (9, {}))) is None


def test_a_thinned_track_says_of_the_frames_between_what_the_keyframe_before_says():
    there = track(
        (0, {}), (4, {**FILL, "agreement": 0.1}), (10, {**FILL, "agreement": 0.8}), (12, {}), (15, {"by": "csrt"})
    )
    assert agreements(there) == dict.fromkeys(range(4, 10), 0.1) | {10: 0.8, 11: 0.8} and ask(there) == 6
