"""A detector's results made into tracks in a session: one step of undo, stopped, done again; tiles as a setting."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.edits import PutShape
from engine.errors import AppError
from tests.engine.session.blobs import Finder


def keyframes(finder: Finder) -> list[list[int]]:
    tracks = finder.session.document.tracks
    return [[key.frame for key in tracks[number].keyframes if not key.outside] for number in sorted(tracks)]


@pytest.mark.parametrize("method", ["bytetrack", "ocsort"])
def test_each_object_becomes_a_track_and_all_are_one_step_of_undo(finder: Finder, method: str) -> None:
    finder.do(f"detect.tracks blobs all {method}")
    assert keyframes(finder) == [[*range(10)]] * 10 and finder.counts() == [0] * 10
    track = next(iter(finder.session.document.tracks.values()))
    assert (track.source, track.keyframes[0].by) == ("auto", "blobs")
    assert "Blobs: 10 tracks on 10 frames" in finder.said[-1] and not finder.session.runs.busy
    finder.do("history.undo")
    assert not finder.session.document.tracks
    finder.do("history.redo")
    assert len(finder.session.document.tracks) == 10


def test_a_run_that_is_stopped_keeps_its_tracks_and_one_that_is_done_again_replaces_them(finder: Finder) -> None:
    finder.by_hand = True
    finder.do("detect.tracks blobs 3-9")
    finder.advance(4)
    finder.do("tool.cancel")
    assert keyframes(finder) == [[2, 3, 4, 5]] * 10 and "stopped" in finder.said[-1]
    finder.by_hand = False
    finder.do("detect.tracks blobs 3-9")
    assert keyframes(finder) == [[*range(2, 9)]] * 10
    finder.do("history.undo")
    assert keyframes(finder) == [[2, 3, 4, 5]] * 10


def test_tracks_take_the_place_of_the_same_detectors_shapes_but_not_of_a_persons(finder: Finder) -> None:
    finder.detect("all")
    shape = replace(finder.session.document.shapes(4)[0], verified=True)
    finder.session.commit("Verify", PutShape(shape), touches=False)
    kept = [shape]
    finder.do("detect.tracks blobs")
    assert [one for frame in range(10) for one in finder.session.document.shapes(frame)] == kept
    assert len(finder.session.document.tracks) == 10
    assert sum(map(len, keyframes(finder))) == 99, "none where the verified shape is"


def test_a_run_that_is_taken_back_while_it_goes_on_puts_no_more(finder: Finder) -> None:
    finder.detect("1-2")
    finder.by_hand = True
    finder.do("detect.tracks blobs all")
    finder.advance(3)
    assert finder.counts()[:2] == [0, 10], "its first commit took the earlier shapes of the frame away"
    finder.do("history.undo")
    finder.finish()
    assert not finder.session.document.tracks and finder.counts()[:2] == [10, 10]


def test_what_there_is_not_is_refused(finder: Finder) -> None:
    with pytest.raises(AppError, match="Nothing that joins tracks"):
        finder.do("detect.tracks blobs all sort")
    for size in ("10", "-1", "x", "1000000"):
        with pytest.raises(AppError, match="no such size"):
            finder.do(f"detect.tiles {size}")


def test_tiles_are_a_setting_that_a_run_goes_by(finder: Finder) -> None:
    finder.do("detect.tiles 120")
    assert finder.session.settings.tiles == 120
    finder.by_hand = True
    finder.detect()
    (job, _) = finder.waiting[0]
    assert job.request is not None and job.request.tiles == 120
    finder.finish()
    assert finder.counts()[0] == 10, "what tiles and the whole frame found is merged"
    finder.do("detect.tiles 0")
    assert finder.session.settings.tiles == 0
