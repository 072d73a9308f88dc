"""A finished shape being changed: what is grabbed where, what follows the cursor and the document."""

from __future__ import annotations

import msgspec
import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.gestures import Editing, Idle, dispatch, editing

BOX = Shape(1, 0, "car", "rectangle", ((100.0, 50.0), (200.0, 150.0)))
RING = Shape(2, 0, "car", "polygon", ((100.0, 50.0), (200.0, 50.0), (200.0, 150.0)))


def opened(bench, shape: Shape) -> Editing:
    """Put a shape there and open it."""
    session = bench.session
    session.commit("x", PutShape(shape))
    session.selection.selected = shape.id
    editing.start(session)
    return session.gesture


def pressed(bench, x: float, y: float) -> Editing | Idle:
    bench.session.view.cursor = (x, y)
    dispatch.click(bench.session)
    return bench.session.gesture


@pytest.mark.parametrize(
    ("shape", "at", "vertex", "whole"),
    [
        (BOX, (101, 51), 0, False),
        (BOX, (199, 151), 2, False),
        (BOX, (150, 50), None, True),  # a side of a rectangle moves it
        (BOX, (150, 100), None, True),
        (RING, (150, 50.5), 1, False),  # an edge of a polygon takes a new vertex
        (RING, (180, 80), None, True),
    ],
)
def test_a_click_grabs_the_vertex_the_edge_or_the_whole(bench, shape, at, vertex, whole):
    before = opened(bench, shape)
    held = pressed(bench, *at)
    assert (held.grabbed, held.vertex, held.anchor == at, held.before) == (True, vertex, whole, before.shape)
    assert len(held.shape.points) == len(shape.points) + (shape is RING and not whole)
    assert bench.session.document.shapes(0)[0] == shape  # nothing is committed before it is dropped


def test_a_click_beside_the_shape_closes_it_and_lets_go_of_it(bench):
    opened(bench, BOX)
    assert pressed(bench, 250, 180) == Idle() and bench.session.selection.selected is None


def test_a_vertex_that_is_grabbed_beside_its_place_follows_without_a_jump(bench):
    opened(bench, BOX)
    pressed(bench, 103, 52)
    dispatch.moved(bench.session)
    assert bench.session.gesture.shape == BOX
    bench.session.view.cursor = (113, 62)
    dispatch.moved(bench.session)
    assert bench.session.gesture.shape.points == ((110, 60), (200, 150))
    dispatch.click(bench.session)
    assert bench.session.shape(1).points == ((110, 60), (200, 150)) and not bench.session.gesture.grabbed


def test_the_whole_follows_from_where_it_was_grabbed_and_stays_in_the_frame(bench):
    opened(bench, BOX)
    pressed(bench, 150, 100)
    for cursor, corner in (((160, 90), (110, 40)), ((150, 0), (100, 0)), ((151, 100), (101, 50))):
        bench.session.view.cursor = cursor
        dispatch.moved(bench.session)
        assert bench.session.gesture.shape.points[0] == corner


def test_cancel_puts_back_then_closes(bench):
    opened(bench, BOX)
    pressed(bench, 101, 51)
    bench.at(120, 70)
    dispatch.cancel(bench.session)
    assert bench.session.gesture == Editing(BOX)
    dispatch.cancel(bench.session)
    assert bench.session.gesture == Idle() and bench.session.shape(1) == BOX


def test_a_right_click_deletes_a_vertex_unless_something_is_grabbed(bench):
    ring = msgspec.structs.replace(RING, points=(*RING.points, (100.0, 150.0)))
    opened(bench, ring)
    pressed(bench, 200, 150)
    dispatch.click(bench.session, positive=False)
    assert bench.session.gesture.grabbed and len(bench.session.shape(2).points) == 4
    dispatch.cancel(bench.session)
    dispatch.click(bench.session, positive=False)
    assert bench.session.shape(2).points == (*ring.points[:2], ring.points[3])


LABELLED = msgspec.structs.replace(BOX, label="person", attributes={"age": 3}, points=((0.0, 0.0), (9.0, 9.0)))
MOVED = msgspec.structs.replace(BOX, points=((110.0, 60.0), (210.0, 160.0)), rotation=5.0)


