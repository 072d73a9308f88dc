"""Courses: the boxes of a track on every frame, the same as are shown; and which tracks meet."""

from __future__ import annotations

import numpy as np
import pytest
from immutables import Map

from engine.document import Camera, Document, Keyframe, Label, MediaInfo, Track
from engine.outlines import shape_box
from engine.tracks import shape_at
from engine.tracks.course import course, course_of
from engine.tracks.meeting import Meetings, Sign
from engine.tracks.motion import Motion
from engine.tracks.series import ordered

COUNT = 40


def moving() -> Motion:
    steps = {frame: (np.exp(0.01j) * 1.01, complex(3, -1)) for frame in range(COUNT - 1)}
    return Motion.unknown(COUNT).with_steps({frame: (complex(turn), shift) for frame, (turn, shift) in steps.items()})


def gone(number: int = 1) -> Track:
    """Return a track with gaps of several lengths, and one stretch outside."""
    places = {2: (10, 10), 3: (14, 11), 9: (40, 30), 12: (44, 60), 20: (20, 20), 33: (90, 10)}
    keys = [Keyframe(f, ((x, y), (x + 20.0, y + 12.0)), by="csrt") for f, (x, y) in places.items()]
    keys += [Keyframe(15, ((50.0, 60.0), (70.0, 72.0)), outside=True)]
    return Track(number, "car", "rectangle", keyframes=tuple(sorted(keys, key=lambda key: key.frame)))


@pytest.mark.parametrize("motion", [None, moving()], ids=["still", "moving"])
def test_boxes_are_those_that_are_shown(motion: Motion | None) -> None:
    found = course_of(gone(), COUNT, motion=motion)
    assert found.frames.tolist() == [*range(2, 15), *range(20, 34)] and found.tail == COUNT - 34
    for frame, box in zip(found.frames.tolist(), found.boxes.tolist(), strict=True):
        shape = shape_at(gone(), frame, motion=motion)
        assert shape is not None and box == pytest.approx(shape_box(shape), abs=0.011)
    assert found.linked.sum() == len(found) - 2
    assert found.frames[found.keyed].tolist() == [2, 3, 9, 12, 20, 33]


def test_what_stands_in_the_scene_has_one_place_in_a_course() -> None:
    motion = moving()
    boxes = []
    for frame in range(COUNT):
        turn, shift = motion.between(0, frame) or (1 + 0j, 0j)
        middle, half = complex(100, 80) * turn + shift, 10 * abs(turn)
        boxes.append(((middle.real - half, middle.imag - half), (middle.real + half, middle.imag + half)))
    track = Track(1, "car", "rectangle", keyframes=tuple(Keyframe(f, box, by="csrt") for f, box in enumerate(boxes)))
    found = course_of(track, COUNT, motion=motion)
    assert np.abs(found.centres - complex(100, 80)).max() < 1e-6 and np.abs(found.sides - 20).max() < 1e-6
    assert found.told.all()


def test_over_a_cut_nothing_is_known_of_the_camera() -> None:
    motion = moving().with_steps({17: (1 + 0j, 0j)})
    keys = tuple(Keyframe(f, ((1.0, 1.0), (9.0, 9.0)), by="csrt") for f in range(COUNT))
    found = course_of(Track(1, "car", "rectangle", keyframes=keys), COUNT, motion=motion)
    assert np.flatnonzero(~found.told).tolist() == [17]
    still = Motion.unknown(COUNT).with_steps(dict.fromkeys(range(COUNT - 1), (1 + 0j, 0j)))
    assert course_of(Track(1, "car", "rectangle", keyframes=keys), COUNT, motion=still).told.all()


