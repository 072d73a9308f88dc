"""What keeps shapes in their frame: where moves stop, how far vertices go, how shapes fit frames of other sizes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import Shape
from engine.frame_bounds import fitted, is_inside, moved_within, vertex_within
from engine.handles import handles, with_rotation
from engine.masks import encode_window, mask_area
from engine.outlines import shape_box

SIZE = (320, 200)
BOX = Shape(1, 0, "a", "rectangle", ((10, 10), (60, 40)))
LONG = Shape(2, 0, "a", "rectangle", ((100, 90), (200, 110)), rotation=90)
TURNED = Shape(2, 0, "a", "rectangle", ((100, 90), (200, 110)), rotation=30)
ROUND = Shape(3, 0, "a", "ellipse", ((100, 60), (140, 80)))
TILTED = Shape(3, 0, "a", "ellipse", ((100, 60), (140, 80)), rotation=45)
RING = Shape(4, 0, "a", "polygon", ((50, 50), (90, 40), (120, 100), (60, 120)))
LINE = Shape(5, 0, "a", "polyline", ((50, 50), (90, 40), (120, 100)))
DOTS = Shape(6, 0, "a", "points", ((50, 50), (90, 40)))
MASK = Shape(7, 0, "a", "mask", mask=encode_window(np.tri(8, 10, dtype=bool), (100, 100), (200, 320)))
SHAPES = (BOX, LONG, TURNED, ROUND, TILTED, RING, LINE, DOTS, MASK)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.type} {shape.rotation}")
FAR = [(dx, dy) for dx in (-1000, 0, 1000) for dy in (-1000, 0, 1000)]


def extent(shape):
    x1, y1, x2, y2 = shape_box(shape)
    return x2 - x1, y2 - y1


@every_shape
@pytest.mark.parametrize("by", FAR)
def test_a_move_stops_at_the_border_with_the_whole_shape(shape, by):
    after = moved_within(shape, *by, SIZE)
    x1, y1, x2, y2 = shape_box(after)
    assert is_inside(after, SIZE) and extent(after) == pytest.approx(extent(shape), abs=0.03)
    assert after.mask is None or mask_area(after.mask) == mask_area(shape.mask)
    for asked, low, high, border in ((by[0], x1, x2, SIZE[0]), (by[1], y1, y2, SIZE[1])):
        assert not asked or (low if asked < 0 else border - high) == pytest.approx(0, abs=0.03)


@every_shape
def test_a_move_within_the_frame_is_as_long_as_asked(shape):
    x1, y1, _, _ = shape_box(shape)
    moved = shape_box(moved_within(shape, 3, -2, SIZE))
    assert moved[:2] == pytest.approx((x1 + 3, y1 - 2), abs=0.02)


OUTSIDE = Shape(1, 0, "a", "rectangle", ((-30, 250), (-10, 270)))
LARGER = Shape(1, 0, "a", "polygon", ((-10, -10), (400, -10), (400, 190)))


@pytest.mark.parametrize(
    ("shape", "by", "goes"),
    [
        (OUTSIDE, (-5, 5), (0, 0)), (OUTSIDE, (12, -30), (12, -30)), (OUTSIDE, (1000, -1000), (330, -250)),
        (LARGER, (-5, 5), (-5, 5)), (LARGER, (-1000, 0), (-80, 0)), (LARGER, (1000, 1000), (10, 10)),
    ],
)  # fmt: skip
def test_what_stands_outside_may_stay_or_come_in_but_goes_no_further_out(shape, by, goes):
    after = moved_within(shape, *by, SIZE)
    (x, y), (was_x, was_y) = after.points[0], shape.points[0]
    assert (x - was_x, y - was_y) == goes


@pytest.mark.parametrize("shape", [BOX, ROUND, RING, LINE, DOTS], ids=lambda shape: shape.type)
@pytest.mark.parametrize("to", [(-50, -50), (500, 90), (30, 900), (1e7, -1e7)])
def test_a_vertex_goes_no_farther_than_the_border_and_neither_does_the_rest(shape, to):
    for index in range(len(handles(shape))):
        assert is_inside(vertex_within(shape, index, to, SIZE), SIZE)


def test_an_ellipse_that_stands_out_already_keeps_its_radius_and_gets_no_longer_one():
    shape = Shape(1, 0, "a", "ellipse", ((10, 60), (50, 80)))
    assert vertex_within(shape, 0, (90, 60), SIZE).points == ((10, 60), (50, 80))
    assert vertex_within(shape, 0, (15, 60), SIZE).points == ((10, 60), (15, 80))


def test_a_rectangle_may_be_turned_over_the_border_as_a_whole():
    turned = with_rotation(BOX, 90)
    assert turned.points == BOX.points and not is_inside(with_rotation(BOX, 120), SIZE)


@every_shape
def test_another_frame_of_the_same_size_changes_nothing(shape):
    assert fitted(shape, SIZE) is shape


@every_shape
@pytest.mark.parametrize("size", [(110, 70), (90, 80), (60, 60), (20, 20), (1, 1), (640, 90)])
def test_on_another_frame_a_shape_is_inside_or_has_no_place(shape, size):
    found = fitted(shape, size)
    assert found is None or (is_inside(found, size) and shape.type != "mask")


@pytest.mark.parametrize(
    ("shape", "size", "points"),
    [
        (BOX, (40, 30), ((10, 10), (40, 30))), (BOX, (10, 30), None), (BOX, (5, 5), None),
        (RING, (100, 100), ((50, 50), (90, 40), (100, 100), (60, 100))), (RING, (40, 200), None),
        (LINE, (100, 60), ((50, 50), (90, 40), (100, 60))), (DOTS, (60, 60), ((50, 50), (60, 40))),
        (ROUND, (120, 90), ((80, 60), (120, 80))), (ROUND, (79, 200), None), (MASK, (640, 400), None),
    ],
)  # fmt: skip
def test_what_becomes_of_a_shape_on_a_smaller_frame(shape, size, points):
    found = fitted(shape, size)
    assert (found and found.points) == points
