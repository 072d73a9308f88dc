"""What stands at which column of the timeline: tables of tracks and of the marks that their columns bear."""

from __future__ import annotations

import pytest
from immutables import Map
from msgspec.structs import replace

from engine.document import Keyframe, Review, Track
from engine.review.base import Finding
from engine.timeline import Mark, column_of, columns, density, frame_at, height, looked

SIGNS = {
    Mark.NONE: " ", Mark.GAP: ".", Mark.HELD: "-", Mark.SPAN: "=", Mark.OCCLUDED: "~", Mark.LEAVES: "x",
    Mark.MACHINE: "m", Mark.HUMAN: "H",
}  # fmt: skip
SQUARE = ((0.0, 0.0), (4.0, 4.0))


def key(frame: int, how: str = "H", agreement: float | None = None) -> Keyframe:
    """A keyframe as a letter says: H a person's, m a tracker's, f filled; o occluded, x outside behind it."""
    by = {"m": "csrt", "f": "fill"}.get(how[0], "human")
    return Keyframe(frame, SQUARE, by=by, occluded="o" in how, outside="x" in how, agreement=agreement)


def track(*keys: Keyframe, number: int = 1, kind: str = "rectangle") -> Track:
    return Track(number, "car", kind, keyframes=keys)


def row(found: Track, width: int, count: int) -> str:
    return "".join(SIGNS[column.mark] for column in columns(found, width, count))


@pytest.mark.parametrize(
    ("keys", "width", "count", "shown"),
    [
        ((key(0), key(5)), 10, 10, "H====H----"),
        ((key(2), key(3), key(6)), 10, 10, "  HH==H---"),
        ((key(1), key(4, "m"), key(6, "f")), 10, 10, " H==m=m---"),
        ((key(0), key(3, "x"), key(7), key(9, "mx")), 10, 10, "H==x...H=x"),
        ((key(0, "Ho"), key(4), key(6, "mo")), 10, 10, "H~~~H=m~~~"),
        ((key(0), key(9)), 5, 10, "H===H"),
        ((key(0, "m"), key(1), key(2, "m"), key(9, "x")), 5, 10, "Hm==x"),
        ((key(0), key(1, "m"), key(2, "x"), key(3, "m")), 2, 4, "Hm"),
        ((key(0), key(1, "x"), key(2)), 1, 10, "H"),
        ((key(1), key(2)), 12, 3, "    H===H---"),
        ((key(1), key(2, "x")), 12, 3, "    H===x..."),
        ((key(0), key(20)), 4, 10, "H==="),
        ((key(20),), 4, 10, "    "),
        ((), 4, 10, "    "),
    ],
)
def test_a_column_bears_the_most_important_mark_of_its_frames(keys, width, count, shown):
    assert row(track(*keys), width, count) == shown


def test_a_mask_does_not_move_between_keyframes():
    assert row(track(key(0), key(3), kind="mask"), 5, 5) == "H--H-"


@pytest.mark.parametrize(("width", "count"), [(60, 10_000), (66, 6), (10, 7), (5, 5), (1, 3), (7, 10), (64, 1)])
def test_a_click_goes_to_a_frame_of_its_column(width, count):
    frames = [frame_at(column, width, count) for column in range(width)]
    assert frames == sorted(frames) and frames[0] == 0 and frames[-1] < count
    for column, frame in enumerate(frames):
        own = [number for number in range(count) if column_of(number, width, count) == column]
        assert frame == (own[0] if own else max(f for f in range(count) if column_of(f, width, count) < column))


def test_a_click_on_a_mark_goes_to_that_very_keyframe():
    found = columns(track(key(3, "m"), key(17), key(18), key(19, "m"), key(95, "x")), 10, 100)
    assert [(column.mark, column.frame) for column in found if column.mark > Mark.OCCLUDED] == [
        (Mark.MACHINE, 3), (Mark.HUMAN, 17), (Mark.LEAVES, 95),
    ]  # fmt: skip
    assert found[5].frame == 50


def test_the_lowest_agreement_of_a_column_is_told():
    found = columns(track(key(0), key(1, "f", 0.9), key(2, "f", 0.2), key(5, "f", 0.7), key(9)), 5, 10)
    assert [column.agreement for column in found] == [0.9, 0.2, 0.7, None, None]


