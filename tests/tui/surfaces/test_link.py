"""What the link learns from answers: a pipe of known speed and delay is simulated, without a clock."""

from __future__ import annotations

from tui.surfaces.link import FIRST_NUMBER, Link


class Pipe:
    """Takes writes of a link and answers them as a line of that speed and round trip would."""

    def __init__(self, link: Link, speed: float, round_trip: float) -> None:
        self.link, self.speed, self.round_trip, self.now, self.busy_until = link, speed, round_trip, 0.0, 0.0

    def send(self, size: int) -> None:
        self.link.sent(size, self.now)
        self.busy_until = max(self.busy_until, self.now) + size / self.speed
        self.now = self.busy_until + self.round_trip
        assert self.link.answered(self.now)


def test_speed_is_learned_from_the_first_large_write() -> None:
    pipe = Pipe(Link(acknowledged=True, round_trip=0.05, remote=False), 1e6, 0.05)
    pipe.send(300_000)
    assert 0.8e6 < pipe.link.speed < 1.2e6
    for _ in range(20):
        pipe.send(200)
        pipe.send(60_000)
    assert 0.8e6 < pipe.link.speed < 1.2e6
    assert 0.045 < pipe.link.round_trip < 0.06


def test_small_writes_behind_a_large_one_do_not_count_as_round_trips() -> None:
    link = Link(acknowledged=True, round_trip=0.01)
    link.sent(1_000_000, 0.0)
    link.sent(300, 0.1)
    link.answered(1.0)
    link.answered(1.001)
    assert link.round_trip == 0.01


def test_slow_links_get_drafts_and_fast_ones_do_not() -> None:
    link = Link(acknowledged=True, remote=False)
    divisors = {}
    for speed in (1e5, 1e6, 1e7, 1e9):
        link.speed = speed
        divisors[speed] = link.divisor(1600 * 900, moving=False)
    assert divisors == {1e5: 8, 1e6: 2, 1e7: 2, 1e9: 1}


def test_next_write_waits_until_the_last_one_is_nearly_through() -> None:
    link = Link(acknowledged=True, round_trip=0.05)
    link.speed = 1e6
    link.sent(200_000, 0.0)
    assert not link.is_free(0.05)
    assert link.is_free(0.16)
    link.sent(200_000, 0.16)
    assert not link.is_free(0.4)


def test_unacknowledged_links_are_always_free() -> None:
    link = Link(acknowledged=False)
    link.sent(10**9, 0.0)
    assert link.is_free(0.0) and link.pending == 0


def test_lost_answers_are_given_up() -> None:
    link = Link(acknowledged=True)
    link.sent(1000, 0.0)
    link.forget_lost(1.0)
    assert link.writes == 1
    link.forget_lost(10.0)
    assert link.writes == 0 and not link.lost


def test_inside_tmux_a_missing_answer_is_noticed() -> None:
    link = Link(acknowledged=True, tmux_limit=30_000)
    link.sent(1000, 0.0)
    first = link.question()
    link.sent(1000, 0.0)
    assert first != link.question() and first.startswith(b"\x1bPtmux;")
    assert link.answered(0.01, FIRST_NUMBER + 2)
    assert link.lost == "gap"


def test_inside_tmux_silence_is_noticed_and_the_first_answer_ends_it() -> None:
    link = Link(acknowledged=True, tmux_limit=30_000)
    link.sent(1000, 0.0)
    link.forget_lost(5.0)
    assert link.lost == "silent"
    link.sent(0, 5.0)
    link.answered(5.1, FIRST_NUMBER + 2)
    assert link.lost == "gap"


def test_two_terminals_behind_tmux_answer_twice_and_nothing_is_lost() -> None:
    link = Link(acknowledged=True, tmux_limit=30_000)
    for _ in range(3):
        link.sent(1000, 0.0)
    assert link.answered(0.01, FIRST_NUMBER + 1) and link.answered(0.01, FIRST_NUMBER + 2)
    assert not link.answered(0.02, FIRST_NUMBER + 1) and not link.answered(0.02, FIRST_NUMBER + 2)
    assert not link.lost and link.writes == 1
    assert link.answered(0.03, FIRST_NUMBER + 3)
    assert not link.lost and link.writes == 0


def test_drafts_get_rough_only_where_they_would_be_late_one_after_the_other() -> None:
    pixels, slow, fast = 1_440_000, Link(acknowledged=True, remote=True), Link(acknowledged=True, remote=False)
    slow.speed, fast.speed = 1e6, 1e7
    assert slow.quality(pixels, 2, moving=True) == "rough"
    assert slow.quality(pixels, 2, moving=False) == fast.quality(pixels, 2, moving=True) == "draft"
    assert slow.quality(pixels, 1, moving=True) == "full"