def test_pairs_that_meet_are_kept_up_to_date() -> None:
    def put(number: int, x: float, label: str = "car") -> Track:
        points = (x, 0.0), (x + 9, 9.0)
        return Track(number, label, "rectangle", keyframes=(Keyframe(0, points), Keyframe(39, points)))

    media, label = MediaInfo("c.mp4", "video", COUNT), (Label("car"), Label("bus"))
    tracks = {1: put(1, 0), 2: put(2, 5), 3: put(3, 50), 4: put(4, 0, "bus")}
    meetings = Meetings()

    def pairs() -> list[tuple[int, int]]:
        document = Document(media, label, tracks=Map(tracks))
        return sorted(meetings.pairs(document, lambda number: course(document, tracks[number])))

    assert pairs() == [(1, 2)]
    tracks[3] = put(3, 10)
    assert pairs() == [(1, 2), (2, 3)]
    del tracks[2]
    assert pairs() == []
    document = Document(media, label, tracks=Map(tracks), camera=Camera(moving()))
    swinging = meetings.pairs(document, lambda number: course(document, tracks[number]))  # in the scene
    assert [*swinging] == [(1, 3)]


def test_a_track_over_more_frames_than_can_be_held_is_looked_at_by_its_keyframes() -> None:
    last = 2**31 - 1
    keys = tuple(Keyframe(frame, ((1.0, 1.0), (9.0, 9.0)), outside=frame == 7) for frame in (0, 7, 9, last - 1, last))
    found = course_of(Track(1, "car", "rectangle", keyframes=keys), last)
    assert found.frames.tolist() == [0, 9, last - 1] and found.keyed.all()
    assert course_of(Track(1, "car", "rectangle", keyframes=keys), 12).frames.tolist() == [*range(7), 9, 10, 11]


def test_columns_are_put_in_order_row_for_row() -> None:
    rows = np.random.default_rng(3).normal(size=(200, 11))
    for count in range(1, 12):
        places, some = tuple(range(count)), rows[:, :count]
        assert (np.stack(ordered([*some.T], places), 1) == np.sort(some, 1)).all()
        middle = max(count // 2 - 1, 0), count // 2
        assert (np.stack(ordered([*some.T], middle), 1) == np.sort(some, 1)[:, middle]).all()


def test_pairs_are_compared_only_where_a_sign_says_so() -> None:
    def put(number: int, x: float) -> Track:
        points = (x, 0.0), (x + 9, 9.0)
        return Track(number, "car", "rectangle", keyframes=(Keyframe(0, points), Keyframe(99, points)))

    tracks = {1: put(1, 0), 2: put(2, 1), 3: put(3, 7)}
    document = Document(MediaInfo("c.mp4", "video", 100), (Label("car"),), tracks=Map(tracks))
    near = Sign(covering=lambda one, other: np.abs(one[:, 0] - other[:, 0]) < 2)
    third = Sign(restless=lambda course: (course.frames == 50) & (course.track.id == 3))
    meetings = Meetings([Sign(), near, third])

    def pairs() -> dict[tuple[int, int], tuple[bool, ...]]:
        found = Document(document.media, document.labels, tracks=Map(tracks))
        return meetings.pairs(found, lambda number: course(found, tracks[number]))

    every = {(1, 2): (True, True, False), (1, 3): (True, False, True), (2, 3): (True, False, True)}
    assert pairs() == every
    tracks[2] = put(2, 6)
    assert pairs() == every | {(1, 2): (True, False, False), (2, 3): (True, True, True)}
    for number in range(4, 14):  # many at once are compared in another way
        tracks[number] = put(number, 30 + number)
    found = pairs()
    assert found[(4, 5)] == (True, True, False) and found[(4, 6)] == (True, False, False) and (3, 4) not in found


@pytest.mark.parametrize("motion", [None, moving()], ids=["still", "moving"])
def test_only_keyframes_off_the_straight_line_bend(motion: Motion | None) -> None:
    def at(frame: int, x: float, y: float) -> Keyframe:
        return Keyframe(frame, ((x, y), (x + 20.0, y + 12.0)), by="csrt")

    keys = [at(0, 10, 10), at(6, 16, 40), *(at(frame, 60, 60) for frame in range(10, 20)), at(30, 90, 10)]
    found = course_of(Track(1, "car", "rectangle", keyframes=tuple(keys)), COUNT, motion=motion)
    assert np.flatnonzero(found.bends).tolist() == [6, 10, 19]
