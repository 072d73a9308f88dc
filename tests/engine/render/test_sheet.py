"""Contact sheets: every crop has its place, and a shape lies on the sheet where its object does."""

from __future__ import annotations

import numpy as np
import pytest

from engine import masks
from engine.document import Shape
from engine.outlines import shape_box
from engine.render.sheet import blank, composed, layout, on_sheet, tile_of

FRAME = np.zeros((200, 320, 3), np.uint8)
FRAME[50:90, 100:160] = (200, 40, 40)


def mask() -> np.ndarray:
    found = np.zeros((200, 320), bool)
    found[50:90, 100:160] = True
    return found


SHAPES = {
    "rectangle": Shape(1, 0, "a", "rectangle", ((100, 50), (160, 90))),
    "polygon": Shape(1, 0, "a", "polygon", ((100, 50), (160, 50), (160, 90), (100, 90))),
    "polyline": Shape(1, 0, "a", "polyline", ((100, 50), (160, 90))),
    "points": Shape(1, 0, "a", "points", ((100, 50), (160, 90))),
    "ellipse": Shape(1, 0, "a", "ellipse", ((130, 70), (160, 90))),
    "mask": Shape(1, 0, "a", "mask", mask=masks.encode(mask())),
}


@pytest.mark.parametrize("size, cell", [((500, 360), (10, 20)), ((1150, 780), (10, 20)), ((40, 30), (10, 20)),
                                        ((3000, 1800), (8, 16)), ((300, 2000), (10, 20))])  # fmt: skip
def test_places_lie_apart_in_the_view_and_are_found_again(size: tuple[int, int], cell: tuple[int, int]) -> None:
    sheet = layout(size, cell, 25)
    assert 1 <= sheet.count <= 25
    taken = np.zeros((size[1], size[0]), int)
    for place in range(sheet.count):
        x, y, width, height = sheet.rect(place)
        taken[y : y + height, x : x + width] += 1
        assert sheet.at((x + width / 2, y + height / 2)) == place
    assert taken.max() <= 1 and sheet.at((-5.0, 3.0)) is None and sheet.at((1e6, 3.0)) is None


def test_a_terminal_of_80_columns_has_a_dozen() -> None:
    assert layout((500, 360), (10, 20), 25).count == 12


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("place", [0, 5])
def test_a_shape_lies_where_its_object_does(kind: str, place: int) -> None:
    sheet = layout((640, 400), (10, 20), 25)
    tile = tile_of(FRAME, SHAPES[kind], sheet.tile)
    picture = composed(sheet, (None,) * place + (tile,))
    red = np.argwhere((picture == (200, 40, 40)).all(2))
    (top, left), (bottom, right) = red.min(0), red.max(0) + 1
    (drawn,) = on_sheet(tile, sheet.rect(place))
    assert shape_box(drawn) == pytest.approx((left, top, right, bottom), abs=2)
    x, y, width, height = sheet.rect(place)
    assert x < left and right < x + width and y < top and bottom < y + height, "something is shown round it"


@pytest.mark.parametrize(
    "box", [((-40, -30), (20, 20)), ((300, 150), (500, 260)), ((0, 0), (320, 200)), ((5, 5), (6, 6))]
)
def test_boxes_at_the_border_huge_and_tiny_ones_fit(box: tuple[tuple[int, int], tuple[int, int]]) -> None:
    sheet = layout((640, 400), (10, 20), 25)
    tile = tile_of(FRAME, Shape(1, 0, "a", "rectangle", box), sheet.tile)
    assert tile.pixels.shape[:2] == sheet.tile[::-1]
    (drawn,) = on_sheet(tile, (0, 0, *sheet.tile))
    x1, y1, x2, y2 = shape_box(drawn)
    assert 0 < x1 < x2 < sheet.tile[0] and 0 < y1 < y2 < sheet.tile[1]


def test_what_is_not_there_has_no_shape() -> None:
    sheet = layout((640, 400), (10, 20), 25)
    tile = blank(sheet.tile, "is no longer there")
    assert not on_sheet(tile, sheet.rect(0)) and composed(sheet, (tile,)).shape == (400, 640, 3)
