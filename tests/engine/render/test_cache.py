"""Outlines that are kept between drawings: found again, and bounded in shapes and in points."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import Shape
from engine.masks import encode_window
from engine.render import cache
from engine.render.cache import Outlines


def polygon(points: int) -> Shape:
    return Shape(1, 0, "car", "polygon", points=tuple((float(i), float(i % 7)) for i in range(points)))


def mask(runs: int) -> Shape:
    pixels = np.random.default_rng(0).random((1000, runs // 400)) < 0.5
    return Shape(1, 0, "car", "mask", mask=encode_window(pixels, (0, 0), (1000, 1000)))


@pytest.mark.parametrize("make", [polygon, mask])
def test_a_shape_that_changes_at_every_step_does_not_fill_memory(make) -> None:
    outlines = Outlines()
    for _ in range(20):
        outlines.entry(make(cache.POINTS // 4))
        shapes = [entry.shape for entry in outlines._entries.values()]
        assert sum(len(shape.mask.counts) if shape.mask else len(shape.points) for shape in shapes) <= cache.POINTS


def test_an_entry_is_found_again_until_it_has_to_go() -> None:
    outlines, first = Outlines(), polygon(3)
    entry = outlines.entry(first)
    assert outlines.entry(polygon(3)) is not entry and outlines.entry(first) is entry
    huge = polygon(cache.POINTS + 1)
    assert outlines.entry(huge) is outlines.entry(huge)
    assert outlines.entry(first) is not entry
