"""The scissors' path: which traced lines find their place, what the path is as it stands."""

from __future__ import annotations

import pytest

from engine.errors import AppError
from engine.gestures import Idle, Tracing, tracing
from engine.jobs import Traced

A, B, C, D = (10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)
LINE = (A, (15.0, 8.0), B)
NEXT = (B, (22.0, 15.0), C)
BACK = (C, (12.0, 18.0), A)
PATH = Tracing("scissors", (A, B, C), ((), NEXT))


@pytest.mark.parametrize(
    ("step", "lines", "closing"),
    [
        (Traced(1, A, B, LINE, False), (LINE, NEXT), ()),
        (Traced(1, B, A, LINE[::-1], False), ((), NEXT), ()),  # asked for another path
        (Traced(1, A, D, LINE, False), ((), NEXT), ()),
        (Traced(1, B, C, LINE, False), ((), NEXT), ()),  # is there already
        (Traced(1, C, A, BACK, False), ((), NEXT), BACK),
    ],
)
def test_a_line_is_put_between_its_points_and_nowhere_else(bench, step, lines, closing):
    bench.session.take(PATH)
    tracing.receive(bench.session, step)
    assert (bench.session.gesture.lines, bench.session.gesture.closing) == (lines, closing)


@pytest.mark.parametrize(
    ("start", "end", "taken"), [(C, (30.0, 30.0), True), (B, (30.0, 30.0), False), (C, (31.0, 30.0), False)]
)
def test_a_live_line_counts_from_the_last_point_to_where_the_cursor_is_now(bench, start, end, taken):
    bench.session.take(PATH)
    bench.session.view.cursor = (30.0, 30.0)
    tracing.receive(bench.session, Traced(1, start, end, (start, end), True))
    assert bench.session.gesture.live == ((start, end) if taken else ())


@pytest.mark.parametrize("held", [Idle(), Tracing("scissors")])
def test_a_line_that_finds_no_path_is_dropped(bench, held):
    bench.session.take(held)
    tracing.receive(bench.session, Traced(1, A, B, LINE, False))
    assert bench.session.gesture == held


@pytest.mark.parametrize(
    ("held", "path"),
    [
        (Tracing("scissors"), ()),
        (Tracing("scissors", (A,)), (A,)),
        (PATH, (A, B, (22.0, 15.0), C)),  # what is missing is straight
        (Tracing("scissors", (A, B, C), (LINE, NEXT), closing=BACK), (A, LINE[1], B, NEXT[1], C, BACK[1])),
    ],
)
def test_the_path_has_each_point_once(held, path):
    assert held.path == path


@pytest.mark.parametrize(
    ("end", "within"), [((60.0, 10.0), True), ((10.0, 60.0), True), ((60.1, 10.0), False), ((10.0, 60.1), False)]
)
def test_the_reach_is_half_the_square_each_way(bench, end, within):
    bench.session.hand.reach = 100
    assert tracing.within_reach(bench.session, A, end) is within


def test_the_last_point_takes_its_lines_along():
    held = Tracing("scissors", (A, B, C), (LINE, NEXT), live=(C, D), closing=BACK, replaces=4)
    assert held.one_less() == Tracing("scissors", (A, B), (LINE,), replaces=4)
    assert Tracing("scissors").one_less() is None


def test_a_failure_keeps_the_path_and_does_not_finish_later(bench):
    bench.session.take(Tracing("scissors", (A, B, C), (LINE, NEXT), closing=BACK, finishing=True))
    tracing.failed(bench.session, AppError("It failed", "so it did"))
    assert bench.session.gesture == Tracing("scissors", (A, B, C), (LINE, NEXT))


def test_points_are_kept_to_a_hundredth_of_a_pixel(bench):
    bench.session.take(Tracing("scissors"))
    tracing.click(bench.session, bench.session.gesture, (10.126, 20.124), True)
    assert bench.session.gesture.points == ((10.13, 20.12),)
