"""Where a track was and will be, and whose its shapes are."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.masks import encode
from engine.tracks import trail as module
from engine.tracks.origin import origin, told
from engine.tracks.trail import trail


def box(x: float) -> tuple[tuple[float, float], ...]:
    return ((x, 0.0), (x + 10.0, 20.0))


KEYS = (
    Keyframe(2, box(0)),
    Keyframe(6, box(40), by="csrt", score=0.5),
    Keyframe(8, box(60), by="fill", agreement=0.25),
    Keyframe(9, box(60), by="csrt", outside=True, score=0.1),
    Keyframe(12, box(90), occluded=True),
)
TRACK = Track(5, "car", "rectangle", keyframes=KEYS)


@pytest.mark.parametrize(
    ("frame", "reach", "count", "places"),
    [
        (4, 2, 20, [(-2, 5, "human"), (-1, 15, ""), (0, 25, ""), (1, 35, ""), (2, 45, "machine")]),
        (8, 3, 20, [(-3, 35, ""), (-2, 45, "machine"), (-1, 55, ""), (0, 65, "machine")]),
        (10, 2, 20, [(-2, 65, "machine"), (2, 95, "human")]),
        (12, 200, 14, [(f - 12, x, by) for f, x, by in [(2, 5, "human"), (3, 15, ""), (4, 25, ""), (5, 35, ""),
            (6, 45, "machine"), (7, 55, ""), (8, 65, "machine"), (12, 95, "human"), (13, 95, "")]]),
        (4, 0, 20, [(0, 25, "")]),
        (0, 1, 20, []),
    ],
)  # fmt: skip
def test_it_is_where_the_centre_was_and_will_be(frame, reach, count, places):
    found = trail(TRACK, frame, reach, count)
    assert [(place.away, place.point[0], place.by) for place in found] == places
    assert all(place.point[1] == 10.0 for place in found)


def test_a_step_reckons_one_frame_more(monkeypatch):
    track, asked = replace(TRACK), []
    shape_at = module.shape_at
    monkeypatch.setattr(module, "shape_at", lambda *args: asked.append(args[1]) or shape_at(*args))
    first = trail(track, 4, 3, 20)
    assert asked == [1, 2, 3, 4, 5, 6, 7] and trail(track, 4, 3, 20) is first
    trail(track, 5, 3, 20)
    assert asked[7:] == [8]
    trail(replace(track, pinned=True), 5, 3, 20)
    assert asked[8:] == [2, 3, 4, 5, 6, 7, 8]


def test_a_mask_has_a_centre_and_points_that_are_missing_have_none():
    import numpy as np

    mask = np.zeros((10, 10), bool)
    mask[2:6, 4:8] = True
    held = Track(1, "car", "mask", keyframes=(Keyframe(0, mask=encode(mask)), Keyframe(3)))
    assert [(place.away, place.point) for place in trail(held, 1, 5, 9)] == [
        (-1, (6.0, 4.0)),
        (0, (6.0, 4.0)),
        (1, (6.0, 4.0)),
    ]


@pytest.mark.parametrize(
    ("frame", "whose", "words"),
    [
        (1, "between", "begins at 3"),
        (2, "human", "your keyframe"),
        (3, "between", "between 3 and 7"),
        (6, "machine", "keyframe by csrt, score 0.50"),
        (8, "filled", "filled, agreement 0.25"),
        (9, "machine", "keyframe by csrt, outside, score 0.10"),
        (10, "between", "outside since 10"),
        (12, "human", "your keyframe"),
        (14, "between", "as on 13"),
    ],
)
def test_whose_a_shape_is_and_what_is_said_of_it(frame, whose, words):
    assert origin(TRACK, frame) == whose and told(TRACK, frame) == words


def test_what_has_no_keyframe_has_not_begun():
    empty = Track(1, "car", "rectangle")
    assert origin(empty, 3) == "between" and told(empty, 3) == "not begun" and trail(empty, 3, 5, 9) == ()


def test_a_mask_stays_as_its_keyframe_has_it():
    assert told(Track(1, "car", "mask", keyframes=(Keyframe(0), Keyframe(5))), 3) == "as on 1"
