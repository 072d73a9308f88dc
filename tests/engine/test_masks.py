"""Masks as run lengths: the codec against pycocotools, and arithmetic against plain arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from engine import masks
from engine.document import Rle
from engine.errors import FormatError

FEW = settings(max_examples=25, deadline=None)
MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24))


def blob(seed: int, size: tuple[int, int] = (300, 400)) -> np.ndarray:
    """A ragged region with islands and holes."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((size[0] // 20, size[1] // 20))
    import cv2

    smooth = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return smooth + 0.1 * rng.random(size) > 0.62


def reference(mask: np.ndarray) -> str:
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


@FEW
@given(MASKS)
def test_the_codec_agrees_with_pycocotools(mask):
    rle = masks.encode(mask)
    assert rle == Rle(mask.shape, reference(mask))
    assert (masks.decode(rle) == mask).all()


@pytest.mark.parametrize("seed", range(4))
def test_large_ragged_masks_agree_with_pycocotools(seed):
    mask = blob(seed, (700, 1100))
    assert masks.encode(mask).counts == reference(mask)
    assert (masks.decode(Rle(mask.shape, reference(mask))) == mask).all()


@pytest.mark.parametrize("filled", [False, True])
def test_long_runs(filled):
    mask = np.full((2160, 3840), filled)
    assert masks.encode(mask).counts == reference(mask)
    assert masks.mask_area(masks.encode(mask)) == filled * 2160 * 3840


@FEW
@given(MASKS, st.tuples(st.integers(-5, 30), st.integers(-5, 30)), st.tuples(st.integers(-5, 30), st.integers(-5, 30)))
def test_bounds_area_and_crop(mask, a, b):
    rle = masks.encode(mask)
    assert masks.mask_area(rle) == mask.sum()
    rows, columns = np.nonzero(mask)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) else None
    assert masks.bounds(rle) == box
    cut = masks.crop(rle, (a[0], a[1], b[0], b[1]))
    wide = np.pad(mask, 40)
    expected = wide[a[1] + 40 : max(b[1], a[1]) + 40, a[0] + 40 : max(b[0], a[0]) + 40]
    assert cut.shape == expected.shape and (cut == expected).all()


@FEW
@given(MASKS, st.integers(-30, 30), st.integers(-30, 30))
def test_a_window_goes_back_to_its_place_and_is_cut_at_the_border(mask, x, y):
    size = (20, 17)
    whole = np.zeros((120, 120), bool)
    whole[50 + y : 50 + y + mask.shape[0], 50 + x : 50 + x + mask.shape[1]] = mask
    assert (masks.decode(masks.encode_window(mask, (x, y), size)) == whole[50:70, 50:67]).all()


@FEW
@given(MASKS, st.data())
def test_union_and_iou(a, data):
    b = data.draw(arrays(np.bool_, a.shape))
    ra, rb = masks.encode(a), masks.encode(b)
    assert masks.union(ra, rb) == masks.encode(a | b)
    both = (a | b).sum()
    assert masks.iou(ra, rb) == pytest.approx((a & b).sum() / both if both else 1)


@pytest.mark.parametrize("add", [True, False])
@pytest.mark.parametrize(
    ("start", "end", "radius"),
    [((30, 20), (30, 20), 8.5), ((-5, 3), (40, 33), 4), ((70, 5), (95, 70), 6.2), ((10.2, 50.7), (60, 50.7), 0.4)],
)
def test_a_stroke_paints_the_pixels_whose_centres_it_covers(start, end, radius, add):
    mask = blob(1, (60, 80))
    y, x = np.mgrid[:60, :80] + 0.5
    away = np.full(mask.shape, np.inf)
    for t in np.linspace(0, 1, 500):
        away = np.minimum(
            away, np.hypot(x - start[0] - t * (end[0] - start[0]), y - start[1] - t * (end[1] - start[1]))
        )
    result = masks.decode(masks.brush(masks.encode(mask), start, end, radius=radius, add=add))
    assert (result[away <= radius - 0.02] == add).all()
    far = away > max(radius + 0.02, 0.8)
    assert (result[far] == mask[far]).all()


def test_the_smallest_brush_takes_the_pixel_under_it():
    rle = masks.brush(masks.encode(np.zeros((5, 6), bool)), (3.1, 2.9), (3.1, 2.9), radius=0.1, add=True)
    assert masks.mask_area(rle) == 1 and masks.pixel_at(rle, (3.5, 2.5))


def test_a_stroke_outside_the_frame_changes_nothing():
    rle = masks.encode(blob(1))
    assert masks.brush(rle, (-90, 10), (-80, 10), radius=5, add=True) == rle


@FEW
@given(MASKS, st.integers(-4, 30), st.integers(-4, 30))
def test_pixel_at(mask, x, y):
    inside = 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]
    assert masks.pixel_at(masks.encode(mask), (x + 0.9, y + 0.1)) == (inside and bool(mask[y, x]))


def test_moving_cuts_at_the_border():
    mask = blob(2)
    expected = np.zeros_like(mask)
    expected[:-7, 11:] = mask[7:, :-11]
    assert masks.moved(masks.encode(mask), 11, -7) == masks.encode(expected)


@pytest.mark.parametrize(
    "rle",
    [
        Rle((3, 3), "5"),
        Rle((3, 3), "9P"),
        Rle((3, 3), "\x1b[2J"),
        Rle((3, 3), "é"),
        Rle((3, 3), ""),
        Rle((-3, -3), "9"),
        Rle((3, 3), "Z9"),
        Rle((3, 3), "o" * 400 + "1"),
        Rle((3, 3), "ooooooooooo0" * 3),
    ],
)
def test_run_lengths_that_do_not_fit_are_refused(rle):
    with pytest.raises(FormatError):
        masks.counts_of(rle)


@FEW
@given(st.text(alphabet=st.characters(min_codepoint=40, max_codepoint=120), max_size=30))
def test_any_string_is_decoded_or_refused(counts):
    try:
        mask = masks.decode(Rle((7, 5), counts))
    except FormatError:
        return
    assert mask.shape == (7, 5)


def test_masks_of_different_frames_do_not_mix():
    with pytest.raises(FormatError):
        masks.union(masks.encode(np.ones((2, 3), bool)), masks.encode(np.ones((3, 2), bool)))


@pytest.mark.parametrize("side", [9, 900])
def test_the_deepest_point_of_a_ring_is_in_its_thick_part(side):
    mask = np.ones((side, side), bool)
    mask[side // 9 : -side // 9, side // 9 : side // 2] = False
    x, y = masks.heart(mask, (100, 50))
    assert mask[int(y - 50), int(x - 100)] and x > 100 + side / 2
