"""What works on shapes works on tracks: each key, on the frame where a track stands between two keyframes."""

from __future__ import annotations

import pytest
from immutables import Map

from engine import items
from engine.document import Attribute, Keyframe, Label, Shape, Track
from engine.edits import PutLabels, PutShape, PutTrack
from engine.errors import EditError
from engine.scene_of import scene_of
from engine.tracks import nearest, span_at, spans


def box(x: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (x, 20.0), (x + 40.0, 60.0)


@pytest.fixture
def tracked(bench):
    """Return a bench on frame 4, on which a track stands half way, selected."""
    labels = (Label("car", attributes=(Attribute("door", mutable=True), Attribute("make"))), Label("person"))
    keyframes = (Keyframe(2, box(10.0)), Keyframe(6, box(90.0)), Keyframe(8, outside=True))
    bench.session.commit("Labels", PutLabels(labels))
    bench.session.commit("Track", PutTrack(Track(5, "car", "rectangle", keyframes=keyframes)))
    bench.do("frames.go 5", "shape.next")
    assert bench.session.selection.selected == 5
    return bench


def track(bench):
    return bench.session.document.tracks[5]


def at(bench, frame=4):
    return items.find(bench.session.document, frame, 5)


def keyframes(bench):
    return [keyframe.frame for keyframe in track(bench).keyframes]


def test_a_vertex_is_moved_by_a_keyframe_of_a_persons(tracked):
    tracked.do("edit.start", "edit.vertex", "point.positive")
    tracked.at(33, 11).do("point.positive", "tool.finish")
    assert keyframes(tracked) == [2, 4, 6, 8] and at(tracked).points == ((33.0, 11.0), (90.0, 60.0))
    assert track(tracked).keyframes[1].by == "human"
    tracked.do("history.undo")
    assert keyframes(tracked) == [2, 6, 8] and tracked.session.selection.selected == 5


@pytest.mark.parametrize(("key", "field"), [("shape.occluded", "occluded"), ("shape.z 1", "z")])
def test_flags_are_a_frames(tracked, key, field):
    tracked.do(key)
    assert keyframes(tracked) == [2, 4, 6, 8] and getattr(at(tracked), field) and not getattr(at(tracked, 3), field)


def test_label_and_group_are_the_tracks(tracked):
    tracked.do("label.choose 2", "shape.group")
    assert track(tracked).label == "person" and track(tracked).group and keyframes(tracked) == [2, 6, 8]


def test_attributes_are_of_the_track_or_of_the_frame_as_the_label_says(tracked):
    actions = tracked.actions
    actions["shape.attribute"].run(tracked.session, "make", "saab")
    assert track(tracked).attributes == {"make": "saab"} and keyframes(tracked) == [2, 6, 8]
    actions["shape.attribute"].run(tracked.session, "door", "open")
    assert at(tracked).attributes == {"make": "saab", "door": "open"} and at(tracked, 3).attributes == {"make": "saab"}


def test_hiding_locking_and_picking(tracked):
    assert [view.shape.id for view in scene_of(tracked.session).shapes] == [5]
    tracked.do("shape.lock", "shape.occluded")
    assert keyframes(tracked) == [2, 6, 8] and "locked" in tracked.said[-1]
    tracked.do("shape.lock", "shape.hide")
    assert not scene_of(tracked.session).shapes
    tracked.do("shape.hide", "tool.cancel")
    tracked.at(60, 40).do("point.positive")
    assert tracked.session.selection.selected == 5


def test_a_copy_is_a_shape(tracked):
    tracked.do("shape.copy", "frames.step 1", "shape.paste", "shape.propagate 8")
    document = tracked.session.document
    assert [[shape.type for shape in document.shapes(frame)] for frame in range(4, 9)] == [
        [],
        ["rectangle"],
        ["rectangle"],
        ["rectangle"],
        [],
    ]
    assert keyframes(tracked) == [2, 6, 8]


@pytest.mark.parametrize(
    ("keys", "left"),
    [("shape.delete", [2, 3, 5, 6, 7]), ("shape.delete onwards", [2, 3]), ("shape.delete all", [])],
)  # fmt: skip
def test_deleting(tracked, keys, left):
    tracked.do(keys)
    assert [frame for frame in range(10) if at(tracked, frame) is not None] == left
    tracked.do("history.undo")
    assert [frame for frame in range(10) if at(tracked, frame) is not None] == [2, 3, 4, 5, 6, 7]


def test_a_track_is_not_redrawn_as_something_else(tracked):
    polygon = Shape(5, 4, "car", "polygon", ((0.0, 0.0), (9.0, 0.0), (0.0, 9.0)))
    with pytest.raises(EditError, match="stays one"):
        items.put(tracked.session.document, polygon)


def test_the_selection_goes_along_to_where_the_track_stands(tracked):
    tracked.do("frames.step 1")
    assert tracked.session.selection.selected == 5
    tracked.do("frames.go 9")
    assert tracked.session.selection.selected is None


def test_going_to_frames_with_and_without_objects(tracked):
    tracked.do("frames.go 1", "frames.with_object 1")
    assert tracked.session.frame == 2
    tracked.do("frames.empty")
    assert tracked.session.frame == 8
    tracked.do("frames.with_object -1")
    assert tracked.session.frame == 7
    tracked.session.commit("Put", PutShape(Shape(9, 8, "car", "rectangle", box(1.0))))
    tracked.do("frames.empty")
    assert tracked.session.frame == 9


def test_stretches_of_frames_of_all_tracks():
    def of(*keyframes):
        made = tuple(Keyframe(at, box(0.0), outside=out) for at, out in keyframes)
        return Track(1, "car", "rectangle", keyframes=made)

    tracks = Map(
        {
            1: of((3, False), (5, True), (8, False), (9, True)),
            2: of((5, False), (6, True)),
            3: of((20, False)),
            4: of((30, True)),
            5: of(),
        }
    )
    assert [(first, min(last, 99)) for first, last in spans(tracks)] == [(3, 5), (8, 8), (20, 99)]
    assert span_at(tracks, 4) == (3, 5) and span_at(tracks, 6) is None
    assert [nearest(tracks, range(start, 25)) for start in (0, 4, 6, 9, 21)] == [3, 4, 8, 20, 21]
    assert [nearest(tracks, range(start, -1, -1)) for start in (2, 6, 8, 19, 30)] == [None, 5, 8, 8, 30]
    assert nearest(tracks, range(6, 8)) is None and nearest(tracks, range(4, 4)) is None
