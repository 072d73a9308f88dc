"""Pictures fitted into networks, and boxes brought back to the frame."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tools.detecting.boxes import best, from_centres, from_rows, overlaps
from engine.tools.detecting.fitting import Fit, fit
from engine.tools.detecting.masks import pasted


def picture(height=60, width=100):
    """Return a picture that is red 204, green 100, blue 51 all over."""
    return np.full((height, width, 3), (204, 100, 51), np.uint8)


@pytest.mark.parametrize(
    ("how", "shape", "scale", "offset"),
    [
        (Fit("stretch", (40, 80)), (1, 3, 40, 80), (0.8, 40 / 60), (0, 0)),
        (Fit("centre", (96, 96), pad=114), (1, 3, 96, 96), (0.96, 58 / 60), (0, 19)),
        (Fit("corner", (96, 96), pad=114, layout="NHWC"), (1, 96, 96, 3), (0.96, 58 / 60), (0, 0)),
        (Fit("short", short=120, long=180, multiple=32, layout="CHW"), (3, 128, 192), (1.8, 1.8), (0, 0)),
        (Fit("none", dtype="uint8", layout="NHWC"), (1, 60, 100, 3), (1, 1), (0, 0)),
    ],
)
def test_a_box_comes_back_to_where_it_was(how, shape, scale, offset):
    fitted = fit(picture(), how)
    assert fitted.pixels.shape == shape and fitted.frame == (100, 60)
    assert fitted.scale == pytest.approx(scale) and fitted.offset == pytest.approx(offset)
    box = np.array([[10.0, 20.0, 30.0, 50.0], [-5.0, 0.0, 200.0, 61.0]])
    there = box * (*fitted.scale, *fitted.scale) + (*fitted.offset, *fitted.offset)
    assert fitted.to_frame(there) == pytest.approx(np.array([[10.0, 20, 30, 50], [0, 0, 100, 60]]))


def test_channels_values_and_padding_are_what_the_network_takes():
    mean, std = (103.53, 116.28, 123.675), (2.0, 4.0, 8.0)
    fitted = fit(picture(), Fit("corner", (100, 100), order="BGR", mean=mean, std=std, pad=114))
    blue, green, red = fitted.pixels[0, :, 10, 10]
    assert (blue, green, red) == pytest.approx(((51 - 103.53) / 2, (100 - 116.28) / 4, (204 - 123.675) / 8), abs=1e-5)
    assert fitted.pixels[0, 0, 90, 10] == pytest.approx((114 - 103.53) / 2)
    assert fit(picture(), Fit("none", divide=255)).pixels[0, 0, 0, 0] == pytest.approx(0.8)


def test_what_lies_in_the_input_lies_at_the_scaled_place():
    image = np.zeros((60, 100, 3), np.uint8)
    image[20:40, 50:80] = 255
    rows, columns = np.nonzero(fit(image, Fit("centre", (120, 120))).pixels[0, 0] > 127)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (60, 48, 96, 72)


def test_boxes_are_written_in_many_ways_and_the_best_of_those_that_overlap_stay():
    assert from_centres(np.array([[5.0, 6, 4, 2]])).tolist() == [[3, 5, 7, 7]]
    assert from_rows(np.array([[1.0, 2, 3, 4]])).tolist() == [[2, 1, 4, 3]]
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 9], [2, 2, 4, 4], [50, 50, 60, 60]])
    scores, classes = np.array([0.5, 0.9, 0.8, 0.1]), np.array([0, 0, 1, 0])
    assert overlaps(boxes[:1], boxes)[0].tolist() == pytest.approx([1, 0.9, 0.04, 0])
    assert overlaps(boxes[:1], boxes, of_smaller=True)[0].tolist() == [1, 1, 1, 0]
    assert best(boxes, scores, classes, 0.5).tolist() == [1, 2, 3]
    assert best(boxes, scores, None, 0.5, of_smaller=True).tolist() == [1, 3]


def test_a_small_mask_is_grown_to_its_box_and_cut_off_at_the_frame():
    mask = np.zeros((28, 28))
    mask[:, 14:] = 1
    found = pasted(mask, np.array([-10.0, 20, 29, 49]), (100, 40))
    assert found is not None and found.origin == (0, 20) and found.mask.shape == (20, 30)
    assert found.mask[:, 10:].all() and not found.mask[:, :10].any()
    assert pasted(mask, np.array([200.0, 0, 220, 20]), (100, 40)) is None
