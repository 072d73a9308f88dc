"""Drawings as PNG files: exact where colours are few, in few bits; and what the jump's grid costs by that."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.jump import Jump, places_of
from engine.render import Renderer
from engine.scene import GridView, Picture, Scene
from engine.scene_of import grid_view
from engine.viewport import Viewport
from tui.surfaces.png import png_overlay

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "street"
MOST = 30_000
"""Bytes of the grid on the wire, where four characters carry three bytes."""


@pytest.mark.parametrize(("colors", "depth"), [(2, 1), (3, 2), (4, 2), (5, 4), (16, 4)])
@pytest.mark.parametrize("width", [1, 7, 64, 101])
def test_a_drawing_of_few_colours_is_exact_and_takes_few_bits(colors, depth, width):
    chance = np.random.default_rng(colors)
    palette = chance.integers(0, 256, (colors, 4), np.uint8)
    palette[:, 3] |= 1  # of what cannot be seen the colour is free
    numbers = chance.integers(0, colors, (33, width))
    numbers[0, :1], numbers[1:, :1] = 0, np.arange(32)[:, None] % colors
    file = png_overlay(palette[numbers])
    assert file[24] == depth
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(file)).convert("RGBA")), palette[numbers])


def test_more_colours_are_told_at_whole_rows_and_not_by_a_sample_alone():
    pixels = np.zeros((64, 300, 4), np.uint8)
    pixels[5, :, 0], pixels[..., 3] = np.arange(300) % 200, 255  # a row that no sample of every sixteenth meets
    found = np.asarray(Image.open(io.BytesIO(png_overlay(pixels))).convert("RGBA"))
    assert len(np.unique(found[5], axis=0)) > 8


def jumps() -> dict[str, Jump]:
    views = {"80x24": (560, 420), "160x45": (1170, 840), "folded": (1600, 900)}
    begun = {name: Jump((0.0, 0.0), Viewport.fit((1280, 720), size), (10, 20)) for name, size in views.items()}
    return {f"{name} {typed}": jump.typing("f").typing("f") if typed else jump
            for name, jump in begun.items() for typed in ("", "ff")}  # fmt: skip


@pytest.mark.parametrize("name", jumps())
def test_the_jumps_grid_costs_little_on_the_wire(name):
    jump = jumps()[name]
    pixels = np.asarray(Image.open(SAMPLES / "street_1.jpg").convert("RGB"))
    scene = Scene(Picture(pixels, 1), jump.viewport, grid=grid_view(jump))
    drawn = Renderer().paint_overlay(scene, (0, 0, *jump.viewport.view_size))
    assert len(png_overlay(drawn)) * 4 / 3 <= MOST


def test_what_is_drawn_of_a_place_in_the_lens_is_that_part_of_the_picture():
    pixels = np.full((720, 1280, 3), 40, np.uint8)
    pixels[:, 640:] = (250, 240, 200)
    jump = Jump((0.0, 0.0), Viewport.fit((1280, 720), (1280, 720)), (10, 20))
    first = places_of(jump)
    column = int(640 / (1280 / first.columns))
    jump = jump.typing("f").typing(first.letters[column])
    places = places_of(jump)
    grid = GridView(places.box, places.columns, places.rows, lens=places.lens)
    shown = Renderer().paint_overlay(Scene(Picture(pixels, 1), jump.viewport, grid=grid), (0, 0, 1280, 720))
    left, top, width, height = places.lens
    edge = left + (640 - places.box[0]) / (places.box[2] - places.box[0]) * width
    row = shown[top + height // 2, left + 2 : left + width - 2, 0] > 140
    assert abs(left + 2 + np.argmax(row) - edge) <= width / places.columns and not row[0] and row[-1]