@pytest.mark.parametrize(
    ("held", "stored", "after"),
    [
        (Editing(BOX), None, Idle()),
        (Editing(BOX, vertex=2), LABELLED, Editing(LABELLED, vertex=2)),
        (
            Editing(MOVED, grabbed=True, anchor=(1.0, 1.0), before=BOX),
            LABELLED,
            Editing(
                msgspec.structs.replace(LABELLED, points=MOVED.points, rotation=5.0),
                grabbed=True,
                anchor=(1.0, 1.0),
                before=LABELLED,
            ),
        ),
    ],
)
def test_what_is_edited_follows_the_document_and_what_is_grabbed_stays_on_the_cursor(held, stored, after):
    assert held.following(stored) == after


@pytest.mark.parametrize(("precise", "rotation"), [(False, 10), (True, 1)])
def test_turning_is_ten_times_finer_in_precise_mode(bench, precise, rotation):
    held = opened(bench, BOX)
    bench.session.view.precise = precise
    editing.turn(bench.session, held, 10)
    assert bench.session.shape(1).rotation == rotation == bench.session.gesture.shape.rotation


def test_only_what_is_grabbed_would_be_missed():
    assert Editing(BOX, grabbed=True).is_unfinished(False, False)
    assert not Editing(BOX).is_unfinished(True, True)


def test_a_vertex_that_is_stepped_to_is_brought_into_view(bench):
    opened(bench, BOX)
    view = bench.session.view
    view.viewport = view.viewport.zoomed(8, (0, 0))
    for corner in ((100, 50), (200, 50), (200, 150)):
        bench.do("edit.vertex")
        x, y = view.viewport.to_view(view.cursor)
        assert view.cursor == corner and 0 <= x < 640 and 0 <= y < 400


def test_a_vertex_snaps_to_others_that_are_seen_within_twenty_pixels(bench):
    near = Shape(3, 0, "car", "rectangle", ((206.0, 50.0), (300.0, 150.0)))
    bench.session.commit("x", PutShape(near))
    held = opened(bench, BOX)
    bench.session.view.cursor = (200, 50)
    bench.session.selection.hidden = frozenset({3})
    assert editing.snap_vertex(bench.session, held) is None
    bench.session.selection.hidden = frozenset()
    bench.session.view.viewport = bench.session.view.viewport.zoomed(2, (200, 50))  # 24 pixels away
    assert editing.snap_vertex(bench.session, held) is None
    bench.session.view.viewport = bench.session.view.viewport.fitted()
    assert editing.snap_vertex(bench.session, held) == (206, 50)
    assert bench.session.shape(1).points == ((100, 50), (206, 150)) and bench.session.gesture.vertex == 1


LINE = Shape(4, 0, "car", "polyline", ((100.0, 50.0), (200.0, 50.0), (200.0, 150.0)))


@pytest.mark.parametrize(
    ("shape", "cursor", "at"),
    [(RING, (150, 52), 1), (RING, (210, 100), 2), (RING, (148, 98), 3), (LINE, (198, 98), 2), (BOX, (150, 52), None)],
)
def test_a_vertex_is_put_into_the_nearest_edge_at_the_cursor(bench, shape, cursor, at):
    held = opened(bench, shape)
    bench.session.view.cursor = cursor
    editing.insert_vertex(bench.session, held)
    after = bench.session.gesture
    if at is None:
        assert after == held and bench.said == ["Only polygons and polylines take further vertices"]
    else:
        assert after.shape.points == (*shape.points[:at], cursor, *shape.points[at:]) and after.vertex == at
        assert bench.session.shape(shape.id) == after.shape


def test_a_polylines_ends_have_no_edge_between_them(bench):
    held = opened(bench, LINE)
    bench.session.view.cursor = (140, 108)  # nearest to where a ring would close
    editing.insert_vertex(bench.session, held)
    assert bench.session.gesture.vertex in (1, 2)


@pytest.mark.parametrize(
    ("zoom", "away", "grabbed"), [(1, 3.9, True), (1, 4.1, False), (4, 0.9, True), (4, 1.1, False)]
)
def test_an_outline_is_grabbed_within_eight_pixels_of_the_screen(bench, zoom, away, grabbed):
    opened(bench, BOX)
    bench.session.view.viewport = bench.session.view.viewport.zoomed(zoom, (200, 100))  # twice as large when fitted
    held = pressed(bench, 200 + away, 100)
    assert isinstance(held, Editing) is grabbed
