"""What is sent for a strip: its crops one by one over a base that stays, also while that is still on its way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.render import Renderer
from engine.scene import CropView, Picture, Scene, StripView
from engine.viewport import Viewport
from tui.surfaces.picture import Presenter

PICTURE = Picture(np.random.default_rng(0).integers(0, 255, (200, 400, 3), np.uint8), "noise")
MADE = np.full((40, 40, 3), (10, 200, 30), np.uint8)


class Kept:
    """A surface that keeps the base as a terminal would show it, and says what it was sent."""

    tiled, writes_texts = True, False

    def __init__(self) -> None:
        self.base_pixels = np.zeros((300, 400, 3), np.uint8)
        self.sent: list[str] = []

    def base(self, pixels, quality) -> bytes:
        factor = 400 // pixels.shape[1]
        self.base_pixels = np.repeat(np.repeat(pixels, factor, 0), factor, 1)[:300, :400].copy()
        self.sent.append("base")
        return b"b"

    def patch(self, pixels, rect) -> bytes:
        x, y, width, height = rect
        self.base_pixels[y : y + height, x : x + width] = pixels
        self.sent.append("patch")
        return b"p"

    def overlay(self, pixels, rect) -> bytes:
        return b"o"


def scene_with(made: int) -> Scene:
    """A strip of four crops of which so many are made."""
    crops = [
        CropView((10 + 60 * n, 210, 50, 60), str(n), MADE + n if n < made else None, (n, n < made)) for n in range(4)
    ]
    view = replace(Viewport.fit((400, 200), (400, 300)), band=100).fitted()
    return Scene(PICTURE, view, strip=StripView((0, 200, 400, 100), tuple(crops), (1, 2, 3), 20))


def test_a_crop_that_has_been_made_is_sent_alone():
    surface = Kept()
    picture = Presenter(surface, Renderer())
    picture.show_base(scene_with(0))
    for made in (1, 3):
        assert not picture.needs_base(scene_with(made))
        picture.show_overlay(scene_with(made))
    assert surface.sent == ["base", "patch", "patch", "patch"] and picture.is_complete
    assert (surface.base_pixels == Renderer().paint_base(scene_with(3))).all()


def test_a_draft_gets_it_at_once_and_is_made_complete_with_it():
    surface = Kept()
    picture = Presenter(surface, Renderer())
    picture.show_base(scene_with(0), 2, "draft")
    picture.show_more(None, 10_000)  # the first tile of the complete one
    picture.show_overlay(scene_with(2))
    assert (surface.base_pixels[210:270, 10:60] == MADE[0, 0]).all()
    while not picture.is_complete:
        picture.show_more(None, 10_000)
    assert surface.sent.count("base") == 1
    assert (surface.base_pixels == Renderer().paint_base(scene_with(2))).all()
