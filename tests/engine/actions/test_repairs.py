"""Repairs of tracks as actions: one undo step each, refused in clear words, what was said elsewhere still counts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.edits import PutReview, PutTrack
from engine.errors import AppError, EditError
from engine.review.queue import Entry
from engine.review.states import judged, state_of
from tests.engine.actions.conftest import Bench
from tests.engine.actions.test_tracks import box, keys, put


def followed(bench: Bench, number: int = 1, humans: tuple[int, ...] = (0, 9), x: float = 10.0) -> None:
    """Put a track with a keyframe on each frame and select it on the frame that is shown."""
    frames = [Keyframe(at, box(x + at % 3), by="human" if at in humans else "csrt") for at in range(10)]
    bench.session.commit("Follow", PutTrack(Track(number, "car", "rectangle", keyframes=tuple(frames))))
    bench.session.selection.selected = number


def accept(bench: Bench, first: int, last: int, number: int = 1) -> None:
    track = bench.session.document.tracks[number]
    bench.session.commit("Accept", PutReview(number, judged(track, first, last, "accepted", by="me")))


def state(bench: Bench, first: int, last: int, number: int = 1) -> str:
    return state_of(bench.session.document.tracks[number], first, last)


def test_frames_are_interpolated_by_their_numbers_and_that_is_one_step(bench: Bench) -> None:
    followed(bench)
    accept(bench, 0, 2)
    accept(bench, 3, 4)
    before, steps = bench.session.document.tracks[1], len(bench.session.history)
    bench.do("track.interpolate 5 7")
    assert [frame for frame, _, _ in keys(bench)] == [0, 1, 2, 3, 7, 8, 9]
    assert "frames 5 to 7: 3 keyframes went" in bench.said[-1]
    assert (state(bench, 0, 2), state(bench, 3, 4)) == ("accepted", "unseen")
    assert len(bench.session.history) == steps + 1
    bench.do("history.undo")
    assert bench.session.document.tracks[1] == before


def test_without_frames_it_is_all_between_a_persons_keyframes_or_a_reviews_entry(bench: Bench) -> None:
    followed(bench, humans=(0, 4, 9))
    bench.do("frames.go 7", "track.interpolate")
    assert [frame for frame, _, _ in keys(bench)] == [0, 1, 2, 3, 4, 9]
    bench.do("history.undo")
    bench.session.review.on, bench.session.review.at = True, Entry((1,), "car", 2, 2, 2, 0.9, ())
    bench.do("track.interpolate")
    assert [frame for frame, _, _ in keys(bench)] == [0, 1, 3, 4, 5, 6, 7, 8, 9]
    bench.session.review.at = Entry((5,), "car", 2, 3, 2, 0.9, ())  # of another track
    followed(bench, number=2, humans=(0,))
    bench.do("track.interpolate")
    assert "Say which frames" in bench.said[-1] and len(keys(bench, 2)) == 10


def test_it_is_outside_for_a_while_and_begins_again(bench: Bench) -> None:
    followed(bench)
    accept(bench, 0, 2)
    accept(bench, 8, 9)
    bench.do("frames.go 5")
    steps = len(bench.session.history)
    bench.do("track.gap 8")
    assert keys(bench)[3:7] == [(3, "csrt", False), (4, "human", True), (7, "human", False), (8, "csrt", False)]
    assert bench.session.shape(1) is None and bench.session.selection.track == 1
    assert (state(bench, 0, 2), state(bench, 8, 9)) == ("accepted", "accepted")
    assert len(bench.session.history) == steps + 1 and "outside on frames 5 to 7" in bench.said[-1]
    bench.do("track.step 1")
    assert bench.session.frame == 7 and bench.session.selection.selected == 1
    with pytest.raises(AppError, match="go from 1 to 10"):
        bench.do("track.gap 11")


def test_two_are_merged_by_id_and_what_was_said_of_both_counts(bench: Bench) -> None:
    put(bench, 1, {0: 10.0, 3: 20.0})
    put(bench, 2, {6: 30.0, 9: 40.0})
    accept(bench, 0, 2)
    accept(bench, 7, 8, number=2)
    bench.do("track.merge 1")
    assert [*bench.session.document.tracks] == [1] and (state(bench, 0, 2), state(bench, 7, 8)) == ("accepted",) * 2
    assert bench.session.selection.marked is None and bench.session.history.undo_title == "Merge 2 and 1"
    bench.do("history.undo")
    assert (state(bench, 0, 2), state(bench, 7, 8, number=2)) == ("accepted", "accepted")
    with pytest.raises(EditError, match="no track 7"):
        bench.do("track.merge 7")


def test_what_was_said_goes_along_when_identities_are_exchanged(bench: Bench) -> None:
    followed(bench, 1, x=10.0)
    followed(bench, 2, x=100.0)
    accept(bench, 1, 2, number=1)
    accept(bench, 6, 8, number=1)
    bench.do("frames.go 5", "track.swap 1")
    assert [(state(bench, 1, 2, n), state(bench, 6, 8, n)) for n in (1, 2)] == [
        ("accepted", "unseen"), ("unseen", "accepted")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command", ["track.keyframe", "track.split", "track.outside", "shape.delete onwards", "shape.delete frame"]
)
def test_what_is_shown_as_before_stays_accepted(bench: Bench, command: str) -> None:
    """The keyframe that ends what was judged is another one then, on the same way."""
    put(bench, 1, {0: 10.0, 9: 100.0})
    accept(bench, 1, 3)
    bench.do("frames.go 7", command)
    assert len(keys(bench)) > 2 or keys(bench)[-1][0] != 9
    assert state(bench, 1, 3) == "accepted"
    bench.do("history.undo")
    assert state(bench, 1, 3) == "accepted"
    bench.do("frames.go 3")
    bench.session.selection.selected = 1
    bench.do("shape.delete frame")
    assert state(bench, 1, 3) == "unseen"


def test_what_may_not_be_changed_is_left_alone(bench: Bench) -> None:
    followed(bench)
    put(bench, 2, {0: 10.0})
    before = bench.session.document
    bench.session.selection.selected, bench.session.selection.locked = 1, frozenset({1})
    for command in ("track.interpolate 3 5", "track.gap 8", "track.merge 2", "track.split"):
        bench.do("frames.go 5", command)
        assert "locked" in bench.said[-1]
    bench.session.selection.locked = frozenset()
    bench.session.read_only = True
    for command in ("track.interpolate 3 5", "track.gap 8", "track.swap 2"):
        with pytest.raises(EditError, match="read-only"):
            bench.do(command)
    bench.session.read_only = False
    for command, words in (("track.interpolate 7 3", "No such frames"), ("track.gap 4", "later frame")):
        with pytest.raises(AppError, match=words):
            bench.do(command)
    bench.session.selection.selected = None
    bench.do("track.gap 8")
    assert "Select a track first" in bench.said[-1]
    assert replace(bench.session.document, ids=None) == replace(before, ids=None)
