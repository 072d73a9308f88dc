"""Tracks merged, parted, exchanged, relabelled, held and taken over from machines: and all of it undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from engine.document import Attribute, Document, Keyframe, Label, MediaInfo, Review, Track
from engine.edits import DropTrack, PutKeyframes, apply_all
from engine.errors import EditError
from engine.geometry import area
from engine.review import states
from engine.tracks import shape_at
from engine.tracks.cut import cut
from engine.tracks.edit import hold, human, human_around, machine, merge, relabel, split, swap
from engine.tracks.evidence import evidence, standing
from engine.tracks.motion import Motion

FRAMES = 60
LABELS = (Label("car", attributes=(Attribute("door", mutable=True), Attribute("make"))), Label("bus"))
MOTION = Motion(np.exp(0.01j * np.ones(FRAMES - 1)), np.arange(FRAMES - 1) * (0.1 + 0.2j))


def document(*tracks):
    return Document(MediaInfo("c", "video", FRAMES), LABELS, tracks=Map({one.id: one for one in tracks}), next_id=100)


def box(x):
    return ((float(x), 0.0), (float(x) + 10, 10.0))


def track(*keys, number=7, **more):
    return Track(number, "car", more.pop("type", "rectangle"), keyframes=keys, **more)


def same(one, other):
    """Say whether two documents are equal, but for the next free number, which never falls."""
    return replace(one, next_id=0) == replace(other, next_id=0)


def shown(there, frames=range(FRAMES), motion=None):
    """Return what is shown of every track on every frame."""
    return {number: [shape_at(one, frame, motion=motion) for frame in frames] for number, one in there.tracks.items()}


@st.composite
def tracks(draw, number=7, kind=None, shortest=1):
    """Draw a track of boxes or polygons that comes and goes."""
    kind = kind or draw(st.sampled_from(["rectangle", "polygon"]))
    frames = draw(st.lists(st.integers(0, FRAMES - 1), min_size=shortest, max_size=8, unique=True).map(sorted))
    value = st.integers(-5000, 5000).map(lambda whole: whole / 100)
    keys = []
    for frame in frames:
        count = 2 if kind == "rectangle" else draw(st.integers(3, 6))
        corners = draw(st.lists(st.tuples(value, value), min_size=count, max_size=count))
        if kind == "rectangle":
            (a, b), (c, d) = corners
            corners = [(min(a, c), min(b, d)), (max(a, c), max(b, d))]
        else:  # of one that is a line, which way a gap goes is a matter of roundings
            assume(area(corners) >= 1)
        by = draw(st.sampled_from(["human", "csrt", "fill"]))
        keys.append(
            Keyframe(
                frame, tuple(corners), outside=draw(st.booleans()) and frame > frames[0],
                occluded=draw(st.booleans()), z=draw(st.integers(0, 2)), by=by,
                attributes={"door": draw(st.sampled_from("ab"))}, agreement=0.75 if by == "fill" else None,
            )
        )  # fmt: skip
    review = draw(
        st.sampled_from([(), (Review(2, 40, "accepted"),), (Review(0, 9, "flagged"), Review(10, 50, "fixed"))])
    )
    bare = Track(number, "car", kind, pinned=draw(st.booleans()), tracker="csrt", keyframes=tuple(keys))
    digests = [draw(st.sampled_from(["", "stale", evidence(bare, one.first, one.last)])) for one in review]
    return replace(
        bare, review=tuple(replace(one, evidence=digest) for one, digest in zip(review, digests, strict=True))
    )


def judged(*some):
    """Return what counts of what was said, a frame for each time that it was said of it."""
    return sorted(
        (frame, review.state)
        for one in some
        for review in standing(one)
        for frame in range(review.first, review.last + 1)
    )


motions = st.sampled_from([None, MOTION])


@settings(max_examples=300, deadline=None)
@given(tracks(), st.integers(0, FRAMES - 1), motions)
def test_split_then_merge_is_identity_and_so_is_undo(one, frame, motion):
    there = document(one)
    try:
        edits = split(there, 7, frame, motion=motion)
    except EditError:
        standing = shape_at(one, frame) is not None
        assert frame <= one.keyframes[0].frame or not standing
        return
    parted, inverse = apply_all(there, edits)
    assert same(apply_all(parted, inverse)[0], there)
    before, after = parted.tracks[7], parted.tracks[100]
    assert shape_at(before, frame) is None and all(key.frame >= frame for key in after.keyframes)
    whole = shape_at(one, frame, motion=motion)
    seen = shape_at(after, frame, motion=motion)
    assert (whole and whole.points) == (seen and seen.points)
    assert judged(before, after) == judged(one)
    back, inverse = apply_all(parted, merge(parted, [100, 7], motion))
    assert same(back, there)
    assert same(apply_all(back, inverse)[0], parted)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["rectangle", "polygon"]), st.data(), st.integers(1, FRAMES - 1), motions)
def test_swap_twice_is_identity_and_so_is_undo(kind, data, frame, motion):
    there = document(data.draw(tracks(7, kind)), data.draw(tracks(8, kind)))
    try:
        edits = swap(there, 7, 8, frame, motion)
    except EditError as error:
        assert "left with nothing" in error.title
        return
    swapped, inverse = apply_all(there, edits)
    assert judged(*swapped.tracks.values()) == judged(*there.tracks.values())
    assert same(apply_all(swapped, inverse)[0], there)
    for one, other in ((7, 8), (8, 7)):
        for at, number in ((frame - 1, one), (frame, other)):
            was = shape_at(there.tracks[number], at, motion=motion)
            now = shape_at(swapped.tracks[one], at, motion=motion)
            assert (was and was.points) == (now and now.points), (one, at)
    assert same(apply_all(swapped, swap(swapped, 7, 8, frame, motion))[0], there)


@settings(max_examples=200, deadline=None)
@given(
    tracks(), st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1), st.lists(st.integers(0, FRAMES - 1), unique=True)
)
def test_no_run_ever_changes_a_persons_keyframe_nor_what_lies_behind_it(one, start, to, frames):
    there = document(one)
    points = one.keyframes[0].points
    found = [Keyframe(frame, points, by="csrt", score=0.5) for frame in frames]
    after, inverse = apply_all(there, machine(there, 7, found, start, to))
    assert same(apply_all(after, inverse)[0], there)
    new = {key.frame: key for key in after.tracks[7].keyframes}
    assert all(new[key.frame] == key for key in one.keyframes if key.by == "human" or key.frame == start)
    before, behind = human_around(one, start)
    way = range(start + 1, min(to, behind - 1 if behind is not None else to) + 1)
    if to < start:
        way = range(max(to, before + 1 if before is not None else to), start)
    old = {key.frame: key for key in one.keyframes}
    assert {frame for frame in {*old, *new} if old.get(frame) != new.get(frame)} <= {*way}
    assert {frame for frame in way if frame in new} == {*frames} & {*way}


def test_a_machine_that_says_it_is_a_person_is_a_mistake():
    with pytest.raises(ValueError, match="not a person's"):
        machine(document(track(Keyframe(0, box(0)))), 7, [Keyframe(3, box(1))], 0, 9)


@settings(max_examples=200, deadline=None)
@given(tracks(), st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1))
def test_a_part_that_is_taken_away_is_gone_and_the_rest_stays(one, first, last):
    assume(first <= last)
    there = document(one)
    after, inverse = apply_all(there, cut(there, one, first, last))
    assert same(apply_all(after, inverse)[0], there)
    was, now = shown(there)[7], shown(after).get(7, [None] * FRAMES)
    for frame in range(FRAMES):
        gone = first <= frame <= last
        assert (now[frame] is None) == (gone or was[frame] is None)
        if one.type == "rectangle" and now[frame] is not None:
            assert np.abs(np.subtract(now[frame].points, was[frame].points)).max() <= 0.021
    after, inverse = apply_all(there, cut(there, one, first))
    assert same(apply_all(after, inverse)[0], there)
    assert not any(shown(after).get(7, [None] * FRAMES)[first:])


def test_what_stands_on_one_frame_twice_is_not_merged_and_the_frames_are_said():
    there = document(
        track(Keyframe(0, box(0)), Keyframe(10, box(5))), track(Keyframe(8, box(0)), Keyframe(30, box(9)), number=8)
    )
    with pytest.raises(EditError, match="frames 9 to 11"):
        merge(there, [7, 8])
    with pytest.raises(EditError, match="two tracks"):
        merge(there, [7, 7])
    with pytest.raises(EditError, match="no track 9"):
        merge(there, [7, 9])


def test_merging_joins_pieces_and_fills_the_gap_unless_the_first_was_ended():
    late = track(Keyframe(20, box(20)), Keyframe(30, box(50)), number=8, pinned=True, tracker="mil")
    open_end = document(track(Keyframe(0, box(0)), Keyframe(10, box(0))), late)
    merged, _ = apply_all(open_end, merge(open_end, [8, 7]))
    assert list(merged.tracks) == [7] and shape_at(merged.tracks[7], 15).points == box(10)
    assert (merged.tracks[7].pinned, merged.tracks[7].tracker) == (True, "mil")
    ended = document(track(Keyframe(0, box(0)), Keyframe(11, box(0), outside=True)), late)
    merged, _ = apply_all(ended, merge(ended, [7, 8]))
    assert [shape_at(merged.tracks[7], frame) is None for frame in (10, 11, 19, 20)] == [False, True, True, False]


def test_what_was_said_of_two_goes_along_when_they_are_merged():
    one = track(Keyframe(0, box(0)), Keyframe(10, box(5)), Keyframe(12, box(6), outside=True))
    two = track(Keyframe(20, box(9)), Keyframe(40, box(9)), number=8)
    one = replace(one, review=states.judged(one, 3, 16, "flagged", comment="where?"))
    two = replace(two, review=states.judged(two, 10, 30, "accepted"))
    there = document(one, two)
    whole = apply_all(there, merge(there, [8, 7]))[0].tracks[7]
    assert [(r.first, r.last, r.state, r.comment) for r in standing(whole)] == [
        (3, 16, "flagged", "where?"), (17, 30, "accepted", "")
    ]  # fmt: skip


def test_what_was_said_of_another_label_does_not_count_any_more():
    one = track(Keyframe(0, box(0)), Keyframe(40, box(5)))
    there = document(replace(one, review=states.judged(one, 10, 30, "accepted")))
    after, _ = apply_all(there, relabel(there, 7, 20, "bus"))
    assert [(r.first, r.last) for r in standing(after.tracks[7])] == [(10, 19)]
    assert [(r.first, r.last) for r in after.tracks[100].review] == [(20, 30)] and not standing(after.tracks[100])


def test_a_piece_in_the_gap_of_another_fits_there():
    pieces = (
        Keyframe(0, box(0)),
        Keyframe(10, box(0), outside=True),
        Keyframe(20, box(5), outside=True),
        Keyframe(30, box(9)),
    )
    there = document(track(*pieces), track(Keyframe(15, box(1)), Keyframe(26, box(1), outside=True), number=8))
    merged, _ = apply_all(there, merge(there, [7, 8]))
    stands = [shape_at(merged.tracks[7], frame) is not None for frame in (9, 10, 14, 15, 20, 25, 26, 29, 30)]
    assert stands == [True, False, False, True, True, True, False, False, True]


def test_from_a_frame_on_it_is_something_else():
    one = track(Keyframe(0, box(0), attributes={"door": "a"}), Keyframe(20, box(20)), attributes={"make": "x"})
    there = document(one)
    parted, inverse = apply_all(there, relabel(there, 7, 10, "bus"))
    assert [parted.tracks[number].label for number in (7, 100)] == ["car", "bus"]
    assert parted.tracks[100].attributes == {} == parted.tracks[100].keyframes[0].attributes
    assert shape_at(parted.tracks[100], 10).points == box(10) and same(apply_all(parted, inverse)[0], there)
    whole, _ = apply_all(there, relabel(there, 7, 0, "bus"))
    assert list(whole.tracks) == [7] and whole.tracks[7].label == "bus"
    assert relabel(there, 7, 10, "car") == ()
    for frame in (0, 10):
        with pytest.raises(EditError, match='No label is called "bos"'):
            relabel(there, 7, frame, "bos")


def test_types_that_differ_are_neither_merged_nor_swapped():
    triangle = ((0, 0), (4, 0), (0, 4))
    there = document(track(Keyframe(0, box(0))), track(Keyframe(9, triangle), number=8, type="polygon"))
    for done in (lambda: merge(there, [7, 8]), lambda: swap(there, 7, 8, 5)):
        with pytest.raises(EditError, match="7 is a rectangle, 8 a polygon"):
            done()
    with pytest.raises(EditError, match="with itself"):
        swap(there, 7, 7, 5)


def test_it_is_held_but_not_past_a_persons_keyframe():
    keys = Keyframe(0, box(0)), Keyframe(10, box(10), by="csrt"), Keyframe(20, box(20)), Keyframe(30, box(30))
    there = document(track(*keys))
    held, inverse = apply_all(there, hold(there, 7, 5, 50))
    assert [key.frame for key in held.tracks[7].keyframes] == [0, 5, 19, 20, 30]
    assert all(shape_at(held.tracks[7], frame).points == box(5) for frame in (5, 12, 19))
    assert same(apply_all(held, inverse)[0], there)
    assert hold(there, 7, 30, 40) == (PutKeyframes(7, (Keyframe(40, box(30)),)),)
    with pytest.raises(EditError, match="follows at once"):
        hold(there, 7, 19, 50)


def test_a_person_vouches_for_what_is_there():
    there = document(track(Keyframe(0, box(0)), Keyframe(10, box(10), by="csrt", score=0.4)))
    (edit,) = human(there, 7, 5)
    assert edit.keyframe == Keyframe(5, box(5))
    (edit,) = human(there, 7, 10)
    assert edit.keyframe == Keyframe(10, box(10)) and human(there, 7, 0) == ()
    ended = document(track(Keyframe(0, box(0)), Keyframe(10, box(10), outside=True)))
    with pytest.raises(EditError, match="not on frame 13"):
        human(ended, 7, 12)


def test_what_is_gone_altogether_goes():
    one = track(Keyframe(5, box(0)), Keyframe(9, box(1)))
    there = document(one)
    assert cut(there, one, 5) == cut(there, one, 2) == (DropTrack(7),)


def test_who_made_what_is_left_is_who_made_what_it_comes_from():
    one = track(Keyframe(0, box(0), by="csrt"), Keyframe(20, box(20)))
    after, _ = apply_all(document(one), cut(document(one), one, 5, 9))
    assert [(key.frame, key.outside, key.by) for key in after.tracks[7].keyframes] == [
        (0, False, "csrt"), (5, True, "csrt"), (10, False, "csrt"), (20, False, "human"),
    ]  # fmt: skip


def test_outlines_are_exchanged_and_back_though_each_gap_goes_another_way():
    shapes = {1: ((0, 0), (0, 0), (0, -0.3), (0, 0.01)), 5: ((0, 0), (0, 9.62), (0.01, 0.01)), 6: ((0, 0),) * 3}
    keys = [Keyframe(frame, tuple((float(x), float(y)) for x, y in shape)) for frame, shape in shapes.items()]
    there = document(track(Keyframe(0, ((0.0, 0.0),) * 3), type="polygon"), track(*keys, number=8, type="polygon"))
    swapped, _ = apply_all(there, swap(there, 7, 8, 1, MOTION))
    assert same(apply_all(swapped, swap(swapped, 7, 8, 1, MOTION))[0], there)
