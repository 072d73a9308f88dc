"""The frame's visible part, against a plain calculation pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from engine.render import Pyramid, Renderer, paint_base, same_base
from engine.render.base import BACKDROP, tone_table
from engine.scene import Picture, Scene
from engine.viewport import Viewport


def smooth(width: int, height: int) -> Picture:
    """A picture whose colours tell where they are: red runs along x, green along y."""
    y, x = np.mgrid[:height, :width]
    red, green = (x + 0.5) * 255 / width, (y + 0.5) * 255 / height
    return Picture(np.stack((red, green, x * 0 + 90), axis=2).astype(np.uint8), ("smooth", width, height))


@pytest.mark.parametrize("divisor", [1, 2, 3])
@pytest.mark.parametrize("pyramid", [None, Pyramid()])
@pytest.mark.parametrize(
    "viewport",
    [
        Viewport.fit((640, 480), (200, 150)),
        Viewport.fit((640, 480), (333, 111)),
        Viewport.fit((64, 48), (301, 223)),
        Viewport((640, 480), (200, 150), 1.0, (100.0, 77.0)),
        Viewport((640, 480), (200, 150), 1.7, (100.3, 77.8)),
        Viewport((640, 480), (200, 150), 0.6, (100.3, 77.8)),
        Viewport((4000, 3000), (200, 150), 0.05, (0.0, 0.0)),
        Viewport((640, 480), (200, 150), 13.0, (300.3, 200.8)),
        Viewport((640, 480), (200, 150), 64.0, (637.0, 470.0)),
    ],
)
def test_every_view_pixel_shows_its_frame_point(viewport, pyramid, divisor):
    scene = Scene(smooth(*viewport.frame_size), viewport)
    pixels = paint_base(scene, divisor, pyramid=pyramid).astype(float)
    width, height = viewport.view_size
    assert pixels.shape == (-(-height // divisor), -(-width // divisor), 3)
    x = (np.arange(pixels.shape[1]) + 0.5) * divisor / viewport.scale + viewport.origin[0]
    y = (np.arange(pixels.shape[0]) + 0.5) * divisor / viewport.scale + viewport.origin[1]
    slack = 1.5 * divisor / viewport.scale
    within_x = (x > slack) & (x < viewport.frame_size[0] - slack)
    within_y = (y > slack) & (y < viewport.frame_size[1] - slack)
    shown = pixels[np.ix_(within_y, within_x)]
    step = max(slack, 1.0)
    for axis, places in ((0, x[within_x][None, :]), (1, y[within_y][:, None])):
        wanted = places * 255 / viewport.frame_size[axis]
        assert np.abs(shown[..., axis] - wanted).max() <= step * 255 / viewport.frame_size[axis] + 2
    outside_x = (x < -slack) | (x > viewport.frame_size[0] + slack)
    assert (pixels[:, outside_x] == BACKDROP).all()


def test_native_size_is_the_frame_itself():
    picture = smooth(90, 70)
    assert (paint_base(Scene(picture, Viewport((90, 70), (90, 70)))) == picture.pixels).all()


def test_a_zoomed_pixel_is_a_plain_square():
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
    shown = paint_base(Scene(Picture(pixels, 1), Viewport((8, 8), (40, 40), 10.0, (2.0, 3.0))))
    assert (shown == np.repeat(np.repeat(pixels[3:7, 2:6], 10, axis=0), 10, axis=1)).all()


def test_a_single_bright_pixel_is_not_lost_when_everything_is_small():
    pixels = np.zeros((2000, 3000, 3), np.uint8)
    pixels[1000:1008, 1500:1508] = 255
    shown = Renderer().paint_base(Scene(Picture(pixels, 1), Viewport.fit((3000, 2000), (300, 200))))
    assert shown.max() > 60


def test_tone():
    assert (tone_table(0, 0) == np.arange(256)).all()
    assert tone_table(0.5, 0)[100] == 164 and tone_table(-1, 0).max() <= 128
    flat, steep = tone_table(0, -1), tone_table(0, 1)
    assert np.ptp(flat.astype(int)) <= 2 and steep[100] == 0 and steep[150] == 255
    scene = Scene(smooth(40, 30), Viewport.fit((40, 30), (100, 30)), brightness=0.3)
    shown = paint_base(scene)
    assert (shown[:, :10] == BACKDROP).all() and (
        shown[15, 50] > paint_base(Scene(scene.picture, scene.viewport))[15, 50]
    ).all()


def test_no_picture_is_backdrop():
    assert (paint_base(Scene(None, Viewport.fit((0, 0), (7, 5)))) == BACKDROP).all()


def test_same_base():
    picture, view = smooth(40, 30), Viewport.fit((40, 30), (100, 30))
    scene = Scene(picture, view)
    assert same_base(scene, Scene(Picture(picture.pixels.copy(), picture.key), view, cursor=(1.0, 2.0)))
    assert not same_base(scene, Scene(picture, view, contrast=0.1))
    assert not same_base(scene, Scene(picture, view.zoomed(2, (0, 0))))
    assert not same_base(scene, Scene(Picture(picture.pixels, "other"), view))
    assert not same_base(scene, Scene(None, view))


def test_a_pyramid_keeps_its_bounds_and_halves_rightly():
    pyramid = Pyramid(limit=400_000)
    for number in range(6):
        picture = Picture(np.full((512, 512, 3), number, np.uint8), number)
        level = pyramid.level(picture, 1)
        assert level.shape == (256, 256, 3) and (level == number).all()
        assert pyramid.level(picture, 1) is level
        assert pyramid.size <= 400_000
    odd = Picture(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3), "odd")
    assert pyramid.level(odd, 1)[0, 0].tolist() == pytest.approx(odd.pixels[:2, :2].mean(axis=(0, 1)).tolist(), abs=0.6)
    assert pyramid.level(odd, 5).shape == (1, 1, 3)
    thin = Picture(np.zeros((1, 900, 3), np.uint8), "thin")
    assert pyramid.level(thin, 3) is thin.pixels
    assert paint_base(Scene(thin, Viewport.fit((900, 1), (9, 9))), pyramid=pyramid).shape == (9, 9, 3)
