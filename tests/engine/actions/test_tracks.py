"""Tracks by hand: keyframes, outside, pins and trackers, merged, split, exchanged, relabelled, converted, thinned."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import Keyframe, Shape, Track
from engine.edits import PutShapes, PutTrack
from engine.errors import AppError, EditError
from engine.gestures import Drawing
from engine.tracks import shape_at
from engine.tracks.motion import Motion
from tests.engine.actions.conftest import Bench


def box(x: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return ((x, 20.0), (x + 50, 60.0))


def put(bench: Bench, number: int, keys: dict[int, float], **values) -> None:
    keyframes = tuple(Keyframe(frame, box(x), by=values.pop("by", "human")) for frame, x in keys.items())
    bench.session.commit("Draw", PutTrack(Track(number, "car", "rectangle", keyframes=keyframes, **values)))
    bench.session.selection.selected = number


def keys(bench: Bench, number: int = 1) -> list[tuple[int, str, bool]]:
    return [(key.frame, key.by, key.outside) for key in bench.session.document.tracks[number].keyframes]


def test_the_box_that_is_drawn_next_is_a_track_pinned_to_the_tracker(bench: Bench) -> None:
    bench.do("track.draw csrt")
    bench.at(20, 30).do("point.positive")
    bench.at(80, 90).do("point.positive")
    track = bench.session.document.tracks[1]
    assert (track.tracker, track.pinned, track.label, track.type) == ("csrt", True, "car", "rectangle")
    assert track.keyframes == (Keyframe(0, ((20.0, 30.0), (80.0, 90.0))),) and bench.session.selection.selected == 1
    bench.do("tool.finish")
    held = bench.session.gesture
    assert isinstance(held, Drawing) and held.tracker == "csrt" and held.taken_by() == ("track.draw", "csrt")


def test_the_selected_shape_becomes_a_track_and_a_track_gets_another_tracker(bench: Bench) -> None:
    bench.do("draw.start rectangle")
    bench.at(20, 30).do("point.positive")
    bench.at(80, 90).do("point.positive")
    bench.do("track.tracker kcf")
    number = bench.session.selection.selected
    track = bench.session.document.tracks[number]
    assert (track.tracker, track.pinned, len(track.keyframes)) == ("kcf", True, 1)
    assert not bench.session.document.frames
    bench.do("track.tracker mil")
    assert bench.session.document.tracks[number].tracker == "mil"
    bench.do("track.pin")
    assert not bench.session.document.tracks[number].pinned
    bench.do("history.undo", "history.undo", "history.undo")
    assert bench.session.document.shapes(0) and not bench.session.document.tracks
    for name in ("nothing", "grabcut"):
        with pytest.raises(AppError):
            bench.do(f"track.tracker {name}")


def test_a_keyframe_is_put_and_taken_away(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 8: 90.0})
    bench.do("frames.go 5", "track.keyframe")
    assert keys(bench) == [(0, "human", False), (4, "human", False), (8, "human", False)]
    bench.do("track.keyframe")
    assert keys(bench) == [(0, "human", False), (8, "human", False)]
    put(bench, 2, {4: 10.0})
    bench.do("track.keyframe")
    assert len(keys(bench, 2)) == 1 and "only keyframe" in bench.said[-1]
    put(bench, 3, {4: 10.0}, by="csrt")
    bench.do("track.keyframe")
    assert keys(bench, 3) == [(4, "human", False)]


def test_the_last_keyframe_on_which_a_track_stands_is_not_taken_away(bench: Bench) -> None:
    put(bench, 1, {0: 10.0})
    bench.do("frames.go 5", "track.outside", "frames.go 1")
    bench.session.selection.selected = 1
    bench.do("track.keyframe")
    assert keys(bench) == [(0, "human", False), (4, "human", True)] and "only keyframe" in bench.said[-1]


def test_a_locked_track_is_neither_merged_nor_swapped_nor_followed(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 2: 20.0}, tracker="csrt")
    put(bench, 2, {0: 60.0, 9: 90.0}, tracker="csrt", pinned=True)
    bench.session.selection.locked = frozenset({1})
    before = bench.session.document.tracks
    with pytest.raises(EditError, match="Track 1 is locked"):
        bench.do("track.swap 1")
    bench.session.selection.marked = 1
    with pytest.raises(EditError, match="Track 1 is locked"):
        bench.do("track.merge")
    bench.session.selection.locked = frozenset({1, 2})
    for command in ("track.follow end", "track.fill"):
        for number in (1, None):
            bench.session.selection.selected = number
            bench.said.clear()
            bench.do(command)
            assert [said for said in bench.said if "ocked" in said] == bench.said
            assert f"Locked, so not followed: {number or 2}" in bench.said[0]
    assert bench.session.document.tracks == before and not bench.session.runs.busy


def test_it_is_outside_from_here_on_and_comes_back(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 9: 90.0})
    machine = Keyframe(6, box(50.0), by="csrt")
    track = bench.session.document.tracks[1]
    bench.session.commit("Run", PutTrack(Track(**{**as_values(track), "keyframes": tuple(sorted(
        (*track.keyframes, machine), key=lambda key: key.frame))})))  # fmt: skip
    bench.do("frames.go 5", "track.outside")
    assert keys(bench) == [(0, "human", False), (4, "human", True), (9, "human", False)]
    assert bench.session.selection.selected is None
    bench.do("frames.go 7", "track.outside")
    assert keys(bench) == [(0, "human", False), (4, "human", True), (6, "human", False), (9, "human", False)]
    assert bench.session.selection.selected == 1
    bench.do("frames.go 6", "track.step -1")
    assert bench.session.frame == 4
    bench.do("track.outside")
    assert (4, "human", False) in keys(bench)


def test_the_frames_before_it_leaves_stay_as_they_were_where_the_camera_swings(bench: Bench) -> None:
    put(bench, 1, dict.fromkeys((0, 5, 7, 9), 100.0))
    along = 40 * np.sin(np.arange(10.0) * 1.3)
    bench.session.moving(Motion(np.ones(9, np.complex128), np.diff(along).astype(np.complex128)))
    motion = bench.session.document.motion
    for frame in range(1, 9):
        before = bench.session.document
        bench.session.media.shown = bench.session.media.target = frame
        bench.session.selection.selected = 1
        bench.do("track.outside")
        for at in range(frame):
            was, now = (shape_at(one.tracks[1], at, motion=motion) for one in (before, bench.session.document))
            assert np.allclose(was.points, now.points, atol=0.1), (frame, at)
        bench.do("history.undo")


def as_values(track: Track) -> dict:
    return {name: getattr(track, name) for name in track.__struct_fields__}


def test_keyframes_are_gone_through(bench: Bench) -> None:
    put(bench, 1, {2: 10.0, 5: 20.0, 9: 90.0})
    bench.do("frames.go 3", "shape.next 1", "track.step 1")
    assert (bench.session.frame, bench.session.selection.selected) == (5, 1)
    bench.do("track.step 1", "track.step 1")
    assert bench.session.frame == 9 and "No keyframe of car 1 after" in bench.said[-1]
    bench.do("track.step -1", "track.step -1", "track.step -1")
    assert bench.session.frame == 2
    bench.do("tool.cancel", "track.step 1")
    assert bench.session.frame == 2 and "Select a track first" in bench.said[-1]


def test_tracks_are_merged_and_split(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 2: 20.0})
    bench.do("frames.go 4")
    bench.session.selection.selected = 1
    bench.do("track.outside")
    put(bench, 2, {6: 60.0, 9: 90.0})
    bench.do("frames.go 1", "shape.next 1", "track.merge", "frames.go 8", "shape.next 1", "track.merge")
    assert [*bench.session.document.tracks] == [1] and bench.session.selection.selected == 1
    assert [frame for frame, _, _ in keys(bench)] == [0, 2, 3, 6, 9]
    bench.do("track.merge")
    assert bench.session.selection.marked is None
    bench.do("frames.go 8", "track.split")
    assert sorted(bench.session.document.tracks) == [1, 3] and bench.session.selection.selected == 3
    bench.do("track.merge", "tool.cancel")
    assert bench.session.selection.marked is None


def test_identities_are_swapped_and_a_label_changes_from_here_on(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 9: 10.0})
    put(bench, 2, {0: 200.0, 9: 200.0})
    bench.do("frames.go 6", "track.swap 1")
    assert at(bench, 1, 4) == 10.0 and at(bench, 1, 5) == 200.0 and at(bench, 2, 5) == 10.0
    bench.do("track.swap 1")
    assert at(bench, 1, 5) == 10.0
    bench.session.selection.selected = 2
    bench.do("track.relabel person")
    new = bench.session.selection.selected
    assert new == 3 and bench.session.document.tracks[3].label == "person"
    assert bench.session.document.tracks[2].label == "car"
    with pytest.raises(EditError, match="mean"):
        bench.do("track.relabel persn")


def at(bench: Bench, number: int, frame: int) -> float:
    from engine import items

    return items.find(bench.session.document, frame, number).points[0][0]


def test_shapes_become_a_track_and_back(bench: Bench) -> None:
    shapes = [Shape(i + 1, i, "car", "rectangle", box(10.0 + 5 * i)) for i in range(4)]
    far = Shape(9, 2, "car", "rectangle", box(250.0))
    bench.session.commit("Draw", PutShapes((*shapes, far)))
    bench.session.selection.selected = 1
    bench.do("track.convert")
    number = bench.session.selection.selected
    assert [frame for frame, _, outside in keys(bench, number) if not outside] == [0, 1, 2, 3]
    assert [shape.id for shape in bench.session.document.all_shapes()] == [9]
    bench.do("track.convert")
    assert not bench.session.document.tracks and bench.session.selection.selected in bench.session.document.ids
    assert len([*bench.session.document.all_shapes()]) == 5


def test_a_run_is_thinned_and_the_overlap_said(bench: Bench) -> None:
    put(bench, 1, {0: 10.0})
    track = bench.session.document.tracks[1]
    more = tuple(Keyframe(frame, box(10.0 + 7 * frame), by="csrt") for frame in range(1, 10))
    bench.session.commit("Run", PutTrack(Track(**{**as_values(track), "keyframes": (*track.keyframes, *more)})))
    bench.do("track.thin")
    assert [frame for frame, _, _ in keys(bench)] == [0, 9]
    assert bench.said[-1].startswith("car 1: 2 keyframes of 10 are left, IoU 1.00")
    bench.do("history.undo")
    assert len(keys(bench)) == 10


def test_a_track_is_propagated_by_being_held(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 9: 90.0})
    bench.do("frames.go 3", "shape.propagate 6")
    assert at(bench, 1, 5) == at(bench, 1, 2) and len(bench.session.document.tracks) == 1


def test_a_correction_of_what_a_machine_did_offers_to_follow_anew(bench: Bench) -> None:
    put(bench, 1, {0: 10.0}, tracker="csrt")
    track = bench.session.document.tracks[1]
    more = tuple(Keyframe(frame, box(10.0), by="csrt") for frame in range(1, 10))
    bench.session.commit("Run", PutTrack(Track(**{**as_values(track), "keyframes": (*track.keyframes, *more)})))
    bench.do("frames.go 5", "shape.next 1", "edit.start", "edit.grab")
    bench.at(60, 60).do("point.positive")
    assert (4, "human", False) in keys(bench) and "{track.again}" in bench.said[-1]


def test_the_keys_for_tracks_hold_until_they_are_put_away(bench: Bench) -> None:
    put(bench, 1, {0: 10.0})
    bench.do("track.keys")
    assert bench.session.view.mode("main") == "track"
    bench.do("tool.cancel")
    assert bench.session.view.mode("main") == "main" and bench.session.selection.selected == 1
