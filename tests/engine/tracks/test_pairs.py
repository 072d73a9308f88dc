"""What is kept of tracks goes with them: a run makes a new one with each commit, and none of the old ones may stay."""

from __future__ import annotations

import weakref

import numpy as np
from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.tracks import at_frame, shape_at, steady
from engine.tracks.motion import Motion
from engine.tracks.pairs import ByPair
from engine.tracks.spans import spans_of


def key(frame: int) -> Keyframe:
    return Keyframe(frame, ((frame, 20.0), (frame + 50.0, 60.0)))


def test_tracks_that_are_superseded_are_let_go() -> None:
    motion = Motion(np.ones(99, np.complex128), np.zeros(99, np.complex128))
    track = Track(1, "car", "rectangle", keyframes=(key(0), key(2)))
    memos = at_frame._frames, spans_of, steady.ways
    before, gone = [len(memo) for memo in memos], []
    for frame in range(4, 60, 2):
        gone.append(weakref.ref(track))
        assert shape_at(track, 1, motion=motion) is not None and spans_of(track)
        track = replace(track, keyframes=(*track.keyframes, key(frame)))
    assert not any(one() for one in gone)
    assert all(len(memo) <= kept + 1 for memo, kept in zip(memos, before, strict=True))


def test_a_pair_is_known_as_long_as_both_live() -> None:
    asked = []
    of = ByPair(lambda one, other: asked.append(1) or one.id + other.id, 10)
    one, other, more = (Track(number, "car", "rectangle", keyframes=(key(1),)) for number in (1, 2, 3))
    assert [of(one, other), of(one, other), of(one, more)] == [3, 3, 4] and len(asked) == len(of) == 2
    del other
    assert len(of) == 1 and of(one, more) == 4 and len(asked) == 2
    del one
    assert not len(of)
