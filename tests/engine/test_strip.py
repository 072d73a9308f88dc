"""The strip of a review: which frames its crops are of, what each shows, where they stand, what a click on it means."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.document import Keyframe, Track
from engine.strip import BESIDE, CROPS, LEAST_ROWS, ROWS, Strip, band, frame_at, frames_of, places, strip_of

CELL = (10, 20)


def moving(*frames: int, outside: int | None = None, wide: float = 40.0) -> Track:
    """A box of 40 x 40 that is at 10 x frame on these frames."""
    keys = [Keyframe(at, ((10.0 * at, 100.0), (10.0 * at + wide, 140.0)), outside=at == outside) for at in frames]
    return Track(1, "car", "rectangle", keyframes=tuple(keys))


def made(track: Track, *, first: int = 20, last: int = 20, worst: int = 20, here: int = 20, count: int = 60) -> Strip:
    return strip_of(track, first, last, worst, here, count, None, None, 520, 380, 100, 20)


@pytest.mark.parametrize(
    ("first", "last", "worst", "here", "number", "frames"),
    [
        (20, 20, 20, 20, 7, [17, 18, 19, 20, 21, 22, 23]),
        (20, 20, 20, 22, 7, [17, 18, 19, 20, 21, 22, 23]),  # a step leaves them where they are
        (20, 20, 20, 24, 7, [24, 25, 26, 27, 28, 29, 30]),  # and on by all of them
        (20, 20, 20, 16, 7, [10, 11, 12, 13, 14, 15, 16]),
        (15, 24, 20, 20, 7, [11, 14, 17, 20, 23, 26, 29]),
        (15, 24, 20, 22, 7, [11, 14, 17, 20, 22, 26, 29]),  # the shown one in the nearest one's place
        (15, 24, 20, 21, 7, [11, 14, 17, 21, 23, 26, 29]),
        (1, 2, 1, 1, 5, [-3, -1, 1, 3, 5]),
        (59, 59, 59, 59, 3, [57, 59, 61]),
    ],
)
def test_frames_lie_about_the_worst_one_and_the_shown_one_is_among_them(first, last, worst, here, number, frames):
    wanted = tuple(frame if 0 <= frame < 60 else None for frame in frames)
    assert frames_of(first, last, worst, here, number, 60) == wanted


@pytest.mark.parametrize("number", range(CROPS[0], CROPS[1] + 1, 2))
def test_an_entrys_range_and_frames_beside_it_are_seen(number):
    for first, last, worst in ((150, 150, 150), (130, 169, 131), (140, 160, 160), (148, 153, 150)):
        for here in range(0, 300, 7):
            found = frames_of(first, last, worst, here, number, 300)
            assert len(found) == number and here in found
            known = [frame for frame in found if frame is not None]
            assert known == sorted(set(known))
        found = frames_of(first, last, worst, worst, number, 300)
        assert found[number // 2] == worst and found[0] <= first - BESIDE and found[-1] >= last + BESIDE


@pytest.mark.parametrize(
    ("size", "rows"),
    [((520, 380), 5), ((1000, 820), 10 - 1), ((520, LEAST_ROWS * 20), ROWS[0]), ((520, 220), 0), ((80, 380), 0)],
)
def test_the_band_is_whole_rows_and_none_of_a_small_view(size, rows):
    assert band(size, CELL) == 20 * rows


@pytest.mark.parametrize("width", [96, 150, 300, 520, 1500])
@pytest.mark.parametrize("aspect", [0.001, 0.5, 1.0, 3.0, 1e6])
def test_crops_stand_side_by_side_within_the_band(width, aspect):
    found = places(aspect, width, 380, 100, 20)
    assert CROPS[0] <= len(found) <= CROPS[1] and len(found) % 2
    assert found[0][0] >= 0 and found[-1][0] + found[-1][2] <= width
    assert all(one[0] + one[2] < other[0] for one, other in pairwise(found))
    assert all(y >= 280 and y + height <= 360 for _, y, _, height in found)


def test_a_crop_has_the_object_in_its_middle_and_room_about_it():
    for window in made(moving(0, 40)).windows:
        x, y, width, height = window.place
        left, top, right, bottom = window.box
        assert x < left < right < x + width and y < top < bottom < y + height
        assert abs(x + width / 2 - (left + right) / 2) <= 1 and left == 10.0 * window.frame


def test_where_the_object_is_not_the_place_is_shown_where_it_was():
    found = {window.frame: window for window in made(moving(0, 21, outside=21)).windows}
    assert found[20].box is not None and found[21].box is None
    assert found[22].place == found[21].place == found[20].place


def test_an_edit_of_one_frame_leaves_the_other_crops_as_they_are():
    frames = range(60)
    before, after = moving(*frames), moving(*frames)
    keys = list(after.keyframes)
    keys[21] = Keyframe(21, ((0.0, 0.0), (43.0, 41.0)))
    other = made(Track(1, "car", "rectangle", keyframes=tuple(keys))).windows
    same = [one == two for one, two in zip(made(before).windows, other, strict=True)]
    assert same.count(False) == 1 and other[same.index(False)].frame == 21


def test_a_click_on_a_crop_or_its_number_means_its_frame():
    found = made(moving(0, 59), first=58, last=59, worst=59, here=59)
    x, y, width, height = found.rects[len(found.rects) // 2]
    assert frame_at(found, (x + 1, y + 1)) == frame_at(found, (x + width - 1, y + height + 15)) == 59
    assert frame_at(found, (x - 3, y + 1)) is frame_at(found, (x + 1, y - 1)) is None
    assert frame_at(found, (found.rects[-1][0] + 1, y + 1)) is None  # there is no such frame


def test_a_huge_or_empty_box_has_a_crop_too():
    for wide in (0.0, 1e9):
        assert all(window.place[2] > 0 and window.place[3] > 0 for window in made(moving(0, 59, wide=wide)).windows)
