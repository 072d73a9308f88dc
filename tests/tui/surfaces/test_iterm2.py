"""iTerm2 images: the JPEG files are taken out of the bytes, put where they belong and compared with the picture."""

from __future__ import annotations

import base64
import re

import cv2
import numpy as np
import pytest

from tui.surfaces.base import Area
from tui.surfaces.iterm2 import Iterm2Surface

AREA = Area(3, 1, 80, 24, (10, 20))
IMAGE = re.compile(rb"\x1b\[(\d+);(\d+)H\x1b\]1337;File=([^:]*):([^\x07]*)\x07")


def put(canvas: np.ndarray, data: bytes) -> int:
    """Paint the images in some bytes as the terminal would; return how many bytes there were."""
    if data:
        assert data.startswith(b"\x1b7") and data.endswith(b"\x1b8")
    rest = IMAGE.sub(b"", data)
    assert rest in (b"", b"\x1b7\x1b8")
    for row, column, options, content in IMAGE.findall(data):
        given = dict(option.split(b"=") for option in options.split(b";"))
        file = base64.b64decode(content, validate=True)
        assert int(given[b"size"]) == len(file) and given[b"inline"] == given[b"doNotMoveCursor"] == b"1"
        assert given[b"preserveAspectRatio"] == b"0"
        width, height = int(given[b"width"]) * 10, int(given[b"height"]) * 20
        pixels = cv2.cvtColor(cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        x, y = (int(column) - 1 - AREA.column) * 10, (int(row) - 1 - AREA.row) * 20
        assert x >= 0 and y >= 0 and x + width <= canvas.shape[1] and y + height <= canvas.shape[0]
        canvas[y : y + height, x : x + width] = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return len(data)


def photo(seed: int) -> np.ndarray:
    small = np.random.default_rng(seed).integers(0, 256, (24, 40, 3)).astype(np.uint8)
    return cv2.resize(small, AREA.size, interpolation=cv2.INTER_CUBIC)


def error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.fixture
def shown() -> tuple[Iterm2Surface, np.ndarray, np.ndarray]:
    surface, canvas, picture = Iterm2Surface(), np.zeros((480, 800, 3), np.uint8), photo(1)
    surface.resize(AREA)
    put(canvas, surface.base(picture, "full"))
    return surface, canvas, picture


def test_a_full_picture_is_near_and_a_draft_small(shown: tuple[Iterm2Surface, np.ndarray, np.ndarray]) -> None:
    surface, canvas, picture = shown
    assert error(canvas, picture) < 2
    full = len(surface.base(picture, "full"))
    assert put(canvas, surface.base(picture[::2, ::2], "draft")) < full / 3
    assert error(canvas, picture) < 9


def test_changes_are_sent_as_rectangles_of_cells(shown: tuple[Iterm2Surface, np.ndarray, np.ndarray]) -> None:
    surface, canvas, picture = shown
    picture = picture.copy()
    picture[101:165, 203:267] = photo(2)[101:165, 203:267]
    assert put(canvas, surface.patch(picture[101:165, 203:267], (203, 101, 64, 64))) <= 12_000
    layer = np.zeros((40, 100, 4), np.uint8)
    layer[10:12] = 255, 0, 0, 255
    assert put(canvas, surface.overlay(layer, (400, 300, 100, 40))) <= 12_000
    picture[310:312, 400:500] = 255, 0, 0
    assert error(canvas, picture) < 2
    assert error(canvas[310:312, 405:495], picture[310:312, 405:495]) < 25


def test_the_crosshair_leaves_no_trace(shown: tuple[Iterm2Surface, np.ndarray, np.ndarray]) -> None:
    surface, canvas, picture = shown
    for point in [(300.0, 200.0), (311.0, 205.0), (799.0, 479.0)]:
        assert put(canvas, surface.cursor(point)) <= 30_000
    put(canvas, surface.cursor((400.0, 240.0)))
    assert canvas[240, 415].min() > 200
    put(canvas, surface.cursor(None))
    assert error(canvas, picture) < 2


def test_the_last_row_of_the_screen_stays_free() -> None:
    surface, canvas = Iterm2Surface(), np.zeros((480, 800, 3), np.uint8)
    surface.resize(Area(3, 1, 80, 24, (10, 20), screen_rows=25))
    put(canvas, surface.base(photo(1), "full"))
    assert canvas[459].any() and not canvas[460:].any()


def test_a_message_over_the_picture_is_left_alone(shown: tuple[Iterm2Surface, np.ndarray, np.ndarray]) -> None:
    surface, canvas, picture = shown
    surface.cover([(50, 20, 20, 3)])
    message = canvas[400:460, 500:700]
    message[:] = 99
    put(canvas, surface.damaged(range(18, 24)))
    put(canvas, surface.base(picture, "full"))
    assert (message == 99).all()
    surface.cover([])
    put(canvas, surface.damaged(range(20, 23)))
    assert error(canvas, picture) < 2


def test_damaged_rows_come_back(shown: tuple[Iterm2Surface, np.ndarray, np.ndarray]) -> None:
    surface, canvas, picture = shown
    canvas[40:100] = 0
    put(canvas, surface.damaged(range(2, 5)))
    assert error(canvas, picture) < 2
    surface.resize(AREA)
    assert surface.damaged(range(24)) == b"" and surface.cursor((3.0, 3.0)) == b""
