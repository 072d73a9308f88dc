"""The strip of a review by actions: its crops made in a job, its band given and taken, clicked, turned through."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.edits import DropTrack, PutTrack
from engine.errors import MediaError
from engine.review.base import Finding
from engine.review.queue import Entry
from engine.scene_of import scene_of
from engine.session import crops
from tests.engine.actions.conftest import Bench

DISC = (220, 200, 60)


class AtAnEntry(Bench):
    """A track that follows the disc, and an entry of it that is looked at."""

    def __init__(self) -> None:
        super().__init__()
        keys = tuple(Keyframe(at, ((70.0 + 5 * at, 50.0), (170.0 + 5 * at, 150.0)), by="csrt") for at in (0, 9))
        self.session.commit("Track", PutTrack(Track(1, "car", "rectangle", keyframes=keys)))
        found = Finding("jump", 4, 5, 4, (1,), 2.0, "jumps")
        self.session.review.on = True
        self.session.review.at = Entry((1,), "car", 4, 5, 4, 0.9, (found,))
        crops.make_room(self.session)
        self.do("frames.go 5")

    @property
    def strip(self):
        return scene_of(self.session).strip


@pytest.fixture
def bench() -> AtAnEntry:
    return AtAnEntry()


def test_crops_show_the_object_on_the_frames_around(bench):
    found = bench.strip.crops
    assert [crop.number for crop in found] == ["2", "3", "4", "*5", "6", "7", "8"]
    assert [crop.here for crop in found].index(True) == 3
    assert [crop.number for crop in found if crop.within] == ["*5", "6"]
    for crop in found:
        height, width = crop.pixels.shape[:2]
        assert np.abs(crop.pixels[height // 2, width // 2].astype(int) - DISC).max() < 3
        x1, y1, x2, y2 = crop.box
        assert 0 < x1 < 0.5 < x2 < 1 and 0 < y1 < 0.5 < y2 < 1
        assert crop.pixels[height // 2, round(width * x1 - 6)].max() < 60 < crop.pixels[height // 2].max()


def test_an_edit_has_only_the_crops_that_it_moved_made_again(bench):
    read, decode = [], bench.session.media.frames.decode
    bench.session.media.frames.decode = lambda index, cancelled: read.append(index) or decode(index)
    track = bench.session.document.tracks[1]
    moved = Keyframe(5, ((100.0, 90.0), (200.0, 190.0)))
    keys = tuple(sorted((*track.keyframes, Keyframe(4, ((90.0, 50.0), (190.0, 150.0))), moved,
                         Keyframe(6, ((100.0, 50.0), (200.0, 150.0)))), key=lambda key: key.frame))  # fmt: skip
    bench.session.commit("Move", PutTrack(replace(track, keyframes=keys)))
    assert read == [5] and all(crop.pixels is not None for crop in bench.strip.crops)


def test_nothing_is_made_while_a_frame_is_on_its_way_and_all_of_it_afterwards(bench):
    bench.held = []
    bench.session.review.crops = crops.Crops()
    bench.do("frames.step")
    assert [job.kind for job in bench.held] == ["frame"]
    (job,), bench.held = bench.held, None
    bench.run(job)
    assert all(crop.pixels is not None for crop in bench.strip.crops)


def test_a_frame_that_cannot_be_read_leaves_the_others(bench):
    def decode(index, cancelled):
        if index == 6:
            raise MediaError("No", "frame")
        return bench.session.media.frames.get(index)

    bench.session.media.frames.decode, bench.session.review.crops = decode, crops.Crops()
    bench.session.changed()
    assert [int(crop.pixels.max()) > 100 for crop in bench.strip.crops] == [number != 7 for number in range(2, 9)]
    assert "crops" not in bench.session.jobs.running


def test_the_picture_gives_way_to_the_strip_and_gets_its_room_back(bench):
    view = bench.session.view
    assert view.viewport.band == 100 and view.viewport.is_fitted and view.viewport.to_view((0, 200))[1] <= 300
    bench.do("view.strip")
    assert view.viewport.band == 0 and bench.strip is None and view.viewport.to_view((0, 200))[1] == 400
    bench.do("view.strip", "view.resize 640 800 10 20")
    assert view.viewport.band == 180 and view.viewport.is_fitted
    bench.do("view.resize 640 200 10 20")
    assert view.viewport.band == 0  # too small for both
    bench.do("view.resize 640 400 10 20", "review.close")
    assert view.viewport.band == 0 and bench.strip is None


def test_a_click_on_a_crop_goes_there_and_the_wheel_steps(bench):
    x, y, _, height = bench.strip.crops[5].rect
    before = bench.session.view.cursor
    bench.do(f"mouse.move {x + 5} {y + 5}", f"mouse.press {x + 5} {y + 5}", f"mouse.release {x + 5} {y + 5}")
    assert bench.session.frame == 6 and bench.session.view.cursor == before
    assert bench.strip.crops[5].here and bench.session.gesture.mode == "main"
    bench.do(f"mouse.wheel {x} {y + height} -1")
    assert bench.session.frame == 7 and bench.session.view.viewport.is_fitted
    bench.do(f"mouse.press 1 {y + 5}")  # between the border and the first one
    assert bench.session.frame == 7


def test_crops_that_are_not_looked_at_go_and_those_used_stay():
    kept, window = crops.Crops(), AtAnEntry()
    first, *_ = crops.shown(window.session).windows
    kept.put(first, np.zeros((1, 1, 3), np.uint8))
    for number in range(crops.MOST):
        assert kept.get(first) is not None
        kept.put(type(first)(number + 100, (0, 0, 1, 1), None), np.zeros((1, 1, 3), np.uint8))
    assert kept.get(first) is not None and kept.get(type(first)(100, (0, 0, 1, 1), None)) is None


@pytest.mark.parametrize(
    "place", [(-50, -50, 100, 100), (300, 180, 90, 90), (-400, -400, 90, 90), (-(10**9), 0, 2 * 10**9, 10**9)]
)
def test_what_is_outside_of_the_frame_is_dark(place):
    found = crops.cut_out(np.full((200, 320, 3), 200, np.uint8), place)
    assert 1 <= found.shape[0] <= crops.LARGEST
    share = (found == 200).all(axis=2).mean()
    x, y, width, height = place
    inside = max(min(x + width, 320) - max(x, 0), 0) * max(min(y + height, 200) - max(y, 0), 0)
    assert share == pytest.approx(inside / (width * height), abs=0.03)


def test_where_there_are_no_tracks_the_picture_has_all_the_room(bench: AtAnEntry) -> None:
    bench.do("view.resize 640 400 10 20")
    assert bench.session.view.viewport.band
    bench.session.commit("Delete", DropTrack(1))
    bench.do("review.close", "review.open")
    assert bench.session.review.on and not bench.session.view.viewport.band
