"""Equalizing filters beside OpenCV, and on odd pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.tools.registry import filters, find

PALE = np.random.default_rng(1).normal(180, 6, (120, 160, 3)).clip(0, 255).astype(np.uint8)


def luma(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV)[..., 0]


def test_both_filters_are_there():
    assert {"equalize", "clahe"} <= set(filters())


def test_equalize_does_what_opencv_does_to_the_luma():
    yuv = cv2.cvtColor(PALE, cv2.COLOR_RGB2YUV)
    yuv[..., 0] = cv2.equalizeHist(yuv[..., 0])
    assert np.array_equal(find("equalize").load(None, "cpu").apply(PALE), cv2.cvtColor(yuv, cv2.COLOR_YUV2RGB))


@pytest.mark.parametrize("name", ["equalize", "clahe"])
def test_contrast_grows_and_the_original_stays(name):
    before = PALE.copy()
    shown = find(name).load(None, "cpu").apply(PALE)
    assert np.array_equal(PALE, before) and not np.shares_memory(shown, PALE)
    assert luma(shown).std() > 1.5 * luma(PALE).std()


def test_clahe_lifts_a_shadow_that_equalization_of_the_whole_leaves_dark():
    picture = np.full((256, 256, 3), 250, np.uint8)
    picture[:128, :128] = np.random.default_rng(0).integers(8, 24, (128, 128, 1), np.uint8)
    shadow = luma(find("clahe").load(None, "cpu").apply(picture))[:96, :96]
    assert shadow.std() > 1.5 * luma(picture)[:96, :96].std()


@pytest.mark.parametrize("name", ["equalize", "clahe"])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 4000), (7, 7)])
@pytest.mark.parametrize("grey", [False, True])
def test_odd_pictures_keep_their_shape(name, size, grey):
    picture = np.random.default_rng(0).integers(0, 255, size if grey else (*size, 3), np.uint8)
    shown = find(name).load(None, "cpu").apply(picture)
    assert shown.shape == picture.shape and shown.dtype == np.uint8 and shown.flags.c_contiguous


@pytest.mark.parametrize("name", ["equalize", "clahe"])
def test_a_grey_picture_stays_grey(name):
    grey = np.repeat(PALE[..., :1], 3, axis=2)
    shown = find(name).load(None, "cpu").apply(grey).astype(int)
    assert np.ptp(shown, axis=2).max() <= 1
