"""Runs that go on where an earlier one has ended: the same as one run over all frames; on real clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runs.follow import follow
from engine.runs.onward import OBJECTS, RUNS, Onward
from engine.tools.base import Target, Tracked
from engine.tools.registry import find
from tests.engine.runs.clips import made, real

OTHER = Target((100.0, 60.0, 130.0, 100.0))


class Counts:
    """A tracker whose box moves by the number of steps that it has made: one that is begun anew moves less."""

    def __init__(self) -> None:
        self.begun = 0

    def start(self, image, target):
        self.begun += 1
        return target, 0

    def step(self, image, states):
        return [self._moved(*state) for state in states]

    def _moved(self, target, steps):
        x1, y1, x2, y2 = target.box
        after = Target((x1 + steps, y1, x2 + steps, y2))
        return Tracked((after, steps + 1), after, 0.9)


def run(onward, number, tracker, images, frames, starts, after=(), **more):
    return list(onward.follow(number, "clip", tracker, images.__getitem__, frames, starts, dict(after), **more))


def by_steps(tracker, images, starts, *, check=True):
    """Follow by runs of one frame each, all objects going on as the run before has left them."""
    onward, found = Onward(), []
    for frame in range(len(images) - 1):
        after = dict.fromkeys(starts, frame - 1) if frame else {}
        found += run(onward, frame, tracker, images, [frame, frame + 1], starts, after, check=check)
        starts = found[-1].targets
    return found


@pytest.mark.parametrize(
    ("tracker", "check"),
    [("csrt", True), ("kcf", True), ("kcf", False), ("medianflow", True), ("mosse", True), ("mil", True)],
)
def test_ten_runs_of_a_frame_are_one_of_ten_frames(shared: Path, tracker: str, check: bool) -> None:
    images, boxes = real(shared, "otb_Crossing", 11)
    starts, tool = {1: Target(boxes[0]), 2: OTHER}, find(tracker).load(None, "cpu")
    whole = list(follow(tool, images.__getitem__, range(11), starts, check=check))
    assert by_steps(tool, images, starts, check=check) == whole
    assert all(1 in step.targets for step in whole)


def test_one_that_begins_anew_at_each_step_would_not_be_the_same(shared: Path) -> None:
    images, boxes = real(shared, "davis_blackswan", 11)
    tool, starts = find("kcf").load(None, "cpu"), {1: Target(boxes[0])}
    whole, onward, anew = list(follow(tool, images.__getitem__, range(11), starts)), Onward(), []
    for frame in range(10):
        anew += run(onward, frame, tool, images, [frame, frame + 1], starts)
        starts = anew[-1].targets
    assert anew != whole, "else these tests say nothing"


@pytest.mark.parametrize("check", [True, False])
def test_objects_of_several_runs_go_on_together_with_one_that_is_new(check: bool) -> None:
    images, boxes = made(4)
    tracker, onward, start = Counts(), Onward(), Target(boxes[0])
    ends = {key: run(onward, key, tracker, images, [0, 1, 2], {key: start}, check=check)[-1] for key in (1, 2)}
    starts = {1: ends[1].targets[1], 2: ends[2].targets[2], 3: Target(boxes[2])}
    begun = tracker.begun
    (found,) = run(onward, 3, tracker, images, [2, 3], starts, {1: 1, 2: 2}, check=check)
    assert tracker.begun == begun + 1 and sorted(found.targets) == [1, 2, 3]
    moved = {key: target.box[0] - starts[key].box[0] for key, target in found.targets.items()}
    assert (moved[1], moved[2], moved[3]) == (2, 2, 0) or check


@pytest.mark.parametrize("what", ["frame", "direction", "check", "tracker", "media", "run"])
def test_whatever_is_another_way_begins_anew(what: str) -> None:
    images, boxes = made(5)
    tracker, onward = Counts(), Onward()
    run(onward, 1, tracker, images, [1, 2], {1: Target(boxes[1])}, check=False)
    frames = {"frame": [3, 4], "direction": [2, 1]}.get(what, [2, 3])
    other, after = Counts() if what == "tracker" else tracker, {1: 2 if what == "run" else 1}
    begun, media = other.begun, "another" if what == "media" else "clip"
    going = onward.follow(
        2, media, other, images.__getitem__, frames, {1: Target(boxes[2])}, after, check=what == "check"
    )  # fmt: skip
    assert len(list(going)) == 1 and other.begun == begun + 1


def test_nobody_looks_at_the_first_frame_again_and_one_that_is_left_out_is_let_go() -> None:
    images, boxes = made(4)
    tracker, onward, seen = Counts(), Onward(), []
    run(onward, 1, tracker, images, [0, 1], {1: Target(boxes[0]), 2: Target(boxes[0])})
    going = onward.follow(
        2, "clip", tracker, lambda n: seen.append(n) or images[n], [1, 2], {2: Target(boxes[1])}, {2: 1}
    )
    assert [sorted(one.targets) for one in going] == [[2]] and seen == [2]


def test_a_run_that_is_closed_on_the_way_is_gone_on_with_where_it_is() -> None:
    images, boxes = made(5)
    tracker, onward, starts = Counts(), Onward(), {1: Target(boxes[0])}
    going = onward.follow(1, "clip", tracker, images.__getitem__, range(5), starts, {}, check=False)
    first = [next(going), next(going)]
    going.close()
    found = run(onward, 2, tracker, images, range(2, 5), first[-1].targets, {1: 1}, check=False)
    assert first + found == list(follow(Counts(), images.__getitem__, range(5), starts, check=False))


def test_a_run_that_fails_leaves_nothing() -> None:
    images, boxes = made(4)

    class Fails(Counts):
        def step(self, image, states):
            raise RuntimeError("out of memory")

    tracker, onward = Fails(), Onward()
    with pytest.raises(RuntimeError):
        run(onward, 1, tracker, images, [0, 1], {1: Target(boxes[0])})
    with pytest.raises(RuntimeError):
        run(onward, 2, tracker, images, [0, 1], {1: Target(boxes[0])}, {1: 1})
    assert tracker.begun == 2


def test_what_is_kept_is_bounded_and_the_latest_is_kept_whole() -> None:
    images, boxes = made(3)
    tracker, start = Counts(), Target(boxes[0])

    def goes_on(onward, number, key=0):
        begun = tracker.begun
        run(onward, 99, tracker, images, [1, 2], {key: Target(boxes[1])}, {key: number}, check=False)
        return tracker.begun == begun

    many, onward = dict.fromkeys(range(OBJECTS + 5), start), Onward()
    run(onward, 1, tracker, images, [0, 1], {0: start}, check=False)
    run(onward, 2, tracker, images, [0, 1], many, check=False)
    assert not goes_on(onward, 1)
    onward = Onward()
    run(onward, 2, tracker, images, [0, 1], many, check=False)
    assert goes_on(onward, 2, OBJECTS + 4)
    onward = Onward()
    for number in range(RUNS + 1):
        run(onward, number, tracker, images, [0, 1], {0: start}, check=False)
    assert not goes_on(onward, 0)
    assert goes_on(onward, RUNS)
    run(onward, 1, tracker, images, [0, 1], {0: start}, check=False)
    onward.clear()
    assert not goes_on(onward, 1)
