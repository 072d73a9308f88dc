"""What a run of a tracker will do: which tracks, from which keyframe, up to where; and why a track is left alone."""

from __future__ import annotations

import pytest
from immutables import Map
from msgspec.structs import replace

from engine.document import Document, Keyframe, Label, MediaInfo, Track
from engine.errors import EditError
from engine.runs.legs import Leg, Request, chosen, plan

BOX = ((1.0, 2.0), (30.0, 40.0))


def track(number: int, *keys: Keyframe, **more) -> Track:
    return Track(number, "car", "rectangle", keyframes=keys, **more)


def key(frame: int, by: str = "human", **more) -> Keyframe:
    return Keyframe(frame, BOX, by=by, **more)


def document(*tracks: Track) -> Document:
    return Document(MediaInfo("c", frames=100), (Label("car"),), tracks=Map({one.id: one for one in tracks}))


TRACKS = document(
    track(1, key(0), key(5, "mil")),
    track(2, key(0)),
    track(3, key(5)),
    track(4, key(0), key(40)),
    track(5, key(0), key(9, outside=True)),
    track(6, key(0), pinned=True, tracker="csrt"),
    track(7, Keyframe(0)),
    track(8),
)
NOTHING = {
    5: "it is outside from frame 10 on",
    7: "there is nothing in its keyframe on frame 1",
    8: "it has no keyframe",
}


def test_tracks_are_followed_together_that_begin_and_end_together() -> None:
    made = plan(TRACKS, Request("mil"), 100)
    assert made.legs == (Leg((2,), 0, 99), Leg((1, 3), 5, 99), Leg((4,), 40, 99))
    assert dict(made.idle) == NOTHING


def test_a_persons_next_keyframe_ends_what_is_followed_and_so_does_the_frame_asked_for() -> None:
    assert plan(TRACKS, Request("mil", 10, tracks=(4, 1)), 100).legs == (Leg((4,), 0, 39), Leg((1,), 5, 99))
    assert plan(TRACKS, Request("mil", last=20, tracks=(2, 4)), 100).legs == (Leg((2,), 0, 20),)
    assert plan(TRACKS, Request("mil", last=500, tracks=(2,)), 100).legs == (Leg((2,), 0, 99),)
    assert plan(TRACKS, Request("mil", last=5, tracks=(3,)), 100).idle == ((3, "nothing is ahead of frame 6"),)
    assert plan(TRACKS, Request("mil", 3, tracks=(3,)), 100).idle == ((3, "it begins later"),)


def test_those_pinned_to_the_tracker_come_first_else_all_that_are_free() -> None:
    assert [one.id for one in chosen(TRACKS, Request("csrt"))] == [6]
    assert [one.id for one in chosen(TRACKS, Request("mil"))] == [1, 2, 3, 4, 5, 7, 8]
    assert [one.id for one in chosen(TRACKS, Request("mil", 10))] == [1, 2, 3, 5, 7, 8], "4 has one ahead"
    loose = document(replace(TRACKS.tracks[6], pinned=False))
    assert [one.id for one in chosen(loose, Request("mil"))] == [6]
    with pytest.raises(EditError, match="There is no track 12"):
        plan(TRACKS, Request("mil", tracks=(12,)), 100)


def test_gaps_between_a_persons_keyframes_are_filled_where_the_object_stands_at_both_ends() -> None:
    gaps = document(
        track(1, key(0), key(1), key(9, "mil"), key(11), key(30, outside=True), key(40), key(60)), track(2, key(0))
    )
    made = plan(gaps, Request("mil", fill=True), 100)
    assert made.legs == (Leg((1,), 1, 11, True), Leg((1,), 40, 60, True))
    assert made.idle == ((2, "there is no gap between keyframes of a person"),)
    assert [leg.frames for leg in made.legs] == [20, 40]
    assert plan(gaps, Request("mil", 20, 50, fill=True, tracks=(1,)), 100).legs == ()
