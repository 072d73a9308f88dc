"""What the cursor would take, what a point touches, and what it snaps to."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine import aim, masks
from engine.aim import hit, snap
from engine.chains import nearest_on
from engine.document import Shape
from engine.prompt import Prompt

BOX = Shape(1, 0, "a", "rectangle", ((10, 10), (50, 30)))
TURNED = Shape(2, 0, "a", "rectangle", ((10, 10), (50, 30)), rotation=90)
ROUND = Shape(3, 0, "a", "ellipse", ((40, 40), (60, 50)))
OPEN = Shape(4, 0, "a", "polyline", ((0, 0), (20, 0), (20, 20)))
DOTS = Shape(5, 0, "a", "points", ((5, 5), (15, 5)))
HOLE = np.ones((30, 30), bool)
HOLE[10:20, 10:20] = False
MASK = Shape(6, 0, "a", "mask", mask=masks.encode_window(HOLE, (100, 100), (200, 300)))


@pytest.mark.parametrize(
    ("shape", "point", "part", "index"),
    [
        (BOX, (11, 11), "vertex", 0),
        (BOX, (49, 31), "vertex", 2),
        (BOX, (30, 31), "outline", 2),
        (BOX, (30, 20), "inside", -1),
        (TURNED, (40, 1), "vertex", 0),
        (TURNED, (30, 35), "inside", -1),
        (ROUND, (60.5, 40), "outline", None),
        (ROUND, (40, 40), "inside", -1),
        (OPEN, (10, 1), "outline", 0),
        (DOTS, (14, 5), "vertex", 1),
        (DOTS, (13, 5), "vertex", 1),
        (BOX, (30, 32), "outline", 2),
        (MASK, (101, 105), "outline", None),
        (MASK, (105, 105), "inside", -1),
        (MASK, (111, 115), "outline", None),
    ],
)
def test_hits(shape, point, part, index):
    found = hit(shape, point, 2)
    assert found is not None and found.part == part and (index is None or found.index == index)
    assert found.distance <= 2


@pytest.mark.parametrize(
    ("shape", "point"),
    [(BOX, (30, 35)), (TURNED, (12, 12)), (ROUND, (22, 32)), (OPEN, (8, 12)), (DOTS, (10, 5)), (MASK, (115, 115))],
)
def test_misses(shape, point):
    assert hit(shape, point, 2) is None


def test_snapping_prefers_shared_corners():
    assert snap((51, 12), (BOX, ROUND), 3) == (50, 12)
    assert snap((51, 11), (BOX, ROUND), 3) == (50, 10)
    assert snap((53, 20), (BOX,), 2) is None
    assert snap((50.5, 20), (BOX, replace(DOTS, points=((51.5, 20),))), 3) == (51.5, 20)  # though the edge is nearer
    assert snap((30, 30), (), 5) is None
    assert snap((0, 0), (EMPTY,), 50) is None
    assert snap((0, 0), (replace(DOTS, points=((3, 0),)), replace(DOTS, points=((0, 3),))), 9) == (3, 0)  # the first
    assert snap((120, 99), (MASK, BOX), 3) == (120, 100)


def test_long_chains_answer_as_short_ones():
    angles = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    ring = tuple((float(50 * np.cos(a)), float(50 * np.sin(a))) for a in angles)
    found = nearest_on(ring, (0, 60), closed=True)
    assert found is not None and found.index in (74, 75) and found.point == pytest.approx((0, 50), abs=0.02)
    closing = nearest_on(ring, (55, -0.5), closed=True)
    assert closing is not None and closing.index == 299
    assert nearest_on(ring, (55, -0.5), closed=False).index != 299


NEAR = ((0.0, 0.0), (10.0, 0.0), (10.0, 0.0))


@pytest.mark.parametrize(
    ("cursor", "scale", "number"),
    [
        ((1, 0), 1, 0),
        ((9, 0), 1, 2),  # the last of two at one place
        ((4, 0), 1, 0),
        ((6, 0), 1, 2),
        ((0, 8), 1, 0),
        ((0, 8.1), 1, None),
        ((0, 4), 2, 0),  # 8 pixels of the screen, at every zoom
        ((0, 4.1), 2, None),
        ((0, 16), 0.5, 0),
        ((0, 16.2), 0.5, None),
    ],
)
def test_a_point_is_taken_within_eight_pixels_of_the_screen(cursor, scale, number):
    assert aim.taken(NEAR, cursor, scale) == number


def test_of_no_points_none_is_taken():
    assert aim.taken((), (0, 0), 1) is None


@pytest.mark.parametrize(("cursor", "number"), [((21, 20), 0), ((31, 20), 1), ((26, 40), None)])
def test_a_click_takes_the_prompts_nearest_point_inside_or_outside(cursor, number):
    prompt = Prompt().add((20, 20)).add((30, 20), positive=False)
    assert aim.click_at(prompt, cursor, 1) == number


PATH = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (20.0, 100.0))


@pytest.mark.parametrize(
    ("count", "cursor", "number"),
    [
        (4, (1, 1), 0),
        (4, (21, 100), 3),
        (4, (100, 1), None),  # those between are neither removed nor closed on
        (2, (1, 1), None),  # a path of two points encloses nothing
        (2, (99, 1), 1),
        (1, (1, 1), 0),
        (3, (1, 1), 0),
        (4, (50, 50), None),
    ],
)
def test_of_a_path_the_last_point_is_taken_and_the_first_once_it_can_be_closed(count, cursor, number):
    assert aim.path_point_at(PATH[:count], cursor, 1) == number


def test_of_a_closed_paths_two_ends_the_nearer_is_taken():
    ends = (*PATH[:3], (6.0, 0.0))
    assert (aim.path_point_at(ends, (2, 0), 1), aim.path_point_at(ends, (4, 0), 1)) == (0, 3)


@pytest.mark.parametrize(
    ("kind", "count", "cursor", "scale", "number"),
    [
        ("polygon", 3, (103, 103), 1, 2),
        ("polygon", 3, (100, 103.5), 1, None),
        ("polygon", 3, (100, 101.6), 2, None),
        ("polygon", 3, (100, 104), 0.5, 2),
        ("polygon", 3, (103.5, 100), 1, None),  # vertices may stand closer than a point is taken from
        ("polygon", 3, (101.6, 100), 2, None),
        ("polygon", 3, (6, 5), 1, 0),
        ("polygon", 3, (100, 5), 1, None),
        ("polygon", 2, (6, 5), 1, None),
        ("polyline", 3, (6, 5), 1, None),
        ("polyline", 3, (101, 100), 1, 2),
        ("points", 3, (101, 100), 1, 2),
        ("points", 3, (1, 0), 1, None),
        ("rectangle", 1, (0, 0), 1, None),
        ("ellipse", 1, (0, 0), 1, None),
        ("polygon", 0, (0, 0), 1, None),
    ],
)
def test_of_a_drawing_the_last_point_is_taken_and_a_polygons_first(kind, count, cursor, scale, number):
    assert aim.drawn_point_at(kind, PATH[:count], cursor, scale) == number


@pytest.mark.parametrize(
    ("shape", "cursor", "number"),
    [(BOX, (12, 10), 0), (BOX, (12, 30), 3), (TURNED, (40, 1), 0), (ROUND, (60, 42), 0), (MASK, (101, 105), None)],
)
def test_a_shapes_handles_are_taken_as_they_are_turned(shape, cursor, number):
    assert aim.vertex_at(shape, cursor, 4) == number


SMALL = Shape(11, 0, "a", "rectangle", ((20, 15), (30, 25)))
THIN = Shape(13, 0, "a", "rectangle", ((22, 16), (24, 46)))
WIDE = Shape(15, 0, "a", "rectangle", ((10, 19), (40, 21)))
EMPTY = Shape(14, 0, "a", "mask", mask=masks.encode_window(HOLE & False, (0, 0), (200, 300)))
HIGH = Shape(12, 0, "a", "rectangle", ((0, 0), (60, 60)), z=1)


@pytest.mark.parametrize(
    ("items", "point", "scale", "number"),
    [
        ((BOX, SMALL), (25, 20), 1, 11),  # the smaller of two, in whatever order they come
        ((SMALL, BOX), (25, 20), 1, 11),
        ((BOX, SMALL, HIGH), (25, 20), 1, 12),  # what is on top, however large
        ((BOX, SMALL), (45, 20), 1, 1),
        ((SMALL, THIN), (23, 20), 1, 13),  # of less area, though higher and further out
        ((THIN, SMALL), (23, 20), 1, 13),
        ((SMALL, WIDE), (25, 20), 1, 15),
        ((EMPTY, SMALL), (25, 20), 1, 11),
        ((SMALL,), (35.5, 20), 1, 11),  # within six pixels of the screen
        ((SMALL,), (36.5, 20), 1, None),
        ((SMALL,), (33.5, 20), 2, None),
        ((SMALL,), (32.5, 20), 2, 11),
        ((), (0, 0), 1, None),
    ],
)
def test_a_click_takes_the_topmost_then_the_smallest(items, point, scale, number):
    found = aim.item_at(items, point, scale)
    assert (found.id if found else None) == number
