"""Sixel: the pixels are taken back from the bytes by a small decoder and compared with the picture."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.viewport import Rect
from tui.surfaces.base import Area
from tui.surfaces.palette import palette_for
from tui.surfaces.sixel import SixelSurface
from tui.surfaces.sixel_code import LEAVE, encoded

AREA = Area(4, 2, 96, 32, (10, 20))
ODD = Area(1, 3, 30, 9, (9, 19), screen_rows=13)


class Screen:
    """Shows Sixel images where the text cursor is, opaque pixels over what was there; knows nothing else."""

    def __init__(self, area: Area) -> None:
        self.cell, self.area, self.images, self.lowest_row = area.cell, area, 0, 0
        height, width = (area.row + area.rows) * area.cell[1], (area.column + area.columns) * area.cell[0]
        self.pixels = np.zeros((height, width, 3), np.uint8)
        self._at = 0, 0

    @property
    def canvas(self) -> np.ndarray:
        return self.pixels[self.area.row * self.cell[1] :, self.area.column * self.cell[0] :]

    def feed(self, data: bytes) -> int:
        """Take what a surface returned; every byte must belong to a sequence that is known here."""
        pattern = re.compile(rb'\x1b[78]|\x1b\[(\d+);(\d+)H|\x1bP0;1;0q"1;1;(\d+);(\d+)([^\x1b]*)\x1b\\')
        end = 0
        for match in pattern.finditer(data):
            assert match.start() == end, data[end : match.start()][:40]
            end = match.end()
            if match[1]:
                self._at = int(match[1]) - 1, int(match[2]) - 1
            elif match[3]:
                self._paint(int(match[3]), int(match[4]), match[5])
        assert end == len(data)
        return len(data)

    def _paint(self, width: int, height: int, body: bytes) -> None:
        x0, y0 = self._at[1] * self.cell[0], self._at[0] * self.cell[1]
        assert x0 + width <= self.pixels.shape[1] and y0 + height <= self.pixels.shape[0]
        assert width % self.cell[0] == 0 and height % self.cell[1] == 0, "text would cut the picture's cells"
        self.images += 1
        self.lowest_row = max(self.lowest_row, self._at[0] + height // self.cell[1] - 1)
        colours: dict[int, tuple[int, ...]] = {}
        x, y, colour = 0, 0, -1
        for match in re.finditer(rb"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|\$|-", body):
            if match[1]:
                colour = int(match[1])
                if match[2]:
                    colours[colour] = tuple(int(value) * 255 // 100 for value in match.groups()[1:4])
            elif match[0] in (b"$", b"-"):
                x, y = 0, y + 6 * (match[0] == b"-")
            else:
                count, bits = int(match[5] or 1), (match[6] or match[7])[0] - 63
                assert x + count <= width
                for row in range(6):
                    if bits >> row & 1:
                        assert y + row < height
                        self.pixels[y0 + y + row, x0 + x : x0 + x + count] = colours[colour]
                x += count


def photo(seed: int, width: int = 960, height: int = 640) -> np.ndarray:
    """A picture with soft shades, sharp edges and some noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shades = np.stack([x / width * 200, y / height * 220, (x + y) / (width + height) * 255], axis=-1)
    for _ in range(40):
        left, top = random.integers(0, width), random.integers(0, height)
        shades[top : top + height // 8, left : left + width // 10] = random.integers(0, 256, 3)
    return np.clip(shades + random.normal(0, 4, shades.shape), 0, 255).astype(np.uint8)


def outline(rect: Rect, colour: tuple[int, int, int] = (255, 220, 40)) -> np.ndarray:
    layer = np.zeros((rect[3], rect[2], 4), np.uint8)
    for side in (layer[:2], layer[-2:], layer[:, :2], layer[:, -2:]):
        side[:] = (*colour, 255)
    return layer


def error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize("shape", [(6, 1), (1, 1), (5, 7), (19, 18), (20, 10), (61, 300)])
def test_encoded_says_every_pixel_and_leaves_the_rest(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    index = random.choice(np.array([0, 3, 4, 254, LEAVE], np.uint8), shape, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    index[shape[0] // 3 : shape[0] // 3 + 13] = LEAVE  # at least one whole band without a pixel
    palette = random.integers(0, 101, (255, 3)).astype(np.uint8)
    screen = Screen(Area(0, 0, shape[1], shape[0], (1, 1)))
    screen.pixels[:] = 77
    screen.feed(encoded(index, palette))
    wanted = np.full((*shape, 3), 77, np.uint8)
    wanted[index != LEAVE] = palette[index[index != LEAVE]].astype(int) * 255 // 100
    assert np.array_equal(screen.pixels, wanted)


def test_a_palette_is_near_a_picture_and_keeps_pure_colours() -> None:
    picture = photo(2, 320, 200)
    palette = palette_for(picture)
    assert palette.error < 60
    assert palette.suits(picture) and not palette.suits(255 - picture[:, :, ::-1] // 2)
    pure = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert np.abs(palette.percent[palette.indices(pure)] - np.round(pure / 2.55)).max() <= 3


def test_a_picture_is_shown_once_and_right() -> None:
    surface, screen, picture = SixelSurface(), Screen(AREA), photo(3)
    screen.feed(surface.resize(AREA))
    screen.feed(surface.base(picture, "full"))
    assert screen.images == 1
    assert error(screen.canvas, picture) < 7
    assert surface.base(picture, "full") == b""


def test_a_draft_costs_less_than_half_and_the_full_picture_replaces_it() -> None:
    surface, screen, picture = SixelSurface(), Screen(AREA), photo(4)
    surface.resize(AREA)
    draft = screen.feed(surface.base(picture[::2, ::2], "draft"))
    assert error(screen.canvas, picture) < 25
    again = screen.feed(surface.base(picture, "full"))
    assert error(screen.canvas, picture) < 7
    surface.resize(AREA)
    whole = len(surface.base(picture, "full"))
    assert draft < whole / 2 and again < whole


@pytest.mark.parametrize("holes", [True, False])
def test_changes_send_what_they_change(holes: bool) -> None:
    surface, screen, picture, other = SixelSurface(holes=holes), Screen(AREA), photo(5), photo(6)
    surface.resize(AREA)
    screen.feed(surface.base(picture, "full"))
    assert screen.feed(surface.patch(other[300:364, 405:469], (405, 300, 64, 64))) <= 12_000
    picture[300:364, 405:469] = other[300:364, 405:469]
    assert error(screen.canvas[300:364, 405:469], picture[300:364, 405:469]) < 16
    before = screen.canvas.copy()
    box = 500, 303, 300, 300
    assert screen.feed(surface.overlay(outline(box), box)) <= (8_000 if holes else 60_000)
    assert error(screen.canvas[304, 600], np.array([255, 220, 40])) < 25
    screen.feed(surface.overlay(np.zeros((300, 300, 4), np.uint8), box))
    assert np.array_equal(screen.canvas, before)


@pytest.mark.parametrize("holes", [True, False])
def test_the_crosshair_moves_cheaply_and_leaves_no_trace(holes: bool) -> None:
    surface, screen = SixelSurface(holes=holes), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(7), "full"))
    before = screen.canvas.copy()
    for point in [(500.0, 300.0), (507.5, 303.2), (959.0, 639.0), (-3.0, 20.0), (0.0, 0.0), (800.0, 450.0)]:
        assert screen.feed(surface.cursor(point)) <= 30_000
    assert tuple(screen.canvas[450, 800 + 15]) == (255, 255, 255)
    assert np.array_equal(screen.canvas[450, 800], before[450, 800]), "the pixel aimed at stays free"
    assert surface.cursor((800.0, 450.0)) == b""
    screen.feed(surface.cursor(None))
    assert np.array_equal(screen.canvas, before)


def test_what_is_drawn_over_a_picture_gets_colours_near_its_own() -> None:
    """A translucent fill makes colours that the picture does not have."""
    surface, screen = SixelSurface(), Screen(AREA)
    y, x = np.mgrid[:640, :960].astype(np.float32)
    picture = np.stack([90 + x / 20, 70 + y / 20, 40 + x / 40], axis=-1).astype(np.uint8)
    surface.resize(AREA)
    screen.feed(surface.base(picture, "full"))
    before = screen.canvas.copy()
    for turn, colour in enumerate(
        [(40, 120, 255), (250, 240, 30), (10, 200, 90), (200, 20, 200), (0, 0, 0), (99, 220, 220)]
    ):
        left = 20 + 150 * turn
        layer = np.full((300, 140, 4), (*colour, 110), np.uint8)
        screen.feed(surface.overlay(layer, (left, 200, 140, 300)))
        wanted = (picture[200:500, left : left + 140] * (145 / 255) + np.array(colour) * (110 / 255)).astype(np.uint8)
        assert error(screen.canvas[200:500, left : left + 140], wanted) < 5
    screen.canvas[:] = 0
    screen.feed(surface.damaged(range(32)))
    assert error(screen.canvas[200:500, 770:910], wanted) < 5
    screen.feed(surface.overlay(np.zeros((640, 960, 4), np.uint8), (0, 0, 960, 640)))
    assert error(screen.canvas, before) < 3


def test_damaged_rows_are_painted_whole() -> None:
    surface, screen, picture = SixelSurface(), Screen(AREA), photo(8)
    surface.resize(AREA)
    assert surface.damaged(range(32)) == b""
    screen.feed(surface.base(picture, "full"))
    before = screen.canvas.copy()
    screen.canvas[3 * 20 : 6 * 20] = 0
    screen.feed(surface.damaged(range(3, 6)))
    assert np.array_equal(screen.canvas, before)


def test_the_last_row_of_the_screen_stays_free_so_that_it_does_not_scroll() -> None:
    surface, screen = SixelSurface(), Screen(ODD)
    surface.resize(ODD)
    screen.feed(surface.base(photo(9, 270, 171), "full"))
    screen.feed(surface.cursor((100.0, 170.0)))
    screen.feed(surface.damaged(range(9)))
    assert screen.lowest_row == ODD.screen_rows - 2


@pytest.mark.parametrize("holes", [True, False])
def test_a_message_over_the_picture_is_left_alone(holes: bool) -> None:
    surface, screen = SixelSurface(holes=holes), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(12), "full"))
    surface.cover([(70, 25, 20, 4)])
    message = screen.canvas[25 * 20 : 29 * 20, 70 * 10 : 90 * 10]
    message[:] = 99
    screen.feed(surface.damaged(range(20, 32)))
    screen.feed(surface.base(photo(13), "full"))
    screen.feed(surface.cursor((705.0, 510.0)))
    assert (message == 99).all()
    surface.cover([])
    screen.feed(surface.cursor(None))
    screen.feed(surface.damaged(range(25, 29)))
    assert error(screen.canvas, photo(13)) < 7


def test_symbols_stand_in_while_a_dialog_is_open() -> None:
    surface, screen = SixelSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(11), "full"))
    assert surface.changed() == []
    assert surface.suspend() == b""
    assert sum(width * height for _, _, width, height in surface.changed()) == 96 * 32
    assert surface.line(5).text.strip() and surface.line(5).cell_length == 96
    screen.feed(surface.damaged(range(32)))
    assert surface.changed() == [] and not surface.line(5).text.strip()


def test_after_a_new_area_everything_is_sent_again() -> None:
    surface, screen = SixelSurface(), Screen(AREA)
    surface.resize(AREA)
    screen.feed(surface.base(photo(10), "full"))
    small = Area(0, 1, 40, 20, (10, 20))
    surface.resize(small)
    screen = Screen(small)
    screen.feed(surface.base(photo(10)[:400, :400], "full"))
    assert error(screen.canvas, photo(10)[:400, :400]) < 6
    assert surface.line(3).text == " " * 40 and surface.changed() == []