def test_a_bar_is_as_wide_as_its_frame_where_the_next_has_a_keyframe():
    found = columns(track(key(0, "f", 0.5), key(1, "f", 0.25), key(2, "f", 0.75), key(4)), 10, 5)
    assert [column.agreement for column in found] == [0.5, 0.5, 0.25, 0.25, 0.75, None, None, None, None, None]
    assert [column.mark for column in found[:2]] == [Mark.MACHINE, Mark.SPAN]


@pytest.mark.parametrize(("share", "bar"), [(0.0, 1), (0.01, 1), (0.15, 2), (0.5, 4), (1.0, 7), (1.7, 7), (-1.0, 1)])
def test_a_share_is_a_bar(share, bar):
    assert height(share, 7) == bar


@pytest.mark.parametrize(
    ("tracks", "width", "count", "counts"),
    [
        ((), 4, 10, (0, 0, 0, 0)),
        ((track(key(0)),), 4, 8, (1, 1, 1, 1)),
        ((track(key(0)), track(key(4), key(6, "x"))), 4, 8, (1, 1, 2, 1)),
        ((track(key(0), key(1, "x"), key(2), key(3, "x")),), 2, 8, (1, 0)),
        ((track(key(1), key(2, "x")), track(key(20))), 9, 3, (0, 0, 0, 1, 1, 1, 0, 0, 0)),
        ((track(key(2)),), 9, 3, (0, 0, 0, 0, 0, 0, 1, 1, 1)),
    ],
)
def test_tracks_are_counted_by_column(tracks, width, count, counts):
    assert density(Map(enumerate(tracks)), width, count) == counts


def test_nothing_is_reckoned_twice_for_the_same_track():
    one = track(key(0), key(5))
    tracks = Map({1: one})
    first, many = columns(one, 60, 100), density(tracks, 60, 100)
    assert columns(one, 60, 100) is first and density(tracks, 60, 100) is many
    assert columns(replace(one, pinned=True), 60, 100) is not first


def test_ten_thousand_keyframes_stand_in_sixty_columns():
    keys = tuple(key(frame, "Hm"[frame % 1000 > 0]) for frame in range(10_000))
    assert row(track(*keys), 60, 10_000) == "".join("H" if c % 6 == 0 else "m" for c in range(60))


LOOKED = " =+!-*#@"
"""By `Verdict`."""


def looked_row(reviews, entries, here, width: int, count: int) -> str:
    return "".join(LOOKED[one.verdict] for one in looked(reviews, entries, here, width, count))


@pytest.mark.parametrize(
    ("reviews", "entries", "here", "width", "count", "shown"),
    [
        (((1, 3, "accepted"), (5, 6, "fixed"), (8, 8, "flagged")), (), None, 10, 10, " === ++ ! "),
        ((), ((2, 5, 3), (7, 8, 8)), None, 10, 10, "  -*-- -* "),
        ((), ((2, 5, 3), (7, 8, 8)), 1, 10, 10, "  -*-- #@ "),
        (((0, 9, "accepted"),), ((2, 3, 3),), None, 10, 10, "==-*======"),
        (((0, 9, "accepted"), (4, 4, "flagged")), ((2, 30, 3),), None, 5, 10, "=*---"),
        (((1, 1, "fixed"),), ((2, 2, 2),), 0, 12, 3, "    ++++@@@@"),
        (((20, 30, "fixed"),), ((20, 30, 25),), None, 4, 10, "    "),
    ],
)  # fmt: skip
def test_a_column_says_what_was_found_and_judged(reviews, entries, here, width, count, shown):
    said = [Review(first, last, state) for first, last, state in reviews]
    assert looked_row(said, list(enumerate(map(a_stretch, entries))), here, width, count) == shown


def a_stretch(frames: tuple[int, int, int]) -> Finding:
    return Finding("jump", *frames, (1,), 1.0, "")


def test_a_click_on_an_entry_goes_to_it_and_within_the_one_looked_at_to_the_frame():
    entries = [(4, a_stretch((2, 5, 3))), (9, a_stretch((7, 8, 8)))]
    found = looked((), entries, 4, 10, 10)
    assert [(one.frame, one.entry) for one in (found[2], found[3], found[7], found[0])] == [
        (2, 4), (3, 4), (8, 9), (0, None),
    ]  # fmt: skip
