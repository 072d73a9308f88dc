"""Zoom, pan and fit, as properties over many views."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.viewport import MAX_SCALE, Viewport

FEW = settings(max_examples=25, deadline=None)
SIZE = st.tuples(st.integers(1, 12000), st.integers(1, 12000))
VIEW = st.tuples(st.integers(4, 4000), st.integers(4, 3000))
PART = st.tuples(st.floats(0, 1), st.floats(0, 1))


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    viewport = Viewport.fit(draw(SIZE), draw(VIEW))
    for _ in range(draw(st.integers(0, 3))):
        at, by = draw(PART), draw(st.floats(0.2, 20))
        viewport = viewport.zoomed(by, (at[0] * viewport.frame_size[0], at[1] * viewport.frame_size[1]))
        viewport = viewport.panned(draw(st.floats(-900, 900)), draw(st.floats(-900, 900)))
    return viewport


def assert_in_view(viewport: Viewport) -> None:
    for axis in (0, 1):
        shown = viewport.view_size[axis] / viewport.scale
        low, high = viewport.origin[axis], viewport.origin[axis] + shown
        if shown >= viewport.frame_size[axis]:
            assert low == pytest.approx((viewport.frame_size[axis] - shown) / 2, abs=1e-6)
        else:
            assert low >= -1e-6 and high <= viewport.frame_size[axis] + 1e-6


@FEW
@given(viewports(), st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)))
def test_to_view_and_back(viewport, point):
    back = viewport.to_frame(viewport.to_view(point))
    assert back == (pytest.approx(point[0], abs=1e-6), pytest.approx(point[1], abs=1e-6))


@FEW
@given(viewports())
def test_the_frame_stays_in_view(viewport):
    assert_in_view(viewport)
    assert min(viewport.fit_scale, 1.0) - 1e-9 <= viewport.scale <= MAX_SCALE + 1e-9


@FEW
@given(SIZE, VIEW)
def test_fit_shows_all_and_touches_two_sides(size, view):
    viewport = Viewport.fit(size, view)
    assert viewport.is_fitted
    assert viewport.visible() == pytest.approx((0, 0, *size), abs=1e-6)
    if viewport.scale < MAX_SCALE:
        used = [size[axis] * viewport.scale / view[axis] for axis in (0, 1)]
        assert max(used) == pytest.approx(1)


@FEW
@given(viewports(), PART, st.floats(1.01, 3))
def test_zooming_in_keeps_the_point_where_it_is(viewport, part, factor):
    """Only the rule that no margin is shown may move it."""
    x1, y1, x2, y2 = viewport.visible()
    at = (x1 + part[0] * (x2 - x1), y1 + part[1] * (y2 - y1))
    before, zoomed = viewport.to_view(at), viewport.zoomed(factor, at)
    after = zoomed.to_view(at)
    for axis in (0, 1):
        if viewport.view_size[axis] / viewport.scale <= viewport.frame_size[axis]:
            assert after[axis] == pytest.approx(before[axis], abs=1e-3)


@FEW
@given(viewports(), VIEW)
def test_resizing_keeps_the_centre_or_the_fit(viewport, view):
    resized = viewport.resized(view)
    assert resized.view_size == view
    assert_in_view(resized)
    assert resized.is_fitted or not viewport.is_fitted
    if not viewport.is_fitted and resized.view_size <= viewport.view_size:
        assert resized.scale >= resized.fit_scale - 1e-9 or resized.scale == pytest.approx(viewport.scale)


@FEW
@given(viewports(), PART)
def test_showing_brings_a_frame_point_into_view(viewport, part):
    point = (part[0] * viewport.frame_size[0], part[1] * viewport.frame_size[1])
    x, y = viewport.showing(point).to_view(point)
    assert -1e-3 <= x <= viewport.view_size[0] + 1e-3
    assert -1e-3 <= y <= viewport.view_size[1] + 1e-3


@FEW
@given(viewports())
def test_showing_what_is_in_view_moves_nothing(viewport):
    point = viewport.to_frame((viewport.view_size[0] / 3, viewport.view_size[1] / 3))
    assert viewport.showing(point) == viewport


def test_a_frame_with_no_pixels_does_not_divide_by_zero():
    assert Viewport.fit((0, 0), (0, 0)).scale > 0


@FEW
@given(viewports(), st.integers(0, 200), VIEW, PART)
def test_nothing_that_is_looked_at_lies_under_the_band(viewport, band, size, at):
    point = (at[0] * viewport.frame_size[0], at[1] * viewport.frame_size[1])
    banded = viewport.resized(size, min(band, size[1] // 2))
    assert banded.is_fitted if viewport.is_fitted else banded.band == min(band, size[1] // 2)
    for shown in (banded.showing(point), banded.around((*point, *point)), banded.fitted()):
        x, y = shown.to_view(point)
        if shown.scale > shown.fit_scale or shown.is_fitted:
            assert -1 <= x <= size[0] + 1 and -1 <= y <= size[1] - shown.band + 1
    assert banded.resized(size).band == 0
