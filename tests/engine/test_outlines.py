"""Masks to polygons and back, exactly; and the tolerance of the points slider."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine import masks, outlines
from engine.document import Shape
from engine.errors import EditError
from engine.geometry import area

FEW = settings(max_examples=40, deadline=None)
MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


def ragged(seed: int, size: int = 160, radius: float = 50) -> np.ndarray:
    """One object with a wavy, noisy border and no hole."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] - size / 2 + 0.5
    angle = np.arctan2(y, x)
    waves = sum(rng.uniform(0, 0.25 / n) * np.cos(n * angle + rng.uniform(0, 6.3)) for n in range(2, 7))
    mask = np.hypot(x, y) < radius * (1 + waves)
    noisy = cv2.GaussianBlur(mask * 255.0 + rng.normal(0, 60, mask.shape), (5, 5), 0) > 128
    count, parts, stats, _ = cv2.connectedComponentsWithStats(noisy.astype(np.uint8), connectivity=4)
    best = parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])) if count > 1 else noisy
    flood = cv2.floodFill(np.pad(best, 1).astype(np.uint8), None, (0, 0), (2,))[1][1:-1, 1:-1]
    return np.asarray(flood != 2)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return (a & b).sum() / (a | b).sum()


def filled(rings, shape) -> np.ndarray:
    return masks.decode(outlines.fill_rle(rings, shape))


@FEW
@given(MASKS, st.integers(0, 9), st.integers(0, 9))
def test_all_outlines_filled_give_the_mask_back(mask, x, y):
    rle = masks.encode_window(mask, (x, y), (24, 24))
    rings = outlines.rings_of_mask(rle)
    assert outlines.fill_rle(rings, (24, 24)) == rle


@FEW
@given(MASKS)
def test_the_parts_cover_the_mask_and_only_fill_its_holes(mask):
    rings = outlines.outlines(mask)
    flood = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(flood, None, (0, 0), 2, flags=4)
    whole = np.zeros(mask.shape, bool)
    for ring in rings:
        assert len(ring) >= 4
        whole |= filled([ring], mask.shape)
    assert (whole == (flood[1:-1, 1:-1] != 2)).all()
    assert sorted(map(area, rings), reverse=True) == list(map(area, rings))
    assert outlines.has_holes(mask) == bool((flood[1:-1, 1:-1] == 1).any())


@pytest.mark.parametrize("seed", range(6))
def test_epsilon_zero_keeps_area_and_pixels(seed):
    mask = ragged(seed)
    (ring,) = outlines.outlines(mask)
    assert area(ring) == mask.sum()
    assert (filled([ring], mask.shape) == mask).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("value", "radius", "least"), [(9, 50, 0.95), (11, 50, 0.985), (9, 300, 0.992), (12, 300, 0.997)]
)
def test_simplified_polygons_keep_the_object(seed, value, radius, least):
    mask = ragged(seed, size=round(radius * 3.2), radius=radius)
    rings = outlines.outlines(mask, epsilon=outlines.slider_epsilon(value))
    assert overlap(filled(rings[:1], mask.shape), mask) >= least


def test_the_polygon_is_not_half_a_pixel_too_small():
    mask = np.zeros((30, 40), bool)
    mask[5:15, 8:28] = True
    for epsilon in (0, 1.43, 8):
        assert sorted(outlines.outlines(mask, (100, 200), epsilon)[0]) == [
            (108, 205),
            (108, 215),
            (128, 205),
            (128, 215),
        ]


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 2)])
@pytest.mark.parametrize("epsilon", [0, 1.43, 64])
def test_the_thinnest_masks_give_valid_polygons(shape, epsilon):
    (ring,) = outlines.outlines(np.ones(shape, bool), (3, 4), epsilon)
    assert len(ring) >= 3 and area(ring) > 0


def test_nothing_gives_nothing():
    assert outlines.outlines(np.zeros((5, 5), bool)) == []
    assert outlines.outlines(np.zeros((0, 0), bool)) == []
    assert outlines.fill([], (5, 5))[0].size == 0
    assert not masks.decode(outlines.fill_rle([((50, 50), (60, 50), (60, 60))], (5, 5))).any()


