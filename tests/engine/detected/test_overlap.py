"""Overlap of what was found with what stands there, as both are in the frame: cut off, turned, in parts, as a box."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np
import pytest
from msgspec.structs import replace

from engine.detected import Limits, objects_of, placed, put
from engine.detected.overlap import Boxes, Region, Rival, strongest
from engine.document import Document, Label, MediaInfo, ShapeType, TableRow
from engine.edits import PutShapes, apply
from engine.settings import Settings
from engine.specs import DetectorSpec
from engine.tools.base import Detection, Prediction

SIZE = (100, 60)
BOX = (10.0, 20.0, 30.0, 40.0)
SPEC = DetectorSpec(id="toy", name="Toy", help="")
ROWS = (TableRow("car", "car"),)
ELL = np.zeros((20, 20), np.bool_)
ELL[:, :4] = ELL[16:] = True
TWO = np.zeros((20, 20), np.bool_)
TWO[:8, :8] = TWO[12:, 12:] = True


def again(kinds: tuple[ShapeType, ...], *detections: Detection) -> tuple[int, int]:
    """Return how many objects come into an empty frame, and how many more when a person has verified all of them."""
    before = Document(MediaInfo("x", "video", 9, *SIZE), (Label("car", types=kinds),))
    made = objects_of(detections, ROWS, before, 3, SPEC, SIZE, Settings()).objects
    edit = put(before, {3: made}, "toy")
    assert edit is not None
    after, _ = apply(before, PutShapes(tuple(replace(shape, verified=True) for shape in edit.shapes)))
    return len(made), len(placed(made, after, 3, "toy", SIZE, Limits()))


@pytest.mark.parametrize(
    "detection",
    [
        Detection("car", 0.9, BOX), Detection("car", 0.9, (-40.0, 20.0, 30.0, 70.0)),
        Detection("car", 0.9, (10.0, 28.0, 70.0, 33.0), rotation=45.0),
        Detection("car", 0.9, (-10.0, 28.0, 40.0, 33.0), rotation=30.0),
    ],
)  # fmt: skip
def test_a_box_that_a_person_has_accepted_is_not_put_there_again(detection: Detection) -> None:
    assert again((), detection) == (1, 0)


@pytest.mark.parametrize("mask", [TWO, ~TWO, ~ELL])
@pytest.mark.parametrize("kind", ["polygon", "mask", "rectangle"])
@pytest.mark.parametrize("at", [(10, 20), (-5, 50)])
def test_nor_is_a_mask_that_was_accepted_as_whatever(mask, kind: ShapeType, at: tuple[int, int]) -> None:
    box = (float(at[0]), float(at[1]), at[0] + 20.0, at[1] + 20.0)
    assert again((kind,), Detection("car", 0.9, box, Prediction(mask, at))) == (1, 0)


@pytest.mark.parametrize("kind", ["polygon", "mask", "rectangle"])
def test_of_a_mask_there_is_only_what_lies_in_the_frame(kind: ShapeType) -> None:
    document = Document(MediaInfo("x", "video", 9, *SIZE), (Label("car", types=(kind,)),))
    some = [Detection("car", 0.9, (x, 50.0, x + 20.0, 70.0), Prediction(ELL, (int(x), 50))) for x in (-5.0, 50.0)]
    made = objects_of(some, ROWS, document, 3, SPEC, SIZE, Settings())
    ((shape,),) = [one.shapes for one in made.objects]  # of the other one nothing is in the frame
    assert not made.unfit and all(0 <= x <= 100 and 0 <= y <= 60 for x, y in shape.points)


def test_two_turned_boxes_that_cross_are_two_objects() -> None:
    one = Detection("car", 0.9, (10.0, 28.0, 70.0, 33.0), rotation=45.0)
    assert again((), one, changed(one, rotation=135.0)) == (2, 0)
    assert again((), one, changed(one, rotation=46.0)) == (1, 0)


@pytest.mark.parametrize(
    ("other", "left"),
    [
        (BOX, 1), ((30.0, 20.0, 50.0, 40.0), 2), ((10.0, 40.0, 30.0, 60.0), 2), ((12.0, 22.0, 28.0, 38.0), 1),
        ((18.0, 28.0, 22.0, 32.0), 2), ((20.0, 20.0, 20.0, 40.0), 2),
    ],
)  # fmt: skip
def test_boxes_that_are_one_touch_or_lie_in_each_other(other, left: int) -> None:
    rivals = [Rival(Region(BOX), "car", 0.9, 0), Rival(Region(other), "car", 0.8, 1)]
    assert len(strongest(rivals, Limits())) == left
    assert len(strongest(rivals[::-1], Limits())) == left


def test_boxes_are_found_by_what_they_meet() -> None:
    dice = np.random.default_rng(5)
    corners = dice.integers(0, 40, (300, 4))
    boxes = [(float(min(a, c)), float(min(b, d)), float(max(a, c)), float(max(b, d))) for a, b, c, d in corners]
    some = Boxes(boxes[:100])
    for box in boxes[100:]:
        some.add(box)
    for x1, y1, x2, y2 in boxes[:20]:
        wanted = [
            place for place, other in enumerate(boxes)
            if other[0] < x2 and x1 < other[2] and other[1] < y2 and y1 < other[3]
        ]  # fmt: skip
        assert some.touching((x1, y1, x2, y2)) == wanted
