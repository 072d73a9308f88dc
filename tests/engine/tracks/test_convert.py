"""Shapes made into a track and back, and copied to other frames."""

from __future__ import annotations

import pytest
from immutables import Map

from engine.document import Attribute, Document, Keyframe, Label, MediaInfo, Shape, Track
from engine.edits import apply_all
from engine.errors import EditError
from engine.tracks import shape_at
from engine.tracks.convert import copies, from_shapes, to_shapes

LABELS = (Label("car", attributes=(Attribute("door", mutable=True), Attribute("make"))),)


def shape(number, frame, x, **more):
    points = ((float(x), 0.0), (float(x) + 10, 10.0))
    return Shape(**{"id": number, "frame": frame, "label": "car", "type": "rectangle", "points": points, **more})


def document(*shapes, tracks=()):
    frames = Map({one.frame: (one,) for one in shapes})
    return Document(MediaInfo("c", "video", 20), LABELS, frames, Map({one.id: one for one in tracks}), next_id=50)


def test_shapes_become_a_track_and_its_shapes_are_what_they_were():
    shapes = [
        shape(1, 3, 0, attributes={"door": "a", "make": "x"}),
        shape(2, 4, 5, attributes={"door": "b"}),
        shape(3, 6, 9),
    ]
    there = document(*shapes)
    made, inverse = apply_all(there, from_shapes(there, shapes[::-1]))
    (track,) = made.tracks.values()
    assert not made.frames and track.id == 50 and track.attributes == {"make": "x"}
    assert [(key.frame, key.outside, key.by) for key in track.keyframes] == [
        (3, False, "human"), (4, False, "human"), (6, False, "human"), (7, True, "human"),
    ]  # fmt: skip
    assert [shape_at(track, one.frame).points for one in shapes] == [one.points for one in shapes]
    assert shape_at(track, 4).attributes == {"make": "x", "door": "b"} and shape_at(track, 7) is None
    assert apply_all(made, inverse)[0].frames == there.frames
    back, inverse = apply_all(made, to_shapes(made, 50))
    assert [one.points for one in back.all_shapes() if one.frame != 5] == [one.points for one in shapes]
    assert [one.frame for one in back.all_shapes()] == [3, 4, 5, 6] and not back.tracks
    assert apply_all(back, inverse)[0].tracks == made.tracks


def test_what_a_detector_found_stays_a_machines_and_the_last_frame_needs_no_end():
    shapes = [
        shape(1, 18, 0, source="auto", model="yolox", score=0.5),
        shape(2, 19, 0, source="auto", model="yolox", verified=True),
    ]
    there = document(*shapes)
    made, _ = apply_all(there, from_shapes(there, shapes, tracker="csrt"))
    keys = made.tracks[50].keyframes
    assert [(key.by, key.score) for key in keys] == [("yolox", 0.5), ("human", None)] and made.tracks[
        50
    ].tracker == "csrt"


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([], "no shape"),
        ([shape(1, 3, 0), shape(2, 3, 5)], "frame 4 has 1 and 2"),
        ([shape(1, 3, 0), shape(2, 4, 5, type="ellipse")], "1 is a rectangle, 2 a ellipse"),
    ],
)
def test_what_is_no_track_is_refused(shapes, message):
    with pytest.raises(EditError, match=message):
        from_shapes(document(), shapes)


def test_a_track_without_an_end_gives_shapes_to_the_end_of_the_clip():
    there = document(tracks=[Track(7, "car", "rectangle", keyframes=(Keyframe(15, ((0, 0), (1, 1))),))])
    back, _ = apply_all(there, to_shapes(there, 7))
    assert [one.frame for one in back.all_shapes()] == [15, 16, 17, 18, 19]


def test_copies_have_ids_of_their_own():
    there = document(shape(1, 3, 0))
    after, inverse = apply_all(there, copies(there, shape(1, 3, 0), range(2, 6)))
    assert [(one.frame, one.id) for one in after.all_shapes()] == [(2, 50), (3, 1), (4, 51), (5, 52)]
    assert apply_all(after, inverse)[0].frames == there.frames
    assert copies(there, shape(1, 3, 0), [3]) == ()
