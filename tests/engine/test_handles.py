"""Moving and turning shapes, and their vertices."""

from __future__ import annotations

import numpy as np
import pytest

from engine import handles as h
from engine import masks
from engine.document import Shape
from engine.errors import EditError
from engine.geometry import distance
from engine.outlines import shape_box

BOX = Shape(1, 0, "a", "rectangle", ((10, 10), (50, 30)))
TURNED = Shape(2, 0, "a", "rectangle", ((10, 10), (50, 30)), rotation=30)
ROUND = Shape(3, 0, "a", "ellipse", ((40, 40), (60, 50)), rotation=45)
RING = Shape(4, 0, "a", "polygon", ((0, 0), (20, 0), (20, 20), (0, 20)))
MASK = Shape(6, 0, "a", "mask", mask=masks.encode_window(np.tri(8, 10, dtype=bool), (100, 100), (200, 300)))


@pytest.mark.parametrize("shape", [BOX, TURNED, ROUND, RING], ids=lambda shape: f"{shape.type} {shape.rotation}")
@pytest.mark.parametrize("index", range(4))
def test_a_dragged_handle_follows_and_the_opposite_stays(shape, index):
    before = h.handles(shape)
    # along its own direction, so that an ellipse's point can follow
    towards = before[index][0] * 1.5 - before[index - 2][0] * 0.5, before[index][1] * 1.5 - before[index - 2][1] * 0.5
    after = h.handles(h.moved_vertex(shape, index, towards))
    assert distance(after[index], towards) < 0.02
    if shape.type != "ellipse":
        assert distance(after[index - 2], before[index - 2]) < 0.02


def test_pulling_over_to_the_other_side_keeps_a_proper_box():
    assert h.moved_vertex(BOX, 0, (60, 40)).points == ((50, 30), (60, 40))


def test_moving():
    assert h.move(RING, 1.234, -2).points[2] == (21.23, 18)
    assert shape_box(h.move(MASK, -5, 3)) == (95, 103, 103, 111)


@pytest.mark.parametrize("shape", [BOX, TURNED, ROUND, RING])
@pytest.mark.parametrize("by", [(-45, 0), (300, 300), (0, -30)])
def test_clamping_brings_into_the_frame(shape, by):
    x1, y1, x2, y2 = shape_box(h.clamp(h.move(shape, *by), (100, 90)))
    assert x1 >= -0.02 and y1 >= -0.02 and x2 <= 100.02 and y2 <= 90.02


def test_vertices_come_and_go():
    more = h.inserted_vertex(RING, 1, (25, 10.001))
    assert more.points == ((0, 0), (20, 0), (25, 10.0), (20, 20), (0, 20))
    assert h.inserted_vertex(RING, 3, (-5, 10)).points[-1] == (-5, 10)
    assert h.inserted_vertex(RING, -1, (-5, 10)).points[0] == (-5, 10)
    assert h.deleted_vertex(more, 2) == RING
    triangle = h.deleted_vertex(RING, 0)
    assert triangle is not None and h.deleted_vertex(triangle, 0) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda: h.moved_vertex(RING, 4, (0, 0)),
        lambda: h.moved_vertex(MASK, 0, (0, 0)),
        lambda: h.deleted_vertex(RING, -1),
        lambda: h.deleted_vertex(BOX, 0),
        lambda: h.inserted_vertex(ROUND, 0, (1, 1)),
        lambda: h.inserted_vertex(RING, 4, (1, 1)),
    ],
)
def test_what_cannot_be_is_an_edit_error(change):
    with pytest.raises(EditError):
        change()


def test_turning():
    assert h.with_rotation(BOX, 370).rotation == 10
    assert h.with_rotation(BOX, -0.001).rotation == 0
    assert sorted(h.with_rotation(RING, 90).points) == sorted(RING.points)