@pytest.mark.parametrize(
    ("value", "epsilon"),
    [(13, 0), (14, 0), (12, 0.25), (11, 4.5 / 7), (9, 10 / 7), (5, 3), (4, 4), (0, 64)],
)
def test_slider(value, epsilon):
    assert outlines.slider_epsilon(value) == pytest.approx(epsilon)


def test_fewer_points_further_left_on_the_slider():
    mask = ragged(3)
    counts = [len(outlines.outlines(mask, epsilon=outlines.slider_epsilon(value))[0]) for value in range(14)]
    assert counts == sorted(counts) and counts[0] >= 3 and counts[13] > 5 * counts[9]


@FEW
@given(st.lists(st.tuples(st.floats(-3, 15), st.floats(-3, 15)), min_size=3, max_size=8))
def test_a_pixel_is_inside_if_its_centre_is(ring):
    from engine.geometry import contains

    mask = filled([ring], (12, 12))
    for y in range(12):
        for x in range(12):
            near = any(abs(c - math.floor(c) - 0.5) < 1e-9 for p in ring for c in p)
            near = near or on_edge((x + 0.5, y + 0.5), ring)
            assert near or mask[y, x] == contains(ring, (x + 0.5, y + 0.5))


def on_edge(point, ring):
    """Say whether a point lies on a ring, but for rounding: it is neither inside nor outside then."""
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        along, length = (point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay), (bx - ax) ** 2 + (by - ay) ** 2
        t = min(max(along / length, 0.0), 1.0) if length else 0.0
        if math.dist(point, (ax + t * (bx - ax), ay + t * (by - ay))) < 1e-6:
            return True
    return False


def test_rings_of_shapes_fill_their_area():
    box = Shape(1, 0, "a", "rectangle", ((10, 10), (50, 30)), rotation=33)
    ellipse = Shape(1, 0, "a", "ellipse", ((40, 40), (60, 50)), rotation=120)
    assert masks.mask_area(outlines.shape_mask(box, (80, 80))) == pytest.approx(800, rel=0.01)
    assert masks.mask_area(outlines.shape_mask(ellipse, (80, 80))) == pytest.approx(math.pi * 200, rel=0.02)
    assert outlines.shape_box(ellipse) == pytest.approx((26.77, 21.97, 53.23, 58.03), abs=0.01)
    with pytest.raises(EditError):
        outlines.shape_mask(Shape(1, 0, "a", "polyline", ((0, 0), (1, 1))), (80, 80))
    with pytest.raises(EditError):
        outlines.shape_box(Shape(1, 0, "a", "rectangle", ((0, 0),)))


def test_chains_are_simplified_open_or_closed():
    line = tuple((float(x), 0.3 * (x % 2)) for x in range(50))
    assert outlines.simplified(line, 1.0, closed=False) == (line[0], line[-1])
    assert outlines.simplified(line, 0) == line
    assert len(outlines.simplified((*line, (25.0, 30.0)), 1.0)) == 3


def test_edges_are_filled_in_portions_that_fit_the_memory(monkeypatch):
    ring = [(0.5 * n, 5.0 + (40 if n % 2 else 0) + n % 7) for n in range(200)]
    whole, origin = outlines.fill([ring, [(2, 2), (90, 2), (90, 60)]], (70, 110))
    counts, scan = [], outlines._scan

    def counted(a, b, rows, columns):
        counts.append(len(a) * rows)
        return scan(a, b, rows, columns)

    monkeypatch.setattr(outlines, "AT_ONCE", 1000)
    monkeypatch.setattr(outlines, "_scan", counted)
    parts, same = outlines.fill([ring, [(2, 2), (90, 2), (90, 60)]], (70, 110))
    assert len(counts) > 10 and max(counts) <= 1000
    assert same == origin and np.array_equal(parts, whole)
