"""Tracks made of what a detector finds: whose keyframes, where they end, what they replace and what they leave."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.detected import rows_of
from engine.detected.tracking import Tracking, is_untouched, nominal_of
from engine.document import Attribute, Document, Keyframe, Label, MediaInfo, Shape, Track
from engine.edits import PutShapes, PutTrack, apply, apply_all
from engine.settings import Settings
from engine.specs import DetectorSpec
from engine.tools.base import Detection
from engine.tracks import shape_at

SIZE = (400, 300)
FRAMES = 60
SPEC = DetectorSpec(id="toy", name="Toy", help="", labels=("car", "bus"), threshold=0.5)
Way = Mapping[int, Sequence[Detection]]


def document(*edits) -> Document:
    label = Label("car", attributes=(Attribute("plate"), Attribute("lit", "checkbox", default=False, mutable=True)))
    empty = Document(MediaInfo("x", "video", FRAMES, *SIZE), (label, Label("bus")))
    return apply_all(empty, edits)[0]


def car(frame: int, y: float = 50, score: float = 0.9, label: str = "car", **said: str) -> Detection:
    x = 20.0 + 3 * frame
    return Detection(label, score, (x, y, x + 40, y + 30), attributes=said)


def way(frames: Sequence[int], **options) -> dict[int, list[Detection]]:
    return {frame: [car(frame, **options)] for frame in frames}


def run(
    before: Document, found: Way, *, method="bytetrack", every: int = 1, batch: int = 7,
    time: Callable[[int], float | None] = lambda frame: frame / 25, locked: frozenset[int] = frozenset(),
    frames: range = range(FRAMES),
) -> Document:  # fmt: skip
    """Take all frames, putting what is over after every few."""
    listed = frames[::every]
    rows = rows_of(before, SPEC, SPEC.labels)
    tracking = Tracking(method, SPEC, rows, Settings(), listed, time, locked=locked)
    for number, frame in enumerate(listed):
        tracking.take(before, frame, SIZE, found.get(frame, ()))
        if number % batch == batch - 1:
            before = apply_all(before, tracking.put(before, tracking.over()))[0]
    return apply_all(before, tracking.put(before, tracking.over(last=True)))[0]


def listed(of: Document) -> list[Track]:
    return [of.tracks[number] for number in sorted(of.tracks)]


@pytest.mark.parametrize("method", ["bytetrack", "ocsort"])
def test_an_object_becomes_a_track_by_the_detector_that_ends_where_it_is_lost(method) -> None:
    found = {**way(range(5, 30))}
    for frame in range(20, 60):
        found[frame] = [*found.get(frame, []), car(frame, y=200, label="bus")]
    after = run(document(), found, method=method)
    one, other = listed(after)
    assert (one.label, other.label) == ("car", "bus") and one.source == "auto" and not after.frames
    assert [key.frame for key in one.keyframes] == [*range(5, 31)] and one.keyframes[-1].outside
    assert all((key.by, key.score) == ("toy", 0.9) for key in one.keyframes)
    assert one.keyframes[3].points == ((44.0, 50.0), (84.0, 80.0))
    assert not other.keyframes[-1].outside, "it is there on the last frame of the clip"
    assert shape_at(one, 30) is None and shape_at(one, 4) is None


def test_what_is_seen_once_is_no_object_and_what_scores_low_only_goes_on_with_one() -> None:
    found = {**way(range(10)), **way(range(10, 20), score=0.2), 30: [car(30, y=200)], 40: [car(40, y=120, score=0.3)]}
    (one,) = listed(run(document(), found))
    assert [key.frame for key in one.keyframes] == [*range(21)]
    assert one.keyframes[15].score == 0.2


@pytest.mark.parametrize(("gap", "outside"), [(8, False), (18, True)])
def test_a_short_gap_is_interpolated_and_a_long_one_is_outside(gap: int, outside: bool) -> None:
    (one,) = listed(run(document(), way([*range(20), *range(20 + gap, 60)])))
    middle = shape_at(one, 20 + gap // 2)
    assert (middle is None) is outside
    assert [key.frame for key in one.keyframes if key.outside] == ([20] if outside else [])
    if middle is not None:
        assert middle.points[0][0] == pytest.approx(20 + 3 * (20 + gap // 2), abs=0.1)


def test_an_object_that_is_away_too_long_comes_back_as_another() -> None:
    assert len(listed(run(document(), way([*range(15), *range(45, 60)])))) == 2
    slow = run(document(), way([*range(15), *range(45, 60)]), time=lambda frame: frame / 60)
    assert len(listed(slow)) == 1, "half a second is not long, whatever number of frames"


def test_every_fifth_frame_and_uneven_times_make_one_track() -> None:
    (one,) = listed(run(document(), way(range(FRAMES)), every=5))
    assert [key.frame for key in one.keyframes] == [*range(0, 60, 5), 56]
    uneven = [0.04 * frame + (0.8 if frame > 30 else 0.0) for frame in range(FRAMES)]
    moved = {frame: [car(round(time / 0.04))] for frame, time in enumerate(uneven)}
    (one,) = listed(run(document(), moved, time=uneven.__getitem__))
    assert len(one.keyframes) == FRAMES


def test_a_second_run_replaces_what_nobody_has_touched() -> None:
    first = run(document(), way(range(30)))
    again = run(first, way(range(40)))
    assert [track.id for track in listed(again)] == [2] and again.tracks[2].keyframes[-1].frame == 40
    shape = Shape(9, 3, "car", "rectangle", ((10.0, 200.0), (60.0, 250.0)), source="auto", model="toy", score=0.9)
    with_shape = run(document(PutShapes((shape, replace(shape, id=10, source="manual")))), way(range(30)))
    assert [one.id for one in with_shape.shapes(3)] == [10], "a detector's shape goes, a person's stays"


def test_a_run_over_a_range_leaves_the_rest_of_an_earlier_track() -> None:
    first = run(document(), way(range(FRAMES)))
    again = run(first, way(range(FRAMES), y=150), frames=range(20, 30))
    old, new = listed(again)
    assert (
        shape_at(old, 19) is not None
        and shape_at(old, 25) is None
        and shape_at(old, 30) == shape_at(first.tracks[1], 30)
    )
    assert [key.frame for key in new.keyframes if not key.outside] == [*range(20, 30)]


def test_a_persons_track_stays_and_nothing_is_put_over_it() -> None:
    first = run(document(), way(range(30)))
    keys = (replace(first.tracks[1].keyframes[0], by="human"), *first.tracks[1].keyframes[1:])
    touched = apply(first, PutTrack(replace(first.tracks[1], keyframes=keys)))[0]
    again = run(touched, way(range(FRAMES)))
    assert again.tracks[1] == touched.tracks[1], "a person has a keyframe in it"
    assert all(key.frame >= 30 for key in again.tracks[2].keyframes)
    assert run(first, way(range(30)), locked=frozenset({1})).tracks[1] == first.tracks[1]
    drawn = Track(7, "bus", "rectangle", keyframes=(Keyframe(0, ((0.0, 0.0), (400.0, 300.0))),))
    assert not is_untouched(drawn, "toy")


def test_attributes_that_may_change_are_the_keyframes() -> None:
    found = {frame: [car(frame, plate="ab", lit="true" if frame > 5 else "false")] for frame in range(12)}
    (one,) = listed(run(document(), found))
    assert one.attributes == {"plate": "ab"}
    assert [key.attributes["lit"] for key in one.keyframes[4:8]] == [False, False, True, True]


def test_the_usual_distance_is_that_of_the_frames_that_are_looked_at() -> None:
    assert nominal_of(range(0, 100, 5), lambda frame: frame / 25).rate == pytest.approx(5)
    assert nominal_of(range(0, 1000, 100), lambda frame: frame / 25).patience == pytest.approx(20)
    assert nominal_of([1], lambda frame: 0.0) == nominal_of(range(9), lambda frame: None)


@pytest.mark.parametrize("method", ["bytetrack", "ocsort"])
def test_two_people_who_cross_a_street_are_two_tracks(shared: Path, method) -> None:
    case = json.loads((Path(__file__).parents[2] / "golden" / "by_detection" / "trackers.json").read_text())
    frames = next(case["frames"] for case in case["cases"] if case["name"] == "crossing")  # by YOLOX nano
    found = {
        frame: [Detection("car", score, tuple(box)) for box, score in zip(boxes, scores, strict=True)]
        for frame, (boxes, scores) in enumerate(frames)
    }
    spec = replace(document(), media=MediaInfo("x", "video", 120, 360, 240))
    tracks = listed(run(spec, found, method=method, frames=range(len(frames))))
    assert len(tracks) == 2
    rows = csv.DictReader((shared / "data" / "tracks" / "otb_Crossing" / "gt.csv").open())
    truth = {int(row["frame"]): [float(row[name]) for name in "xywh"] for row in rows}
    near = [0, 0]
    for place, track in enumerate(tracks):
        for frame in range(len(frames)):
            shape = shape_at(track, frame)
            if shape is not None:
                (x1, y1), (x2, y2) = shape.points
                x, y, width, height = truth[frame]
                near[place] += abs((x1 + x2) / 2 - x - width / 2) < 12 and abs((y1 + y2) / 2 - y - height / 2) < 12
    assert max(near) > 0.9 * len(frames) and min(near) < 10, "one of them is the person of the truth all the while"
