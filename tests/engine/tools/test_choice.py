"""The choice among bold and cautious cuts: what each measure says, and what is chosen for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.tools.segment import choice
from engine.tools.segment.choice import Asked, likeliest, measures
from engine.tools.segment.regions import regions_of

NAMES = ("middle", "size", "depth", "evidence", "astonishing", *("contrast", "faint", "ragged", "whole", "rim", "look"))
NAMES = (*NAMES, "steady")


@pytest.fixture(scope="module")
def regions():
    """A red disc on noisy green, a window of 320 x 240."""
    noise = np.random.default_rng(3).normal(0, 6, (240, 320, 3))
    picture = np.full((240, 320, 3), (60, 130, 60), np.float32) + noise
    cv2.circle(picture, (110, 120), 60, (200, 50, 40), -1)
    return regions_of(picture.clip(0, 255).astype(np.uint8), (0, 0, 320, 240))


def disc(regions, x, y, radius):
    """Return the regions in a disc."""
    mask = np.zeros(regions.labels.shape, np.uint8)
    scale = regions.scale[0]
    cv2.circle(mask, (int(x * scale), int(y * scale)), int(radius * scale), 1, -1)
    return regions.mean(mask) > 0.5


def asked(regions, pixel, *, positive=True, before=None, most=np.inf):
    nothing = np.zeros(regions.count, bool)
    return Asked(pixel, positive, nothing if before is None else before, np.ones(regions.count), 60.0, most)


def rows(regions, ask, *cuts):
    return [dict(zip(NAMES, row, strict=True)) for row in measures(regions, ask, list(cuts))]


def test_a_click_is_the_middle_of_one_cut_and_not_of_another(regions):
    round_it, beside_it = rows(
        regions, asked(regions, (110, 120)), disc(regions, 110, 120, 60), disc(regions, 160, 120, 100)
    )
    assert round_it["middle"] > 0.9 > 0.7 > beside_it["middle"]


def test_a_border_that_the_picture_shows_is_told_from_one_that_it_does_not(regions):
    shown, hidden = rows(regions, asked(regions, (110, 120)), disc(regions, 110, 120, 60), disc(regions, 110, 120, 35))
    assert shown["contrast"] > 2 * hidden["contrast"] and shown["faint"] < 0.1 < 0.5 < hidden["faint"]
    assert shown["look"] > hidden["look"]


def test_pieces_a_rim_and_a_ragged_border_are_seen(regions):
    one = disc(regions, 110, 120, 60)
    parts, wide = one | disc(regions, 250, 60, 30), np.ones(regions.count, bool)
    first, second, third = rows(regions, asked(regions, (110, 120)), one, parts, wide)
    assert first["whole"] == 1 > second["whole"] > 0.5
    assert first["rim"] == 0 and third["rim"] == 1
    assert first["ragged"] < second["ragged"]


@pytest.mark.parametrize(("positive", "most", "astonishing"), [(True, 1e9, False), (True, 99, True), (False, 99, True)])
def test_a_change_beyond_what_anybody_expects_is_told(regions, positive, most, astonishing):
    before = disc(regions, 110, 120, 60) if not positive else disc(regions, 110, 120, 10)
    ask = asked(regions, (110, 120), positive=positive, before=before, most=most)
    (row,) = rows(regions, ask, disc(regions, 110, 120, 50))
    assert (row["astonishing"] > 0) == astonishing


def test_taking_everything_away_is_measured_too(regions):
    everything = np.ones(regions.count, bool)
    assert np.isfinite(measures(regions, asked(regions, (9, 9), positive=False, before=everything), [everything])).all()


def test_the_cut_that_is_an_object_round_the_click_is_chosen(regions):
    cuts = [np.ones(regions.count, bool), disc(regions, 150, 120, 100), disc(regions, 110, 120, 60)]
    found = likeliest(regions, asked(regions, (110, 120)), [*cuts, disc(regions, 110, 120, 30)], choice.FIRST)
    assert np.array_equal(found, cuts[2])


def test_equal_cuts_are_one(regions):
    cut = disc(regions, 110, 120, 60)
    assert likeliest(regions, asked(regions, (110, 120)), [cut, cut.copy()], choice.ADD) is cut
