"""The cursor put on a place: kept within the frame, brought into view, followed."""

from __future__ import annotations

import pytest

from engine.gestures import Painting, grid
from engine.gestures.cursor import point_at


@pytest.mark.parametrize(
    ("point", "cursor"),
    [((50, 60), (50, 60)), ((-3, 60), (0, 60)), ((400, 250), (320, 200)), ((320, 200), (320, 200))],
)
def test_the_cursor_stays_in_the_frame(bench, point, cursor):
    bench.session.view.cursor_shown = False
    point_at(bench.session, point)
    assert bench.session.view.cursor == cursor and bench.session.view.cursor_shown


@pytest.mark.parametrize("point", [(1, 1), (319, 1), (1, 199), (319, 199), (160, 100)])
def test_what_the_cursor_is_put_on_is_in_view(bench, point):
    view = bench.session.view
    view.viewport = view.viewport.zoomed(8, (160, 100))
    point_at(bench.session, point)
    x, y = view.viewport.to_view(point)
    assert 0 <= x < 640 and 0 <= y < 400


def test_a_view_that_shows_it_already_stays(bench):
    view = bench.session.view
    view.viewport = before = view.viewport.zoomed(8, (160, 100))
    point_at(bench.session, (165, 102))
    assert view.viewport == before


def test_what_is_in_hand_follows_and_the_screen_hears_of_it(bench):
    told = []
    bench.session.take(Painting())
    bench.at(20, 20).do("point.positive")
    bench.session.on_change = lambda: told.append(bench.session.gesture.last)
    point_at(bench.session, (60, 20))
    assert told[-1] == (60, 20)
    grid.lay(bench.session)
    point_at(bench.session, (90, 20))
    assert bench.session.gesture.last == (60, 20)
