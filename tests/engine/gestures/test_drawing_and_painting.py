"""Shapes drawn point by point, and masks painted: what a click means, what is kept when the tool is given up."""

from __future__ import annotations

import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.gestures import Drawing, Idle, Painting, dispatch, drawing, painting
from engine.masks import mask_area, pixel_at


@pytest.mark.parametrize(
    ("kind", "count", "far", "drags"),
    [
        ("rectangle", 1, True, True),
        ("ellipse", 1, True, True),
        ("rectangle", 1, False, False),
        ("rectangle", 0, True, False),
        ("polygon", 1, True, False),
    ],
)
def test_letting_go_of_the_button_sets_the_opposite_corner(bench, kind, count, far, drags):
    assert drawing.drags(bench.session, Drawing(kind, ((1.0, 1.0),) * count), far) is drags


def test_a_box_that_is_too_thin_keeps_its_first_corner(bench):
    held = Drawing("rectangle", ((10.0, 10.0),))
    bench.session.take(held)
    drawing.click(bench.session, held, (10.4, 60.0), True)
    assert bench.session.gesture == held and bench.said == ["Too small: move the cursor to the opposite corner"]
    drawing.click(bench.session, held, (10.5, 60.0), True)
    assert bench.session.shapes[0].points == ((10.0, 10.0), (10.5, 60.0))


def test_points_are_kept_to_a_hundredth_of_a_pixel(bench):
    bench.session.take(Drawing("polyline"))
    drawing.click(bench.session, bench.session.gesture, (10.123, 20.456), True)
    assert bench.session.gesture.points == ((10.12, 20.46),)


@pytest.mark.parametrize(
    ("held", "past", "unfinished"),
    [
        (Drawing("polygon"), True, False),
        (Drawing("polygon", ((1.0, 1.0),)), True, True),
        (Drawing("polygon", ((1.0, 1.0),)), False, False),
        (Painting(), True, True),
        (Painting(), False, False),
        (Idle(), True, False),
    ],
)
def test_what_would_be_missed(held, past, unfinished):
    assert held.is_unfinished(past, False) is unfinished


def test_a_label_is_taken_from_what_is_redrawn(bench):
    bench.session.commit("x", PutShape(Shape(1, 0, "person", "polyline", ((1.0, 1.0), (9.0, 9.0)))))
    drawing.redraw(bench.session, bench.session.shape(1))
    assert bench.session.gesture == Drawing("polyline", replaces=1) and bench.session.label == "person"


def test_the_brush_paints_from_where_it_was_to_the_cursor_while_it_is_down(bench):
    bench.session.take(Painting())
    bench.session.hand.brush = 2.0
    bench.at(20, 20)
    assert bench.session.gesture == Painting()
    dispatch.click(bench.session)
    bench.at(60, 20)
    held = bench.session.gesture
    assert held.down and held.last == (60, 20) and pixel_at(held.mask, (40, 20)) and not pixel_at(held.mask, (40, 24))
    dispatch.click(bench.session)
    assert bench.session.gesture == held.lifted()
    bench.at(60, 60)
    assert bench.session.gesture.mask == held.mask


def test_cancel_lifts_then_clears_then_puts_the_brush_away(bench):
    bench.session.take(Painting())
    bench.at(20, 20).do("point.positive")
    painted = bench.session.gesture.mask
    dispatch.cancel(bench.session)
    assert bench.session.gesture == Painting(mask=painted)
    dispatch.cancel(bench.session)
    assert bench.session.gesture == Painting()
    dispatch.cancel(bench.session)
    assert bench.session.gesture == Idle()


def test_cancel_goes_back_to_the_mask_that_was_there(bench):
    bench.session.commit("x", PutShape(Shape(1, 0, "car", "rectangle", ((10.0, 10.0), (30.0, 30.0)))))
    bench.session.selection.selected = 1
    painting.start(bench.session)
    began = bench.session.gesture
    assert mask_area(began.mask) == 400 and began.replaces == 1
    bench.at(100, 100).do("point.positive", "point.positive")
    assert mask_area(bench.session.gesture.mask) > 400
    dispatch.cancel(bench.session)
    assert bench.session.gesture == began


@pytest.mark.parametrize(("change", "times", "radius"), [(1, 1, 10.0), (-1, 1, 6.4), (1, 99, 500.0), (-1, 99, 0.5)])
def test_the_brush_is_between_half_a_pixel_and_five_hundred(bench, change, times, radius):
    bench.session.hand.brush = 8.0
    for _ in range(times):
        painting.resize(bench.session, change)
    assert bench.session.hand.brush == radius
