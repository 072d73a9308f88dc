"""What was found put into a document: what it replaces, what it leaves alone, and the same found again."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.detected import Limits, Object, placed, put
from engine.detected.overlap import Region
from engine.detected.touched import touched
from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Track
from engine.edits import PutShape, PutShapes, PutTrack, apply, apply_all
from engine.tools.base import Prediction

SIZE = (100, 60)
BOX = (10.0, 20.0, 30.0, 40.0)
FAR = (60.0, 20.0, 80.0, 40.0)
AUTO = Shape(1, 3, "car", "rectangle", (BOX[:2], BOX[2:]), source="auto", model="toy", score=0.9)


def document(*shapes: Shape) -> Document:
    empty = Document(MediaInfo("x", "video", 9, *SIZE), (Label("car"), Label("bus")))
    return apply(empty, PutShapes(shapes))[0] if shapes else empty


def found(box=BOX, label="car", score=0.9) -> Object:
    return Object((replace(AUTO, id=0, label=label, score=score, points=(box[:2], box[2:])),), Region(box))


def after(before: Document, *objects: Object, **options) -> list[Shape]:
    edit = put(before, {3: objects}, "toy", **options)
    return [*(before if edit is None else apply(before, edit)[0]).shapes(3)]


def test_a_second_run_replaces_the_first_ones_results() -> None:
    assert [(shape.id, shape.points[0]) for shape in after(document(AUTO), found(FAR))] == [(2, FAR[:2])]


def test_the_same_again_changes_nothing() -> None:
    assert put(document(AUTO), {3: [found()]}, "toy") is None
    assert put(document(AUTO, replace(AUTO, id=2)), {3: [found(), found()]}, "toy") is None
    assert [shape.id for shape in after(document(AUTO, replace(AUTO, id=2)), found())] == [1]


@pytest.mark.parametrize(
    "change", [{"verified": True}, {"source": "semi-auto"}, {"source": "manual"}, {"model": "other"}, {"frame": 4}]
)
def test_what_a_person_or_another_model_has_a_part_in_stays(change) -> None:
    before = document(replace(AUTO, **change))
    edit = put(before, {3: [found(FAR)]}, "toy")
    assert edit is not None and not edit.drop and [shape.points[0] for shape in edit.shapes] == [FAR[:2]]


def test_what_is_locked_stays() -> None:
    assert [shape.id for shape in after(document(AUTO), found(FAR), locked={1})] == [1, 2]


def test_parts_get_one_group_and_fresh_ids() -> None:
    parts = Object((found().shapes[0], found(FAR).shapes[0]), Region(BOX))
    shapes = after(document(AUTO), parts, found((0.0, 0.0, 5.0, 5.0)))
    assert [(shape.id, shape.group) for shape in shapes] == [(2, 4), (3, 4), (5, 0)]
    again = document(*shapes)
    assert put(again, {3: [parts]}, "toy") == PutShapes(drop=((3, 5),))


def test_taking_it_back_brings_the_first_results_again() -> None:
    before = document(AUTO)
    edit = put(before, {3: [found(FAR)]}, "toy")
    assert edit is not None
    now, inverse = apply(before, edit)
    assert apply(now, inverse)[0].shapes(3) == before.shapes(3)


def left(before: Document, *objects: Object, limits: Limits | None = None) -> int:
    return len(placed(objects, before, 3, "toy", SIZE, limits or Limits()))


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        ({}, 1), ({"source": "manual"}, 0), ({"source": "manual", "label": "bus"}, 0), ({"source": "imported"}, 0),
        ({"verified": True}, 0), ({"source": "semi-auto"}, 0), ({"model": "other"}, 0),
        ({"model": "other", "label": "bus"}, 1), ({"source": "manual", "type": "points"}, 1),
    ],
)  # fmt: skip
def test_what_stands_there_goes_before_what_is_new(change, stays) -> None:
    assert left(document(replace(AUTO, **change)), found()) == stays
    assert left(document(replace(AUTO, **change)), found(FAR)) == 1


def test_a_limit_of_one_lets_all_stay() -> None:
    human = document(replace(AUTO, source="manual"))
    assert left(human, found()) == 0 and left(human, found(), limits=Limits(people=1.0)) == 1


def test_a_track_counts_as_what_stands_there() -> None:
    keys = (Keyframe(0, (BOX[:2], BOX[2:])), Keyframe(8, (BOX[:2], BOX[2:])))
    before = apply(document(), PutTrack(Track(1, "bus", "rectangle", keyframes=keys)))[0]
    assert left(before, found()) == 0


def test_a_box_says_nothing_of_the_pixels_in_it() -> None:
    corner = Shape(1, 3, "car", "polygon", (BOX[:2], (30.0, 20.0), (10.0, 40.0)))
    assert left(document(corner), found()) == 0


def test_outlines_are_compared_by_their_pixels() -> None:
    corner = Shape(1, 3, "car", "polygon", (BOX[:2], (30.0, 20.0), (10.0, 40.0)))
    whole = Object(found().shapes, Region(BOX, Prediction(np.ones((20, 20), np.bool_), (10, 20))))
    assert left(document(corner), whole) == 1 and left(document(corner), whole, limits=Limits(people=0.4)) == 0


def test_what_a_person_changes_is_no_longer_the_detectors() -> None:
    before = document(AUTO, replace(AUTO, id=2, verified=True), replace(AUTO, id=3, source="manual"))
    edits = [PutShape(replace(AUTO, occluded=True)), PutShapes(tuple(replace(s, z=2) for s in before.shapes(3)[1:]))]
    now = apply_all(before, touched(before, edits))[0]
    assert [shape.source for shape in now.shapes(3)] == ["semi-auto", "auto", "manual"]
    assert touched(before, [PutShape(AUTO)]) == (PutShape(AUTO),)


def test_a_track_that_a_person_changes_or_makes_of_a_detectors_is_theirs() -> None:
    made = Track(5, "car", "rectangle", source="auto", keyframes=(Keyframe(0, (BOX[:2], BOX[2:]), by="toy"),))
    before = apply(document(), PutTrack(made))[0]
    edits = touched(before, [PutTrack(replace(made, label="bus")), PutTrack(replace(made, id=6)), PutTrack(made)])
    assert [edit.track.source for edit in edits if isinstance(edit, PutTrack)] == ["semi-auto", "semi-auto", "auto"]
