"""Outlines with very many points: what is drawn is bounded by the view, and looks as it did."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.masks import encode
from engine.outlines import rings_of_mask
from engine.render import paint_overlay
from engine.render.layer import Layer
from engine.render.thin import MANY, PIECE, chains_of, dense, spread, tangled, thinned
from engine.scene import PreviewView, Scene
from engine.viewport import Viewport

VIEW = (320, 200)
PIXELS = VIEW[0] * VIEW[1]


def noise(height: int, width: int) -> list:
    """Return the outlines of a mask that no network was sure of: most are specks of a pixel or two."""
    return rings_of_mask(encode(np.random.default_rng(3).random((height, width)) > 0.45))


def ragged(count: int) -> np.ndarray:
    """Return one ring round the middle of the view that jumps to and fro within a pixel."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 80 + np.random.default_rng(4).uniform(-0.3, 0.3, count)
    return np.stack((160 + radius * np.cos(angle), 100 + radius * np.sin(angle)), axis=1)


def test_a_drawing_of_few_points_stays_exactly_as_it_is():
    chains = [ragged(MANY // 2), ragged(MANY // 2) + 3]
    assert thinned(chains, VIEW) is chains


def test_a_noisy_mask_has_no_more_lines_than_specks_can_be_told_apart_or_is_said_to_be_dense():
    rings = noise(800, 1280)
    whole = chains_of(rings)
    found = thinned([chain / 40 for chain in whole], VIEW)
    assert len(found) < PIXELS
    assert sum(map(len, found)) < sum(map(len, whole)) / 4
    assert dense(thinned([chain / 4 for chain in whole], VIEW))
    assert not dense(thinned([ragged(200_000)], VIEW))


def test_of_a_long_outline_a_few_points_a_pixel_are_left_near_the_old_ones():
    (found,) = thinned([ragged(200_000)], VIEW)
    assert len(found) < 6_000
    radius = np.hypot(*(found - (160, 100)).T)
    assert np.abs(radius - 80).max() < 0.5


def test_what_lies_beyond_a_side_is_cut_short_and_specks_there_are_left_out():
    far = ragged(50_000) * 40
    specks = [np.full((4, 2), 5000.0) + np.arange(8).reshape(4, 2) / 9 + i for i in range(1000)]
    assert sum(map(len, thinned([far, *specks], VIEW))) < 100


def test_specks_in_one_pixel_are_drawn_once():
    specks = [np.array([(50.1, 60.2), (50.4, 60.2), (50.4, 60.5)]) for _ in range(5000)]
    assert [len(chain) for chain in thinned(specks, VIEW)] == [2]


def test_dots_keep_their_distance():
    points = np.random.default_rng(5).uniform((0, 0), VIEW, (300_000, 2))
    assert len(spread(points, 4.0)) <= PIXELS / 16
    assert len(spread(points[:MANY], 4.0)) == MANY


@pytest.mark.parametrize("stale", [False, True])
def test_a_thinned_preview_looks_like_the_whole_one(stale):
    plain = Scene(None, Viewport.fit(VIEW, VIEW))
    smooth = ragged(400)
    dense = np.concatenate([np.linspace(a, b, 40, endpoint=False)
                            for a, b in zip(smooth, np.roll(smooth, -1, axis=0), strict=True)])  # fmt: skip
    pictures = []
    for ring in (smooth, dense):
        preview = PreviewView((tuple(map(tuple, ring.tolist())),), (200, 80, 40), stale, vertices=False)
        pictures.append(paint_overlay(replace(plain, preview=preview), (0, 0, *VIEW)).astype(int))
    differs = np.abs(pictures[0][..., 3] - pictures[1][..., 3]) > 60
    assert differs.mean() < 0.02


@pytest.mark.parametrize("stale", [False, True])
def test_noise_is_neither_dashed_nor_dotted_and_leaves_no_halo(stale, monkeypatch):
    for name in ("lines", "rimmed_discs"):
        monkeypatch.setattr(Layer, name, lambda *given, **how: pytest.fail("drawn point by point"))
    preview = PreviewView(tuple(noise(400, 640)), (200, 80, 40), stale)
    scene = Scene(None, Viewport.fit((640, 400), VIEW), preview=preview)
    assert (paint_overlay(scene, (0, 0, *VIEW))[..., 3] > 0).mean() > 0.4


def zigzag(count, height=400.0):
    """Return a chain that runs from side to side of a view."""
    return np.stack((np.linspace(0, 600, count), np.arange(count) % 2 * height), axis=1)


@pytest.mark.parametrize(
    ("chain", "is_dense", "is_tangled"),
    [
        (zigzag(1500), False, False), (zigzag(3000), True, False), (zigzag(3000, 2.0), False, False),
        (zigzag(40_000), True, True), (zigzag(40_000, 2.0), True, False), (zigzag(4, 1e9), False, False),
    ],
)  # fmt: skip
def test_lines_from_side_to_side_are_drawn_at_a_bounded_cost(chain, is_dense, is_tangled):
    assert (dense([chain]), tangled([chain])) == (is_dense, is_tangled)
    layer = Layer((0, 0, 640, 400))
    layer.fill([chain], (255, 0, 0), 0.5)
    assert bool(layer.straight().any()) is not is_tangled


def test_long_chains_are_smoothed_piece_by_piece(monkeypatch):
    sizes, smooth = [], cv2.approxPolyDP

    def counted(points, *more):
        sizes.append(len(points))
        return smooth(points, *more)

    monkeypatch.setattr(cv2, "approxPolyDP", counted)
    chain = zigzag(40_000)
    (found,) = thinned([chain], (640, 400))
    assert max(sizes) <= PIECE and sum(sizes) <= len(chain)
    assert np.array_equal(found[0], chain[0]) and np.allclose(found[-1], chain[-1], atol=0.01)
