"""Snap by keys: the selected box, outline or mask comes to the disc; one undo step; what is unsure is kept."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.geometry import box_iou
from engine.masks import encode, iou
from engine.outlines import shape_box
from engine.shapes_from import rle_of_shape
from engine.tools.segment.turning import upright

SIZE = (320, 200)
DISC = (71.0, 51.0, 170.0, 150.0)
"""The box round the disc of frame 0."""


def disc(radius: float, x: float = 120, y: float = 100) -> np.ndarray:
    rows, columns = np.mgrid[0:200, 0:320]
    return (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 < radius**2


def ring(radius: float, x: float = 120, y: float = 100) -> tuple[tuple[float, float], ...]:
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return tuple((x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles)


HASTY = {
    "rectangle": {"points": ((64.0, 55.0), (176.5, 145.0))},
    "ellipse": {"points": ((122.0, 100.0), (167.0, 156.0))},
    "turned rectangle": {"points": ((66.0, 56.0), (177.0, 145.0)), "rotation": 30.0},
    "turned ellipse": {"points": ((121.0, 101.0), (166.0, 156.0)), "rotation": 300.0},
    "polygon": {"points": ring(47, 123, 98)},
    "mask": {"mask": encode(disc(46, 123, 99))},
}


def put(bench, kind, **values):
    bench.session.commit("Put", PutShape(Shape(1, 0, "car", kind.split()[-1], **values)))
    bench.session.selection.selected = 1
    return bench.session.shapes[0]


@pytest.mark.parametrize("kind", HASTY)
def test_what_was_drawn_in_haste_comes_to_the_object_in_one_undo_step(bench, kind):
    before, truth = put(bench, kind, **HASTY[kind]), encode(disc(50))
    bench.do("shape.snap")
    after = bench.session.shapes[0]
    assert (after.type, after.rotation, after.id) == (before.type, before.rotation, 1)
    if kind.endswith("rectangle"):
        middle = [(a + b) / 2 for a, b in zip(*after.points, strict=True)]
        sides = [b - a for a, b in zip(*after.points, strict=True)]
        assert np.allclose(middle, (120, 100), atol=1.5) and np.allclose(sides, 100, atol=3)
    else:
        assert iou(rle_of_shape(after, SIZE), truth) > max(0.95, iou(rle_of_shape(before, SIZE), truth) + 0.02)
    assert bench.session.history.undo_title == "Snap car 1"
    bench.do("history.undo")
    assert bench.session.shapes[0] == before


def test_what_fits_already_is_kept_and_that_is_said(bench):
    before = put(bench, "rectangle", points=(DISC[:2], DISC[2:]))
    bench.do("shape.snap")
    assert bench.session.shapes[0] is before and "kept as it was" in bench.said[-1]
    assert bench.session.history.undo_title == "Put"


@pytest.mark.parametrize("kind", ["rectangle", "ellipse", "polygon"])
def test_where_there_is_no_object_what_was_drawn_stays_near_where_it_was(bench, kind):
    points = {"rectangle": ((220, 20), (300, 70)), "ellipse": ((260, 45), (300, 70)), "polygon": ring(30, 260, 50)}
    before = put(bench, kind, points=tuple((float(x), float(y)) for x, y in points[kind]))
    bench.do("shape.snap")
    assert box_iou(shape_box(bench.session.shapes[0]), shape_box(before)) > 0.8


def test_a_side_less_than_a_pixel_off_keeps_its_fraction(bench):
    put(bench, "rectangle", points=((71.25, 45.5), (169.8, 155.25)))
    bench.do("shape.snap")
    assert bench.session.shapes[0].points == ((71.25, 51.0), (169.8, 150.0))


@pytest.mark.parametrize("kind", ["points", "polyline"])
def test_what_has_no_inside_is_not_fitted(bench, kind):
    before = put(bench, kind, points=((10.0, 10.0), (50.0, 60.0)))
    bench.do("shape.snap")
    assert bench.session.shapes[0] is before and "no inside" in bench.said[-1]


def test_nothing_selected_or_locked_or_begun_is_told(bench):
    bench.do("shape.snap")
    assert "Select an object" in bench.said[-1]
    before = put(bench, "rectangle", **HASTY["rectangle"])
    bench.do("shape.lock", "shape.snap")
    assert "locked" in bench.said[-1]
    bench.do("shape.lock", "draw.start polygon", "shape.snap")
    assert "in hand" in bench.said[-1] and bench.session.shapes[0] is before
    bench.do("tool.cancel")
    bench.session.selection.selected = 1
    bench.do("edit.start", "edit.vertex", "point.positive", "shape.snap")
    assert "in hand" in bench.said[-1] and bench.session.shapes[0] is before


def test_a_shape_that_is_edited_is_fitted_under_the_hand(bench):
    put(bench, "rectangle", **HASTY["rectangle"])
    bench.do("edit.start", "shape.snap")
    assert bench.session.gesture.shape is bench.session.shapes[0]
    assert box_iou(shape_box(bench.session.gesture.shape), DISC) > 0.95


def test_escape_gives_it_up_and_the_selection_stays(bench):
    before = put(bench, "rectangle", **HASTY["rectangle"])
    bench.held = []
    bench.do("shape.snap", "tool.cancel")
    assert "given up" in bench.said[-1] and bench.session.selection.selected == 1
    bench.release()
    assert bench.session.shapes[0] is before and not bench.session.jobs.running


def test_a_shape_that_changes_meanwhile_is_left_alone(bench):
    put(bench, "rectangle", **HASTY["rectangle"])
    bench.held = []
    bench.do("shape.snap", "shape.occluded")
    changed = bench.session.shapes[0]
    bench.release()
    assert bench.session.shapes[0] is changed and "meanwhile" in bench.said[-1]


def test_an_answer_that_comes_on_another_frame_is_for_its_own(bench):
    put(bench, "rectangle", **HASTY["rectangle"])
    bench.held = []
    bench.do("shape.snap")
    job = bench.held.pop()
    bench.do("frames.step 3")
    bench.release()
    bench.run(job)
    assert bench.session.frame == 3
    assert box_iou(shape_box(bench.session.document.shapes(0)[0]), DISC) > 0.95


def test_it_goes_to_where_models_run(bench):
    put(bench, "turned ellipse", **HASTY["turned ellipse"])
    bench.held = []
    bench.do("shape.snap")
    request = bench.held[-1].request
    assert request is not None and request.tool == "snap" and request.image().shape[2] == 3


@pytest.mark.parametrize("degrees", [0, 30, 90, 200.5])
@pytest.mark.parametrize("middle", [(160, 100), (3, 5), (318, 120)])
def test_a_part_turned_upright_shows_what_is_there(degrees, middle):
    rows, columns = np.mgrid[0:200, 0:320]
    image = np.stack((columns * 0.7, rows, columns * 0.2 + rows * 0.3), -1).astype(np.uint8)
    part = upright(image, middle, degrees, (60, 40))
    turn = np.deg2rad(degrees)
    for x, y in ((2, 3), (57, 20), (30, 38), (30, 20)):
        dx, dy = x + 0.5 - 30, y + 0.5 - 20
        there = middle + np.array((dx * np.cos(turn) - dy * np.sin(turn), dx * np.sin(turn) + dy * np.cos(turn)))
        column, row = np.clip(there - 0.5, 0, (319, 199))
        seen = cv2.getRectSubPix(image.astype(np.float32)[..., 0], (1, 1), (float(column), float(row)))
        assert abs(float(seen[0, 0]) - int(part[y, x, 0])) < 2
