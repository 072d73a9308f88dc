"""Following that goes on from what was packed gives what following in one go gives; on real clips."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from immutables import Map

from engine.document import Document, Keyframe, Label, MediaInfo, Track
from engine.edits import apply_all
from engine.errors import ToolError
from engine.geometry import box_iou
from engine.runs import resume
from engine.runs.follow import follow
from engine.runs.legs import Leg, Request
from engine.runs.resume import CHECKPOINTS, Checkpoint, follow_on
from engine.tools.base import Target, Tracked
from engine.tools.registry import find
from engine.tracks.edit import machine

spec = importlib.util.spec_from_file_location("clips", Path(__file__).with_name("clips.py"))
clips = importlib.util.module_from_spec(spec)
spec.loader.exec_module(clips)


class Shifts:
    """A tracker that can be packed: the mean of the picture moves its box, and it counts its steps."""

    def start(self, image, target):
        return {"box": list(target.box), "steps": 0}

    def step(self, image, states):
        made = []
        for state in states:
            by = float(image.mean()) % 1 + state["steps"] / 100
            box = [value + by for value in state["box"]]
            made.append(Tracked({"box": box, "steps": state["steps"] + 1}, Target(tuple(box)), 0.9))
        return made

    def pack(self, state):
        return {"box": state["box"], "steps": np.int64(state["steps"])}

    def unpack(self, packed, image):
        return dict(packed)


def stretches(tracker, images, starts, ends, check):
    """Follow from end to end of stretches, each going on from what the one before has packed."""
    found, begin = [], starts
    for first, last in pairwise(ends):
        going = follow_on(tracker, images.__getitem__, range(first, last + 1), begin, check=check)
        while True:
            try:
                found.append(next(going))
            except StopIteration as end:
                begin = end.value
                break
    return found, begin


@pytest.mark.parametrize("check", [True, False])
def test_a_tracker_that_can_be_packed_does_not_notice_the_ends_of_stretches(shared: Path, check: bool) -> None:
    images, boxes = clips.real(shared, "tld_pedestrian1", 14)
    starts = {7: Target(boxes[0]), 3: Target((100.0, 60.0, 130.0, 100.0))}
    whole = list(follow(Shifts(), images.__getitem__, range(14), starts, check=check))
    parts, _ = stretches(Shifts(), images, starts, [0, 4, 5, 13], check)
    assert len(whole) == 13 and parts == whole


@pytest.mark.parametrize("tracker", ["mil", "kcf"])
@pytest.mark.parametrize("check", [True, False])
def test_opencvs_begin_anew_at_the_end_of_a_stretch_the_same_way_each_time(
    shared: Path, tracker: str, check: bool
) -> None:
    images, boxes = clips.real(shared, "tld_pedestrian1", 11)
    starts = {1: Target(boxes[0]), 2: Target((100.0, 60.0, 130.0, 100.0))}
    tool = find(tracker).load(None, "cpu")
    first, packed = stretches(tool, images, starts, [0, 5], check)
    again, also = stretches(tool, images, starts, [0, 5], check)
    assert first == again and packed == also
    whole, _ = stretches(tool, images, starts, [0, 5, 10], check)
    cut, _ = stretches(find(tracker).load(None, "cpu"), images, packed, [5, 10], check)
    assert whole == first + cut and any(step.targets for step in first)


def test_an_object_that_was_lost_is_looked_for_in_the_next_stretch(shared: Path) -> None:
    images, boxes = clips.real(shared, "otb_Crossing", 12)
    images[4:7] = [np.full_like(images[0], 90)] * 3
    found, _ = stretches(find("kcf").load(None, "cpu"), images, {1: Target(boxes[0])}, [0, 5, 11], True)
    assert [step.frame for step in found if step.lost] == [4], "within the first stretch"
    again = next(step for step in found if step.frame > 6 and step.targets)
    assert again.frame > 6 and box_iou(again.targets[1].box, boxes[again.frame]) > 0.6


def test_nothing_is_looked_at_when_nothing_is_left_to_follow(shared: Path) -> None:
    images, boxes = clips.real(shared, "tld_pedestrian1", 3)

    class Blind(Shifts):
        def step(self, image, states):
            return [Tracked(state, None) for state in states]

    found, packed = stretches(Blind(), images, {1: Target(boxes[0])}, [0, 2], False)
    assert [step.lost for step in found] == [{1: "the tracker has lost it"}]
    assert stretches(Blind(), images, packed, [0, 2], False)[0] == []


@pytest.mark.parametrize("check", [True, False])
def test_an_object_with_which_the_tracker_cannot_go_on_is_said_to_be_lost(shared: Path, check: bool) -> None:
    images, boxes = clips.real(shared, "tld_pedestrian1", 6)

    class Refuses(Shifts):
        def unpack(self, packed, image):
            if packed["box"][0] > 90:
                raise ToolError("It is too small", "choose another frame")
            return dict(packed)

    starts = {1: Target(boxes[0]), 2: Target((100.0, 60.0, 130.0, 100.0))}
    found, _ = stretches(Refuses(), images, starts, [0, 3, 5], check)
    assert all(2 in step.targets for step in found[:3]) and all(1 in step.targets for step in found)
    gone = [2 in step.lost for step in found[3:]]
    assert gone == [True, False] or (check and 2 in found[3].targets), "unless it is found again at once"


def key(frame: int, by: str = "human") -> Keyframe:
    return Keyframe(frame, ((1.0, 2.0), (30.0 + frame, 40.0)), by=by)


def test_the_mark_knows_what_a_run_builds_on_and_not_what_comes_again() -> None:
    made = Document(
        MediaInfo("c", frames=100), (Label("car"),),
        tracks=Map({1: Track(1, "car", "rectangle", keyframes=(key(0), key(1, "mil"), key(2, "mil"), key(9)))}),
    )  # fmt: skip
    at = Checkpoint(Request("mil"), 50, "m", "", (Leg((1,), 0, 8),), frame=2)
    mark = resume.marked(made, at)

    def after(found, start, to):
        return resume.marked(apply_all(made, machine(made, 1, found, start, to))[0], at)

    assert after([key(3, "mil"), key(4, "mil")], 2, 4) == mark
    assert after([key(2, "csrt")], 1, 2) != mark and after([key(9, "mil")], 9, 9) == mark
    human = machine(made, 1, [], 0, 1)
    assert resume.marked(apply_all(made, human)[0], at) != mark
    assert resume.whole(made, at.legs) != resume.whole(
        apply_all(made, machine(made, 1, [key(4, "mil")], 2, 8))[0], at.legs
    )


def test_a_checkpoint_is_kept_whole_and_one_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "one.run"
    made = Checkpoint(Request("mil", 3, None, (1, 2), thin=0.8), 50, "m", "w", (Leg((1, 2), 0, 9),), 0, 5, b"\x90")
    assert CHECKPOINTS.load(path) is None
    CHECKPOINTS.save(path, made)
    assert CHECKPOINTS.load(path) == made
    assert path.parent.stat().st_mode & 0o777 == 0o700, "others need not know what is worked on"
    path.write_bytes(path.read_bytes()[:-3])
    assert CHECKPOINTS.load(path) is None
    CHECKPOINTS.forget(path)
    CHECKPOINTS.forget(path)
    assert not path.exists()
