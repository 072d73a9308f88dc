"""Parts of tracks interpolated in place of what a machine made, or left out; which tracks may be one with another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.document import Keyframe, Rle, Track
from engine.edits import apply_all
from engine.errors import EditError
from engine.tracks import shape_at
from engine.tracks.joints import joints
from engine.tracks.mend import between_humans, interpolate, leave
from tests.engine.tracks.test_edit import FRAMES, box, document, motions, same, track, tracks


def noisy(*humans: int, last: int = 20) -> Track:
    """Return a track with a keyframe on each frame, a person's on some."""
    keys = [Keyframe(at, box(at if at in humans else 100 + at % 3), by="human" if at in humans else "csrt")
            for at in range(last + 1)]  # fmt: skip
    return track(*keys)


def near(one, other) -> bool:
    """Say whether what is shown is the same, but for roundings."""
    if one is None or other is None:
        return one is other
    return len(one.points) == len(other.points) and np.abs(np.subtract(one.points, other.points)).max() <= 0.06


@settings(max_examples=100, deadline=None)
@given(tracks(kind="rectangle", shortest=2), st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1), motions)
def test_what_stands_outside_of_the_frames_and_a_persons_keyframes_stay(one, first, last, motion):
    there, (first, last) = document(one), sorted((first, last))
    try:
        after, inverse = apply_all(there, interpolate(there, 7, first, last, motion))
    except EditError:
        return
    assert same(apply_all(after, inverse)[0], there)
    new = after.tracks[7]
    assert [key for key in one.keyframes if key.by == "human"] == [
        key for key in new.keyframes if key.by == "human"
    ]  # fmt: skip
    assert any(key not in new.keyframes for key in one.keyframes if first <= key.frame <= last)
    for frame in [*range(first), *range(last + 1, FRAMES)]:
        was, now = (shape_at(which, frame, motion=motion) for which in (one, new))
        assert near(was, now), frame


def test_a_machines_boxes_on_some_frames_give_way_to_the_line_between_their_neighbours():
    one = noisy(0, 20)
    new = apply_all(document(one), interpolate(document(one), 7, 8, 11))[0].tracks[7]
    left, right = one.keyframes[7].points[0][0], one.keyframes[12].points[0][0]
    for frame in range(8, 12):
        assert shape_at(new, frame).points[0][0] == pytest.approx(left + (right - left) * (frame - 7) / 5)
    assert [key.frame for key in new.keyframes] == [*range(8), *range(12, 21)]


def test_all_between_a_persons_keyframes_is_a_straight_line_then():
    one = noisy(0, 9, 20)
    assert [between_humans(one, at) for at in (4, 9, 12, 20, 0)] == [(1, 8), (10, 19), (10, 19), (10, 19), (1, 8)]
    new = apply_all(document(one), interpolate(document(one), 7, *between_humans(one, 12)))[0].tracks[7]
    assert shape_at(new, 13).points == box(13) and shape_at(new, 5).points == shape_at(one, 5).points
    assert between_humans(noisy(5), 9) is None and between_humans(noisy(5), 5) is None


def test_it_goes_on_between_where_a_machine_had_lost_it_but_not_where_a_person_says_that_it_is_away():
    def with_outside(by):
        keys = {key.frame: key for key in noisy(0, 20).keyframes if not 8 < key.frame < 12}
        keys[8] = replace(keys[8], outside=True, by=by)
        return track(*(keys[at] for at in sorted(keys)))

    stands = []
    for by in ("csrt", "human"):
        one = with_outside(by)
        new = apply_all(document(one), interpolate(document(one), 7, 5, 15))[0].tracks[7]
        stands.append([shape_at(new, frame) is not None for frame in (7, 8, 11, 12)])
    assert stands == [[True] * 4, [True, False, False, True]]


def test_it_ends_where_it_ended():
    keys = {key.frame: key for key in noisy(0).keyframes}
    keys[20] = replace(keys[20], outside=True)
    one = track(*keys.values())
    new = apply_all(document(one), interpolate(document(one), 7, 10, 30))[0].tracks[7]
    assert [shape_at(new, frame) is not None for frame in (19, 20, 40)] == [True, False, False]
    assert [key.frame for key in new.keyframes][-2:] == [9, 20]


def test_what_cannot_be_interpolated_is_said():
    with pytest.raises(EditError, match="no machine has set a keyframe of track 7 on frames 1 to 21"):
        interpolate(document(noisy(*range(21))), 7, 0, 20)
    mask = Keyframe(0, mask=Rle((4, 4), "@"), by="csrt")
    with pytest.raises(EditError, match="Masks are not interpolated"):
        interpolate(document(track(mask, replace(mask, frame=3), type="mask")), 7, 0, 9)


@settings(max_examples=100, deadline=None)
@given(tracks(kind="rectangle"), st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1), motions)
def test_it_is_outside_from_one_frame_to_another_and_the_rest_stays(one, first, back, motion):
    there = document(one)
    try:
        after, inverse = apply_all(there, leave(there, 7, first, back, motion))
    except EditError:
        stands = [shape_at(one, at) is not None for at in (first, back)]
        assert back <= first or not all(stands) or first == one.keyframes[0].frame
        return
    assert same(apply_all(after, inverse)[0], there)
    new = after.tracks[7]
    ends = [key for key in new.keyframes if first <= key.frame <= back]
    assert [(key.frame, key.outside, key.by) for key in ends] == [(first, True, "human"), (back, False, "human")]
    for frame in range(FRAMES):
        was, now = (shape_at(which, frame, motion=motion) for which in (one, new))
        assert now is None if first <= frame < back else near(was, now), frame


def test_a_track_that_cannot_leave_here_or_come_back_there_is_refused():
    there = document(track(Keyframe(5, box(0)), Keyframe(20, box(5), outside=True)))
    for first, back, words in (
        (5, 9, "begins here"), (8, 8, "later frame"), (3, 9, "not on frame 4"), (8, 25, "not on frame 26")
    ):  # fmt: skip
        with pytest.raises(EditError, match=words):
            leave(there, 7, first, back)


def test_tracks_that_may_be_one_are_listed_the_nearest_first_and_the_gap_is_said():
    one = track(Keyframe(0, box(0)), Keyframe(10, box(10)), Keyframe(12, box(12), outside=True))
    others = [
        track(Keyframe(20, box(12)), Keyframe(30, box(20)), number=8),
        track(Keyframe(13, box(80)), Keyframe(30, box(90)), number=9),
        track(Keyframe(5, box(5)), Keyframe(30, box(20)), number=10),  # beside it
        replace(track(Keyframe(12, box(12)), number=11), label="bus"),
        track(Keyframe(14, ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))), number=12, type="polygon"),
    ]
    found = joints(document(one, *others), one)
    assert [(joint.other, joint.last, joint.first, joint.between) for joint in found] == [
        (8, 11, 20, 8), (9, 11, 13, 1), (11, 11, 12, 0)
    ]  # fmt: skip
    assert found[0].apart == pytest.approx(0.1) and found[1].apart > 6 and not found[0].stays
    assert [joint.other for joint in joints(document(one, *others), one, known=(11,))] == [11, 8, 9]
    (back,) = [joint for joint in joints(document(one, *others), others[0]) if joint.other == 7]
    assert (back.is_later, back.last, back.first) == (False, 11, 20)
    open_end = track(Keyframe(0, box(0)), Keyframe(10, box(10)))
    assert joints(document(open_end, others[0]), open_end)[0].stays
