"""Intelligent scissors by keys: the path, its reach, what can be taken back, how it closes. With the real tracer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.geometry import area
from engine.gestures import Idle, Tracing
from engine.masks import mask_area
from engine.scene_of import scene_of, vertices_now
from engine.shapes_from import rle_of_shape

DISC = 3.1416 * 50**2
ROUND = [(120 + 50 * math.cos(a), 100 + 50 * math.sin(a)) for a in (0, 1.57, 3.14, 4.71)]


@pytest.fixture
def path(bench):
    """Return a bench with the scissors in hand."""
    bench.do("tool.interact scissors")
    return bench


def click(bench, *points) -> None:
    for point in points:
        bench.at(*point).do("point.positive")


def test_four_points_on_the_outline_and_n_make_the_object(path):
    click(path, *ROUND)
    path.do("tool.finish")
    shape = path.session.shapes[0]
    assert (shape.type, shape.model, shape.source) == ("polygon", "scissors", "semi-auto")
    assert abs(mask_area(rle_of_shape(shape, (320, 200))) - DISC) < 0.05 * DISC
    assert shape.prompt is not None and len(shape.prompt.points) == 4
    for x, y in shape.points:
        assert abs(math.hypot(x - 120, y - 100) - 50) < 3


def test_the_live_line_follows_the_cursor_along_the_outline(path):
    click(path, ROUND[0])
    path.at(*ROUND[1])
    live = path.session.gesture.live
    assert live[0] == path.session.gesture.points[0] and live[-1] == ROUND[1]
    assert all(abs(math.hypot(x - 120, y - 100) - 50) < 4 for x, y in live)
    assert scene_of(path.session).reach == (ROUND[1][0] - 150, ROUND[1][1] - 150, ROUND[1][0] + 150, ROUND[1][1] + 150)


def test_a_point_out_of_reach_is_refused_with_a_hint(path):
    click(path, (20, 20), (175, 20))
    assert len(path.session.gesture.points) == 1 and "Too far" in path.said[-1]
    assert path.session.gesture.live == ()
    click(path, (165, 20))
    assert len(path.session.gesture.points) == 2


def test_the_square_stays_within_20_pixels_and_the_frame(path):
    path.do(*["scissors.reach 1"] * 5)
    assert path.session.hand.reach == 320
    path.do("scissors.reach -1")
    assert path.session.hand.reach == 267
    path.do(*["scissors.reach -1"] * 30)
    assert path.session.hand.reach == 20


@pytest.mark.parametrize("how", ["point.positive", "point.negative", "prompt.undo", "history.undo"])
def test_the_last_point_can_be_taken_back(path, how):
    click(path, *ROUND[:3])
    path.do(how)  # the cursor is on the last point
    assert [tuple(round(v) for v in p) for p in path.session.gesture.points] == [(170, 100), (120, 150)]
    assert len(path.session.gesture.lines) == 1
    click(path, *ROUND[2:])
    path.do("tool.finish")
    assert abs(mask_area(rle_of_shape(path.session.shapes[0], (320, 200))) - DISC) < 0.05 * DISC


def test_all_points_can_be_taken_back(path):
    click(path, *ROUND[:2])
    path.do("prompt.undo", "prompt.undo")
    assert path.session.gesture.points == () and isinstance(path.session.gesture, Tracing)


def test_block_makes_straight_lines_without_reach(path):
    path.do("prompt.block")
    click(path, (20, 20), (300, 20), (300, 180), (20, 180))
    path.do("tool.finish")
    assert path.session.shapes[0].points == ((20.0, 20.0), (300.0, 20.0), (300.0, 180.0), (20.0, 180.0))


def test_the_closing_edge_follows_the_outline_when_it_is_within_reach(path):
    click(path, *[(120 + 50 * math.cos(a), 100 + 50 * math.sin(a)) for a in (0, 2.09, 4.19)])
    path.do("tool.finish")
    mask = rle_of_shape(path.session.shapes[0], (320, 200))
    assert abs(mask_area(mask) - DISC) < 0.05 * DISC


def test_the_closing_edge_is_straight_when_it_is_too_long(path):
    path.do(*["scissors.reach -1"] * 6)  # 100
    click(path, *[(120 + 50 * math.cos(a / 4), 100 + 50 * math.sin(a / 4)) for a in range(13)])
    path.do("tool.finish")
    half = rle_of_shape(path.session.shapes[0], (320, 200))
    assert 0.4 * DISC < mask_area(half) < 0.65 * DISC


def test_n_waits_for_lines_that_are_still_being_traced(path):
    path.held = []
    click(path, *ROUND)
    path.do("tool.finish")
    assert not path.session.shapes
    path.release()
    assert abs(mask_area(rle_of_shape(path.session.shapes[0], (320, 200))) - DISC) < 0.05 * DISC


def test_a_click_after_n_goes_on_with_the_path(path):
    path.held = []
    click(path, *ROUND[:3])
    path.do("tool.finish")
    click(path, ROUND[3])
    path.release()
    assert not path.session.shapes and len(path.session.gesture.points) == 4
    path.do("tool.finish")
    assert len(path.session.shapes[0].prompt.points) == 4


def test_too_few_points_are_refused_and_kept(path):
    click(path, *ROUND[:2])
    path.do("tool.finish")
    assert len(path.session.gesture.points) == 2 and "3 points" in path.said[-1]


def test_the_slider_simplifies_the_path(path):
    click(path, *ROUND)
    many = vertices_now(path.session)
    path.do("prompt.points -9")
    few = vertices_now(path.session)
    path.do("tool.finish")
    assert few < many and len(path.session.shapes[0].points) == few


def test_a_finished_path_is_reopened_with_its_points_and_square(path):
    path.do("scissors.reach -1")
    click(path, *ROUND)
    path.do("tool.finish", "prompt.points 0")
    before = path.session.shapes[0]
    path.session.hand.reach = 77
    path.do("tool.redraw")
    held = path.session.gesture
    assert list(held.points) == [(x, y) for x, y, _ in before.prompt.points] and held.traced
    assert path.session.hand.reach == 250
    path.do("tool.finish")
    assert path.session.shapes[0].id == before.id and path.session.shapes[0].points == before.points


def test_escape_empties_the_path_then_puts_the_scissors_away_and_undo_brings_it_back(path):
    click(path, *ROUND[:2])
    path.do("tool.cancel")
    assert path.session.gesture.points == ()
    path.do("history.undo")
    assert len(path.session.gesture.points) == 2 and path.session.gesture.path
    path.do("tool.cancel", "tool.cancel")
    assert path.session.gesture.mode == "main"


@pytest.mark.parametrize("keys", [("tool.finish", "cursor.jump"), ("cursor.jump", "tool.finish")])
def test_lines_that_come_while_the_grid_is_open_finish_the_path_too(path, keys):
    path.held = []
    click(path, *ROUND)
    path.do(*keys)
    if keys[0] == "cursor.jump":
        path.do("cursor.jump")  # finishing has put the grid away; here it is open when the lines come
    path.release()
    assert abs(mask_area(rle_of_shape(path.session.shapes[0], (320, 200))) - DISC) < 0.05 * DISC
    assert path.session.view.jump is not None and isinstance(path.session.gesture, Idle)


def test_lines_that_come_while_the_grid_is_open_are_kept(path):
    path.held = []
    click(path, *ROUND[:3])
    path.do("cursor.jump")
    path.release()
    assert path.session.gesture.traced and path.session.gesture.closing
    path.do("jump.end", "tool.finish")
    assert path.session.shapes


def test_a_click_on_the_first_point_closes_the_path(path):
    click(path, *ROUND[:2])
    path.at(ROUND[0][0] - 2, ROUND[0][1])
    assert scene_of(path.session).hot_click is None
    click(path, *ROUND[2:])
    path.at(ROUND[0][0] - 2, ROUND[0][1])
    assert scene_of(path.session).draft.hot == 0 and scene_of(path.session).hot_click is None
    path.do("point.positive")
    shape = path.session.shapes[0]
    assert len(shape.prompt.points) == 4
    assert abs(mask_area(rle_of_shape(shape, (320, 200))) - DISC) < 0.05 * DISC


@pytest.mark.parametrize("slider", [0, 5, 9, 13])
def test_the_path_is_drawn_as_the_polygon_that_n_makes(path, slider):
    path.session.set(points=slider)
    click(path, *ROUND)
    path.at(10, 10)
    (ring,) = scene_of(path.session).preview.rings
    assert len(ring) == vertices_now(path.session)
    path.do("tool.finish")
    assert np.allclose(ring, path.session.shapes[0].points, atol=0.006)


def test_the_closing_edge_is_drawn_before_n_and_follows_reach_and_block(path):
    """Along the outline while the ends are near enough for that; else straight."""
    click(path, *[(120 + 50 * math.cos(a), 100 + 50 * math.sin(a)) for a in (0, 2.09, 4.19)])
    whole = drawn_area(path)
    assert abs(whole - DISC) < 0.05 * DISC
    path.do("prompt.block")
    assert drawn_area(path) < 0.9 * whole
    path.do("prompt.block")
    assert drawn_area(path) == whole
    path.do(*["scissors.reach -1"] * 9)
    assert drawn_area(path) < 0.9 * whole
    path.do("prompt.undo")
    assert scene_of(path.session).preview is None and scene_of(path.session).draft is not None


def drawn_area(path) -> float:
    return sum(area(ring) for ring in scene_of(path.session).preview.rings)
