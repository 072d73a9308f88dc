"""Edits: each does what it says, its inverse restores the document, and what does not fit is refused."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import edits
from engine.document import (
    Certificate,
    Document,
    Keyframe,
    Label,
    MediaInfo,
    Picture,
    Review,
    Rle,
    Shape,
    TableRow,
    Tag,
    Track,
)
from engine.edits import (
    Arrange,
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutCertificate,
    PutKeyframe,
    PutKeyframes,
    PutLabels,
    PutPicture,
    PutReview,
    PutShape,
    PutShapes,
    PutTable,
    PutTags,
    PutTrack,
    apply,
    apply_all,
)
from engine.errors import EditError
from engine.pictures.numbering import with_beyond

LABELS = (Label("car"), Label("person", types=("rectangle", "polygon")))
EMPTY = Document(media=MediaInfo("clip.mp4", "video", frames=4, width=8, height=6), labels=LABELS)
TRIANGLE = ((0.0, 0.0), (4.0, 0.0), (0.0, 3.0))


def shape(number: int, frame: int = 0, **more: Any) -> Shape:
    return Shape(**{"id": number, "frame": frame, "label": "car", "type": "polygon", "points": TRIANGLE, **more})


def track(number: int, *frames: int) -> Track:
    return Track(number, "car", "rectangle", keyframes=tuple(Keyframe(at, ((0.0, 0.0), (1.0, at))) for at in frames))


def same(left: Document, right: Document) -> bool:
    left, right = (replace(document, next_id=0, beyond=0, last_frame=0) for document in (left, right))
    return left == right


def test_put_shape_keeps_order_and_place() -> None:
    document, _ = apply_all(EMPTY, [PutShape(shape(1)), PutShape(shape(2)), PutShape(shape(3), at=0)])
    assert [item.id for item in document.shapes(0)] == [3, 1, 2]
    replaced, inverse = apply(document, PutShape(shape(1, z=5)))
    assert [(item.id, item.z) for item in replaced.shapes(0)] == [(3, 0), (1, 5), (2, 0)]
    assert apply(replaced, inverse)[0] == document
    moved, inverse = apply(document, PutShape(shape(3), at=2))
    assert [item.id for item in moved.shapes(0)] == [1, 2, 3]
    assert apply(moved, inverse)[0] == document


def test_next_id_never_falls() -> None:
    document, inverse = apply(EMPTY, PutShape(shape(41)))
    assert document.next_id == 42
    document, _ = apply(document, inverse)
    assert document.next_id == 42 and not document.frames


def test_an_id_is_used_once_whether_by_shape_or_track() -> None:
    document, _ = apply_all(EMPTY, [PutShape(shape(1)), PutTrack(track(2, 0, 3))])
    for edit in (PutShape(shape(1, frame=1)), PutShape(shape(2)), PutTrack(track(1, 0))):
        with pytest.raises(EditError, match="is used by another"):
            apply(document, edit)
    document, _ = apply(document, DropShape(0, 1))
    document, _ = apply(document, PutShape(shape(1, frame=1)))
    assert [item.frame for item in document.all_shapes()] == [1]


def test_ids_of_a_document_made_without_edits_are_known() -> None:
    document = replace(EMPTY, frames=EMPTY.frames.set(0, (shape(5),)), tracks=EMPTY.tracks.set(7, track(7, 0)))
    for number in (5, 7):
        with pytest.raises(EditError, match=f"id {number} is used"):
            apply(document, PutShape(shape(number, frame=2)))


def test_keyframes_stay_sorted() -> None:
    document, _ = apply(EMPTY, PutTrack(track(1, 0, 3)))
    document, inverse = apply(document, PutKeyframe(1, Keyframe(2, ((0.0, 0.0), (9.0, 9.0)))))
    assert [keyframe.frame for keyframe in document.tracks[1].keyframes] == [0, 2, 3]
    assert inverse == DropKeyframe(1, 2)
    document, inverse = apply(document, PutKeyframe(1, Keyframe(2, outside=True)))
    assert document.tracks[1].keyframes[1].outside and isinstance(inverse, PutKeyframe)


def test_what_moves_goes_whole_and_onto_nothing_else() -> None:
    document, _ = apply_all(
        EMPTY,
        [
            PutShape(shape(1)),
            PutShape(shape(2, 1)),
            PutTrack(track(3, 0, 2)),
            PutTags(1, (Tag(1, "car"),)),
            PutPicture(1, Picture(1, "b.png")),
        ],
    )
    after, back = apply(document, Arrange(FOLDER, ((0, 0, 1), (1, 1, 2))))
    assert [item.frame for item in after.all_shapes()] == [1, 3] and list(after.tags) == [3]
    assert [keyframe.frame for keyframe in after.tracks[3].keyframes] == [1, 2]
    assert after.pictures[3] == Picture(3, "b.png") and after.media == FOLDER
    assert same(apply(after, back)[0], document)
    for moves in (((0, 0, 1),), ((0, 0, -1),), ((2, 1, 1),)):
        with pytest.raises(EditError, match="cannot be arranged"):
            apply(document, Arrange(FOLDER, moves))


def test_what_is_beyond_the_media_can_be_taken_away_and_put_back() -> None:
    document = with_beyond(
        replace(EMPTY, frames=EMPTY.frames.set(9, (shape(1, 9),)), tracks=EMPTY.tracks.set(2, track(2, 1, 8)))
    )
    for edit in (DropShape(9, 1), DropTrack(2), PutShape(shape(1, 9, z=3)), PutKeyframe(2, Keyframe(8, outside=True))):
        after, back = apply(document, edit)
        assert same(apply(after, back)[0], document)
    with pytest.raises(EditError, match="frame must be from 0 to 9"):
        apply(document, PutShape(shape(5, 10)))


def test_coordinates_are_rounded_once() -> None:
    document, _ = apply(EMPTY, PutShape(shape(1, points=((0.004, 1.119), (-0.001, 2), (3, 4.00001)))))
    assert document.shapes(0)[0].points == ((0.0, 1.12), (0.0, 2.0), (3.0, 4.0))


def test_many_shapes_are_put_and_dropped_at_once() -> None:
    document, _ = apply_all(EMPTY, [PutShape(shape(1)), PutShape(shape(2)), PutShape(shape(3)), PutShape(shape(4, 2))])
    change = PutShapes((shape(5, 2), shape(2, z=7), shape(6)), drop=((0, 1), (2, 4)))
    after, back = apply(document, change)
    assert [[item.id for item in after.shapes(frame)] for frame in range(3)] == [[2, 3, 6], [], [5]]
    assert after.shapes(0)[0].z == 7 and after.next_id == 7
    restored, again = apply(after, back)
    assert restored.frames == document.frames and apply(restored, again)[0].frames == after.frames
    assert apply(document, PutShapes((shape(9, 1),)))[1] == PutShapes(drop=((1, 9),))


def test_many_keyframes_are_put_and_cut_at_once() -> None:
    document, _ = apply(EMPTY, PutTrack(track(1, 0, 2)))
    put = tuple(Keyframe(frame, ((0.001, 0.0), (5.0, 5.0))) for frame in (3, 1, 2))
    after, back = apply(document, PutKeyframes(1, put))
    assert [keyframe.frame for keyframe in after.tracks[1].keyframes] == [0, 1, 2, 3]
    assert after.tracks[1].keyframes[2].points[0] == (0.0, 0.0) and apply(after, back)[0].tracks == document.tracks
    cut, back = apply(after, CutKeyframes(1, 1, 2))
    assert [keyframe.frame for keyframe in cut.tracks[1].keyframes] == [0, 3] and same(apply(cut, back)[0], after)


def test_labels_in_use_cannot_go() -> None:
    document, _ = apply_all(EMPTY, [PutShape(shape(1)), PutTags(1, (Tag(1, "person"),))])
    with pytest.raises(EditError, match='no label "car"'):
        apply(document, PutLabels((Label("cart"), Label("person"))))
    with pytest.raises(EditError, match="does not allow a polygon"):
        apply(document, PutLabels((Label("car", types=("mask",)), Label("person"))))
    with pytest.raises(EditError, match='no label "person"'):
        apply(document, PutLabels((Label("car"),)))
    after, inverse = apply(document, PutLabels((*LABELS, Label("tree"))))
    assert after.label("tree") is not None and same(apply(after, inverse)[0], document)


NAN = float("nan")
REFUSED: list[tuple[Edit, str]] = [
    (PutShape(shape(1, frame=4)), "frame must be from 0 to 3"),
    (PutShape(shape(1, frame=-1)), "frame must be from 0"),
    (PutShape(shape(0)), "id must be from 1"),
    (PutShape(shape(2**60)), "id must be from 1"),
    (PutShape(shape(True)), "id must be a whole number"),
    (PutShape(shape(1, label="cat")), 'did you mean "car"'),
    (PutShape(shape(1, label="person", type="polyline")), "does not allow a polyline"),
    (PutShape(shape(1, type="poligon")), 'did you mean "polygon"'),
    (PutShape(shape(1, points=TRIANGLE[:2])), "at least 3 points, not 2"),
    (PutShape(shape(1, type="rectangle")), "a rectangle has 2 points, not 3"),
    (PutShape(shape(1, points=((NAN, 0.0), *TRIANGLE))), "coordinate"),
    (PutShape(shape(1, points=((math.inf, 0.0), *TRIANGLE))), "does not fit"),
    (PutShape(shape(1, points=((1e8, 0.0), *TRIANGLE))), "coordinate"),
    (PutShape(shape(1, points=((1.0,), *TRIANGLE))), "pairs of numbers"),
    (PutShape(shape(1, rotation=10.0)), "has no rotation"),
    (PutShape(shape(1, type="rectangle", points=TRIANGLE[:2], rotation=NAN)), "from 0 to below 360"),
    (PutShape(shape(1, score=NAN)), "score"),
    (PutShape(shape(1, attributes={"speed": math.inf})), 'attribute "speed"'),
    (PutShape(shape(1, attributes={"speed": [1]})), 'attribute "speed"'),
    (PutShape(shape(1, attributes={"a\ud800": "x"})), "surrogate"),
    (PutShape(shape(1, type="mask", points=())), "run lengths"),
    (PutShape(shape(1, type="mask", points=(), mask=Rle((6, 8), "T1"))), "cover 36 pixels, not 48"),
    (PutShape(shape(1, type="mask", points=(), mask=Rle((6, 8), "!"))), "run lengths"),
    (PutShape(shape(1), at=1), "no place 1"),
    (DropShape(0, 9), "no shape 9 on frame 0"),
    (PutShapes((shape(1), shape(1, frame=2))), "shape 1 stands in it twice"),
    (PutShapes((shape(1),), drop=((0, 1),)), "shape 1 stands in it twice"),
    (PutShapes(drop=((0, 1), (0, 1))), "removed twice"),
    (PutShapes(drop=((2, 7),)), "no shape 7 on frame 2"),
    (PutShapes((shape(1), shape(2, frame=9))), "frame must be from 0 to 3"),
    (PutShapes((shape(1),), at=(1,)), "no place 1"),
    (PutShapes((shape(1),), at=(0, 0)), "2 places for 1 shapes"),
    (PutShapes((shape(1, label="cat"),)), 'did you mean "car"'),
    (PutKeyframes(9), "no track 9"),
    (CutKeyframes(9, 0, 1), "no track 9"),
    (PutReview(9), "no track 9"),
    (PutTable(""), "empty"),
    (PutTable("yolo", (TableRow("bus", "car", 2),)), "threshold must be from 0 to 1"),
    (PutCertificate(1, Certificate(0, 3, ((1, 0),))), "its id must be from 1"),
    (PutCertificate(1, Certificate(1, 1, ((1, 0), (2, 0)))), "population must be from 2"),
    (PutCertificate(1, Certificate(1, 3, ((1, 0),), answered=2)), "answered must be from 0 to 1"),
    (PutCertificate(1, Certificate(1, 3, ((1, 0), (2, 0)), wrong=(1, 0))), "rising places among 2 crops"),
    (PutCertificate(1, Certificate(1, 3, ((1, 0),), wrong=(1,))), "rising places among 1 crops"),
    (PutCertificate(1, Certificate(1, 3, ((1, -1),))), "crop 1 on frame -1 is impossible"),
    (PutCertificate(1, Certificate(1, 3, ((1, 0),), sure=1.0)), "sure must be between 0 and 1"),
    (DropTrack(9), "no track 9"),
    (DropKeyframe(9, 0), "no track 9"),
    (PutKeyframe(9, Keyframe(0)), "no track 9"),
    (PutTrack(track(1, 1, 1)), "not in order"),
    (PutTrack(track(1, 0, 9)), "frame must be from 0 to 3"),
    (PutTags(0, (Tag(1, "car"),)), "it is on frame 1"),
    (PutTags(0, (Tag(0, "bar"),)), 'did you mean "car"'),
    (PutLabels((Label("car"), Label("car"))), "two labels"),
    (PutLabels((Label("car", color="red"),)), "#ff8800"),
    (PutLabels((Label(""),)), "empty"),
    (PutLabels((Label("x" * 200),)), "longer than"),
]


@pytest.mark.parametrize(("edit", "says"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_does_not_fit_is_refused(edit: Edit, says: str) -> None:
    with pytest.raises(EditError) as caught:
        apply(EMPTY, edit)
    assert says in str(caught.value)


def test_nothing_is_applied_when_one_of_many_fails() -> None:
    with pytest.raises(EditError):
        apply_all(EMPTY, [PutShape(shape(1)), PutShape(shape(1, frame=2))])
    assert not EMPTY.frames


FOLDER = MediaInfo(".", "folder", frames=4)
NUMBERS = st.integers(1, 6)
FRAMES = st.integers(0, 3)
SHAPES = st.builds(shape, NUMBERS, FRAMES, z=st.integers(-2, 2), occluded=st.booleans())
TRACKS = st.builds(lambda number, frames: track(number, *sorted(frames)), NUMBERS, st.sets(FRAMES))
EDITS = st.one_of(
    st.builds(PutShape, SHAPES, st.none() | st.integers(0, 2)),
    st.builds(DropShape, FRAMES, NUMBERS),
    st.builds(PutTrack, TRACKS),
    st.builds(DropTrack, NUMBERS),
    st.builds(PutKeyframe, NUMBERS, st.builds(Keyframe, FRAMES, st.just(((0.0, 0.0), (2.0, 2.0))))),
    st.builds(DropKeyframe, NUMBERS, FRAMES),
    st.builds(
        PutShapes,
        st.lists(SHAPES, max_size=4).map(tuple),
        st.just(()) | st.just((0, 0)) | st.just((1, 0, 2)),
        st.lists(st.tuples(FRAMES, NUMBERS), max_size=3).map(tuple),
    ),
    st.builds(
        lambda number, frames, gone: PutKeyframes(number, track(9, *frames).keyframes, tuple(gone)),
        NUMBERS,
        st.lists(FRAMES, max_size=3),
        st.sets(FRAMES, max_size=2),
    ),
    st.builds(CutKeyframes, NUMBERS, FRAMES, FRAMES),
    st.builds(
        lambda number, ends: PutReview(number, (Review(min(ends), max(ends), "accepted"),)),
        NUMBERS,
        st.tuples(FRAMES, st.integers(0, 4)),
    ),
    st.builds(
        lambda at, names: PutTags(at, tuple(Tag(at, name) for name in names)),
        FRAMES,
        st.lists(st.sampled_from(["car", "person"]), max_size=2),
    ),
    st.builds(PutLabels, st.sampled_from([LABELS, (*LABELS, Label("tree")), LABELS[:1]])),
    st.builds(lambda at, name: PutPicture(at, Picture(at, name) if name else None), FRAMES, st.sampled_from(["", "a"])),
    st.builds(
        lambda by, name, gone: Arrange(FOLDER, ((0, 1, by),), (Picture(by, name),), gone),
        st.integers(0, 3),
        st.sampled_from(["a", "b"]),
        st.sets(FRAMES, max_size=2).map(tuple),
    ),
    st.builds(
        lambda number, crops: PutCertificate(
            number, Certificate(number, 9, tuple(crops), wrong=(0,)) if crops else None
        ),
        st.integers(1, 3),
        st.lists(st.tuples(NUMBERS, FRAMES), max_size=3),
    ),
    st.builds(PutTable, st.sampled_from(["yolo", "detr"]), st.none() | st.just((TableRow("bus", "car"),))),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(EDITS, max_size=30))
def test_inverses_restore_every_step(steps: list[Edit]) -> None:
    document, trail = EMPTY, []
    for edit in steps:
        try:
            after, inverse = apply(document, edit)
        except EditError:
            continue
        back, again = apply(after, inverse)
        assert same(back, document)
        assert same(apply(back, again)[0], after), "the inverse of the inverse does it again"
        ids = [item.id for item in after.all_shapes()] + list(after.tracks)
        assert len(set(ids)) == len(ids) and all(number < after.next_id for number in ids)
        taken = edits.indexed(after).ids
        assert taken is not None and [number for number in range(9) if number in taken] == sorted(ids)
        trail.append(inverse)
        document = after
    for inverse in reversed(trail):
        document, _ = apply(document, inverse)
    assert same(document, EMPTY)


@settings(max_examples=50, deadline=None)
@given(st.lists(EDITS, max_size=10))
def test_edits_are_data(steps: list[Edit]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(steps), type=list[edits.Edit]) == steps
