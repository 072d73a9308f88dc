"""Following: in order, both ways, several at once, ended early; lost objects said, looked for and found again."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ToolError
from engine.geometry import box_iou
from engine.runs.follow import follow
from engine.tools import registry
from engine.tools.base import Target, Tracked

_SPEC = importlib.util.spec_from_file_location("clips_of_runs", Path(__file__).with_name("clips.py"))
clips = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(clips)

CHECKS = pytest.mark.parametrize("check", [False, True])


class Still:
    """A tracker that never moves and never doubts, as TrackerMIL is at its worst; it batches."""

    def __init__(self, lose=()):
        self.calls, self._lose = [], dict(lose)

    def start(self, image, target):
        return target

    def step(self, image, states):
        self.calls.append(len(states))
        gone = self._lose.pop(len(self.calls), None)
        return [Tracked(state, None if gone == i else state, 0.9) for i, state in enumerate(states)]

    def pack(self, state):
        return {}

    def unpack(self, packed, image):
        return None


def run(tracker, images, starts, frames=None, **more):
    return list(follow(tracker, images.__getitem__, frames or range(len(images)), starts, **more))


def csrt():
    return registry.find("csrt").load(None, "cpu")


@CHECKS
def test_it_follows_forwards_and_backwards(shared, check):
    images, boxes = clips.real(shared, "otb_David", 12)
    for frames in (range(12), range(11, -1, -1)):
        steps = run(csrt(), images, {7: Target(boxes[frames[0]])}, frames, check=check)
        assert [step.frame for step in steps] == list(frames)[1:]
        assert min(box_iou(step.targets[7].box, boxes[step.frame]) for step in steps) > 0.6


@CHECKS
def test_a_frame_is_asked_for_once_and_one_ahead_and_nobody_is_left_when_it_is_closed(check):
    images, boxes = clips.made(8)
    asked, threads = [], threading.active_count()

    def pixels(frame):
        asked.append(frame)
        return images[frame]

    steps = follow(Still(), pixels, range(8), {1: Target(boxes[0])}, check=check)
    next(steps)
    next(steps)
    steps.close()
    assert asked == [0, 1, 2, 3] and threading.active_count() == threads


def test_what_goes_wrong_with_a_frame_is_told_when_it_is_due():
    images, boxes = clips.made(2)
    steps = follow(Still(), images.__getitem__, range(3), {1: Target(boxes[0])})
    assert next(steps).frame == 1
    with pytest.raises(IndexError):
        next(steps)


def test_without_a_check_the_tracker_has_the_last_word():
    images, boxes = clips.made(6, step=(0, 0))
    steps = run(Still(lose={2: 0}), images, {3: Target(boxes[0]), 4: Target(boxes[0])}, check=False)
    assert steps[1].lost == {3: "the tracker has lost it"} and set(steps[1].targets) == {4}
    assert all(set(step.targets) == {4} and not step.lost for step in steps[2:])


def test_objects_of_a_tracker_that_batches_stay_one_batch():
    images, boxes = clips.made(4, step=(0, 0))
    tool = Still()
    run(tool, images, {key: Target(boxes[0]) for key in range(5)})
    assert tool.calls == [5, 5, 5]


def test_a_tracker_that_gives_up_is_begun_anew_where_the_points_have_gone():
    images, boxes = clips.made(2)
    (step,) = run(Still(lose={1: 0}), images, {1: Target(boxes[0])})
    assert not step.lost and box_iou(step.targets[1].box, boxes[1]) > 0.95


def test_a_tracker_that_stays_behind_is_said_to_have_lost_its_object():
    images, boxes = clips.made(24, step=(7, 3), size=(30, 20), start=(10, 10))
    still = [image.copy() for image in images]
    steps = run(Still(), still, {1: Target(boxes[0])})
    lost = [(step.frame, reason) for step in steps for reason in step.lost.values()]
    assert lost and "unlike" in lost[0][1] and lost[0][0] < 14


@pytest.mark.parametrize("name", ["csrt", "mil", "mosse"])
def test_a_cut_is_noticed_and_the_object_found_again_after_it(shared, name):
    images, boxes = clips.real(shared, "otb_David", 24)
    other, _ = clips.real(shared, "tld_pedestrian1", 8)
    cut = [*images[:8], *other, *images[8:16]]
    steps = run(registry.find(name).load(None, "cpu"), cut, {1: Target(boxes[0])})
    said = {step.frame: step.targets[1] for step in steps if 1 in step.targets}
    assert {step.frame for step in steps if step.lost} & {8, 9, 10}
    assert sum(frame in said for frame in range(8, 16)) <= 2
    back = {frame: box_iou(target.box, boxes[frame - 8]) for frame, target in said.items() if frame >= 16}
    assert len(back) >= 4 and min(back.values()) > 0.5


def test_a_window_that_goes_along_keeps_what_the_bare_tracker_loses(shared):
    images, boxes = clips.real(shared, "otb_Crossing", 16)
    tool = registry.find("mosse").load(None, "cpu")
    (bare, *_), kept = (run(tool, images, {1: Target(boxes[0])}, check=check) for check in (False, True))
    assert bare.lost
    assert all(box_iou(step.targets[1].box, boxes[step.frame]) > 0.5 for step in kept)


@CHECKS
@pytest.mark.parametrize("name", ["csrt", "kcf", "medianflow", "mil", "mosse"])
def test_pictures_of_a_folder_may_differ_in_size(name, check):
    images, boxes = clips.made(4)
    smaller = [images[0], np.ascontiguousarray(images[1][:90, :130]), images[2], images[3]]
    steps = run(registry.find(name).load(None, "cpu"), smaller, {1: Target(boxes[0])}, check=check)
    assert 1 <= len(steps) <= 3


class Beside:
    """A tracker that takes each object apart and puts it `off` pixels to the right of where it is."""

    apart = True

    def __init__(self, trust, off):
        self.trust, self._off = trust, off

    def start(self, image, target):
        return target

    def step(self, image, states):
        x1, y1, x2, y2 = states[0].box
        return [Tracked(states[0], Target((x1 + self._off, y1, x2 + self._off, y2)), None)]


@pytest.mark.parametrize(("trust", "off"), [(0.0, 0.0), (0.25, 2.0), (1.0, 8.0)])
def test_where_the_points_are_sure_a_tracker_is_believed_as_far_as_it_may_be_trusted(trust, off):
    images, boxes = clips.made(2)
    (step,) = run(Beside(trust, 8.0), images, {1: Target(boxes[0])})
    assert step.targets[1].box[0] - boxes[1][0] == pytest.approx(off, abs=0.3)


def test_pictures_are_left_as_they_are():
    images, boxes = clips.made(4)
    before = [image.copy() for image in images]
    run(csrt(), images, {1: Target(boxes[0])})
    assert all(np.array_equal(one, other) for one, other in zip(images, before, strict=True))


def test_a_tracker_that_learns_nothing_is_carried_by_points_that_are_told_from_the_scene(shared):
    images, boxes = clips.real(shared, "davis_blackswan", 45)
    steps = run(registry.find("medianflow").load(None, "cpu"), images, {1: Target(boxes[0])})
    assert min(box_iou(step.targets[1].box, boxes[step.frame]) for step in steps) > 0.5


def test_trackermil_gives_the_same_each_time_alone_or_among_others(shared):
    images, boxes = clips.real(shared, "otb_David", 6)
    x1, y1, x2, y2 = boxes[0]
    alone, again = {1: Target(boxes[0])}, {1: Target(boxes[0]), 2: Target((x1 - 40, y1, x2 - 40, y2))}
    tool = registry.find("mil").load(None, "cpu")
    first, second = ([step.targets[1].box for step in run(tool, images, starts)] for starts in (alone, again))
    assert first == second


def test_what_stands_there_after_a_cut_is_not_learned(shared):
    images, boxes = clips.real(shared, "davis_blackswan", 12)
    other, _ = clips.real(shared, "davis_drift-chicane", 6)
    steps = run(csrt(), [*images[:10], *other, *images[10:]], {1: Target(boxes[0])})
    said = {step.frame for step in steps if 1 in step.targets}
    assert not said & set(range(10, 16)) and said & {16, 17}


@CHECKS
def test_an_object_with_which_the_tracker_cannot_begin_stops_none_of_the_others(check):
    images, boxes = clips.made(4)
    tiny = Target((100.0, 50.0, 102.0, 51.0))
    steps = run(csrt(), images, {1: Target(boxes[0]), 2: tiny}, check=check)
    assert [set(step.targets) for step in steps] == [{1}] * 3
    assert [set(step.lost) for step in steps] == [{2}, set(), set()] == [set(step.refused) for step in steps]
    assert "too small" in steps[0].lost[2]
    with pytest.raises(ToolError, match="too small"):
        run(csrt(), images, {1: tiny, 2: tiny}, check=check)
