"""Detections to objects of ours: labels, thresholds, attributes and kinds of shape, by the label table."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detected import Limits, objects_of, rows_of
from engine.document import Attribute, Document, Label, MediaInfo, TableRow
from engine.edits import PutTable, apply
from engine.masks import decode
from engine.settings import Settings
from engine.specs import DetectorSpec
from engine.tools.base import Detection, Prediction

SIZE = (100, 60)
SPEC = DetectorSpec(id="toy", name="Toy", help="", labels=("cars", "tv_monitor", "dog", "sky"), off=("sky",))
LABELS = (
    Label("Car", attributes=(Attribute("age", "number", minimum=0, maximum=9),
                             Attribute("colour", "select", ("red",)))),
    Label("vehicle"), Label("tv"), Label("sky"),
)  # fmt: skip
DOCUMENT = Document(MediaInfo("x", "video", 9, *SIZE), LABELS)
DISC = Prediction(np.hypot(*np.mgrid[-9.5:10, -9.5:10]) < 9, (10, 20))
RING = Prediction(DISC.mask & (np.hypot(*np.mgrid[-9.5:10, -9.5:10]) > 6), (10, 20))
BOX = (10.0, 20.0, 30.0, 40.0)


def made(*detections, rows=None, settings=None, document=DOCUMENT, confidence=None, limits=None):
    rows = rows_of(document, SPEC, SPEC.labels) if rows is None else rows
    return objects_of(
        detections, rows, document, 3, SPEC, SIZE, settings or Settings(smallest_hole=0), confidence=confidence,
        limits=limits,
    )  # fmt: skip


def shapes(*detections, **options):
    return [shape for one in made(*detections, **options).objects for shape in one.shapes]


def test_equal_names_are_matched_and_what_is_off_is_not() -> None:
    assert [(row.theirs, row.ours) for row in rows_of(DOCUMENT, SPEC, SPEC.labels)] == [
        ("cars", "Car"), ("tv_monitor", "tv"), ("dog", ""), ("sky", ""),
    ]  # fmt: skip


def test_a_kept_table_goes_before_equal_names_and_is_completed_by_them() -> None:
    document, _ = apply(DOCUMENT, PutTable("toy", (TableRow("cars", "vehicle", 0.8),)))
    rows = rows_of(document, SPEC, SPEC.labels)
    assert [(row.theirs, row.ours, row.threshold) for row in rows][:2] == [
        ("cars", "vehicle", 0.8), ("tv_monitor", "tv", None),
    ]  # fmt: skip


def test_a_shape_says_which_model_made_it_and_how_sure_it_was() -> None:
    (shape,) = shapes(Detection("cars", 0.87654321, (-5.0, 20.003, 30.0, 70.0)))
    assert (shape.label, shape.type, shape.source, shape.model, shape.score) == (
        "Car",
        "rectangle",
        "auto",
        "toy",
        0.8765,
    )
    assert shape.points == ((0.0, 20.0), (30.0, 60.0)) and not shape.occluded and not shape.verified and shape.z == 0


def test_one_label_of_theirs_may_be_several_of_ours_and_several_one() -> None:
    rows = (TableRow("cars", "Car"), TableRow("cars", "vehicle"), TableRow("dog", "vehicle"))
    found = shapes(Detection("cars", 0.9, BOX), Detection("dog", 0.8, (60.0, 20.0, 80.0, 40.0)), rows=rows)
    assert [shape.label for shape in found] == ["Car", "vehicle", "vehicle"]


def test_what_has_no_label_here_is_counted_from_the_threshold_on() -> None:
    found = made(Detection("dog", 0.9, BOX), Detection("dog", 0.3, BOX), Detection("cat", 0.6, BOX))
    assert not found.objects and found.unmatched == {"dog": 1, "cat": 1}


@pytest.mark.parametrize(
    ("own", "slider", "score", "taken"),
    [
        (None, None, 0.5, True), (None, None, 0.49, False), (0.3, None, 0.35, True), (0.8, None, 0.7, False),
        (None, 0.2, 0.25, True), (None, 0.9, 0.85, False), (0.8, 0.2, 0.7, False), (0.3, 0.6, 0.5, False),
    ],
)  # fmt: skip
def test_a_row_has_its_own_threshold_which_the_slider_only_raises(own, slider, score, taken) -> None:
    rows = (TableRow("cars", "Car", own),)
    assert bool(shapes(Detection("cars", score, BOX), rows=rows, confidence=slider)) == taken


@pytest.mark.parametrize(("polygons", "kind"), [(True, "polygon"), (False, "mask")])
def test_masks_become_polygons_or_stay_masks(polygons, kind) -> None:
    (shape,) = shapes(Detection("cars", 0.9, BOX, DISC), settings=Settings(polygons=polygons))
    assert shape.type == kind
    if shape.mask is not None:
        assert decode(shape.mask).sum() == DISC.mask.sum() and shape.mask.size == SIZE[::-1]


def test_a_mask_with_a_hole_stays_one() -> None:
    (shape,) = shapes(Detection("cars", 0.9, BOX, RING))
    assert shape.type == "mask"


def test_a_label_that_takes_only_boxes_gets_the_box_of_a_mask() -> None:
    document = Document(DOCUMENT.media, (Label("Car", types=("rectangle",)),))
    (shape,) = shapes(Detection("cars", 0.9, BOX, DISC), document=document)
    assert shape.type == "rectangle" and shape.points == (BOX[:2], BOX[2:])


def test_a_label_that_takes_no_boxes_gets_none_and_that_is_counted() -> None:
    document = Document(DOCUMENT.media, (Label("Car", types=("polygon",)),))
    found = made(Detection("cars", 0.9, BOX), document=document)
    assert not found.objects and found.unfit == {"Car": 1}


def test_attributes_go_by_equal_names_or_by_the_table_and_only_with_values_that_are_allowed() -> None:
    said = {"AGE": "7", "Colour": "red", "weight": "3"}
    assert shapes(Detection("cars", 0.9, BOX, attributes=said))[0].attributes == {"age": 7.0, "colour": "red"}
    assert shapes(Detection("cars", 0.9, BOX, attributes=said | {"AGE": "12"}))[0].attributes == {"colour": "red"}
    rows = (TableRow("cars", "Car", attributes={"weight": "age", "Colour": ""}),)
    assert shapes(Detection("cars", 0.9, BOX, attributes=said), rows=rows)[0].attributes == {"age": 3.0}


def test_a_turned_box_stays_turned() -> None:
    (shape,) = shapes(Detection("cars", 0.9, BOX, rotation=-30.0))
    assert shape.rotation == 330.0 and shape.points == (BOX[:2], BOX[2:])


def test_parts_of_a_mask_are_one_object() -> None:
    mask = np.zeros((20, 20), np.bool_)
    mask[:8, :8] = mask[12:, 12:] = True
    (one,) = made(Detection("cars", 0.9, BOX, Prediction(mask, (10, 20)))).objects
    assert len(one.shapes) == 2


NEAR = (11.0, 20.0, 31.0, 40.0)
"""Overlaps BOX by 19 / 21."""


@pytest.mark.parametrize(
    ("labels", "limits", "left"),
    [
        (("cars", "cars"), Limits(), [0.9]), (("cars", "cars"), Limits(within=0.95), [0.9, 0.8]),
        (("cars", "tv_monitor"), Limits(), [0.9]), (("cars", "tv_monitor"), Limits(between=0.95), [0.9, 0.8]),
        (("cars", "tv_monitor"), Limits(within=0.1, between=1.0), [0.9, 0.8]),
    ],
)  # fmt: skip
def test_of_two_that_overlap_the_surer_one_stays(labels, limits, left) -> None:
    found = shapes(Detection(labels[1], 0.8, NEAR), Detection(labels[0], 0.9, BOX), limits=limits)
    assert [shape.score for shape in found] == left


def test_pixels_count_where_they_are_known() -> None:
    half = Prediction(np.tri(20, dtype=np.bool_), (10, 20))
    other = Prediction(~np.tri(20, dtype=np.bool_), (10, 20))
    assert len(shapes(Detection("cars", 0.9, BOX, half), Detection("cars", 0.8, BOX, other))) == 2
    assert len(shapes(Detection("cars", 0.9, BOX, half), Detection("cars", 0.8, BOX, half))) == 1
