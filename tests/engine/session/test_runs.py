"""Trackers at work in a session, on a real clip: inline here, step by step where a test wants to come between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.actions import frames, load_actions, perform
from engine.document import Document, Keyframe, Track
from engine.edits import PutKeyframe, PutTrack
from engine.opening import Opened, open_session
from engine.options import Options
from engine.settings import Settings
from engine.tracks import shape_at
from tests.engine.runs.clips import real
from tests.engine.session.by_hand import ByHand

CLIP, COUNT = "davis_blackswan", 16


class Desk(ByHand):
    """A session over a real clip."""

    def __init__(self, opened: Opened) -> None:
        self.session = opened.session
        self.take_jobs()
        self.said: list[str] = []
        self.session.on_message = lambda text, severity: self.said.append(text)
        self.actions = load_actions()
        self.now = 0.0
        self.session.view.clock = self.clock
        frames.with_view_size(self.session, (640, 400), (10, 20))
        frames.show(self.session, 0)

    def clock(self) -> float:
        self.now += 0.1
        return self.now

    def do(self, *commands: str) -> None:
        for command in commands:
            perform(self.actions, self.session, *command.split())

    def track(self, number: int = 1) -> Track:
        return self.session.document.tracks[number]

    def frames(self, by: str, number: int = 1) -> list[int]:
        return [key.frame for key in self.track(number).keyframes if key.by == by]

    def humans(self) -> dict[tuple[int, int], Keyframe]:
        tracks = self.session.document.tracks.values()
        return {(track.id, key.frame): key for track in tracks for key in track.keyframes if key.by == "human"}


@pytest.fixture
def boxes(shared: Path) -> list[tuple[float, float, float, float]]:
    return real(shared, CLIP, COUNT)[1]


@pytest.fixture
def desk(shared: Path, tmp_path: Path, boxes) -> Iterator[Desk]:
    """The first frames of the swan with its box as a track that KCF is pinned to."""
    folder = tmp_path / "swan"
    folder.mkdir()
    for file in sorted((shared / "data" / "tracks" / CLIP / "frames").glob("*.jpg"))[:COUNT]:
        shutil.copy(file, folder)
    opened = open_session(Options((folder,), labels="swan,car", settings=Settings(interpolation="linear")))
    found = Desk(opened)
    put(found, 1, {0: boxes[0]}, tracker="kcf", pinned=True)
    found.session.selection.selected = 1
    yield found
    opened.close()


def key(frame: int, box, **values) -> Keyframe:
    return Keyframe(frame, (tuple(box[:2]), tuple(box[2:])), **values)


def put(desk: Desk, number: int, humans, **values) -> None:
    keys = tuple(key(frame, box) for frame, box in humans.items())
    desk.session.commit(f"Draw {number}", PutTrack(Track(number, "swan", "rectangle", keyframes=keys, **values)))


def test_a_step_follows_every_pinned_track_whose_latest_keyframe_is_here(desk: Desk, boxes) -> None:
    put(desk, 2, {0: boxes[0]}, tracker="mosse", pinned=True)
    put(desk, 3, {0: boxes[0]}, tracker="kcf")
    put(desk, 4, {0: boxes[0], 9: boxes[9]}, tracker="kcf", pinned=True)
    desk.do("frames.step 1")
    assert (desk.frames("kcf", 1), desk.frames("mosse", 2)) == ([1], [1])
    assert desk.frames("kcf", 3) == desk.frames("kcf", 4) == []
    desk.do("frames.step 10", "frames.step -1")
    assert desk.frames("kcf", 1) == [*range(1, 12)]
    assert desk.session.document.motion is None  # interpolation: linear


@pytest.mark.parametrize("tracker", ["csrt", "kcf", "medianflow"])
@pytest.mark.parametrize("kind", ["rectangle", "polygon"])
def test_ten_steps_give_the_keyframes_of_one_run_of_ten_frames(desk: Desk, boxes, tracker: str, kind: str) -> None:
    x1, y1, x2, y2 = boxes[0]
    points = ((x1, y1), (x2, y2)) if kind == "rectangle" else ((x1, y1), (x2, y1 + 7.37), (x1 + 3.1, y2))
    track = Track(1, "swan", kind, tracker=tracker, pinned=True, keyframes=(Keyframe(0, points),))
    desk.session.commit("Draw", PutTrack(track))
    desk.do("track.follow 11", "frames.go 1")
    whole = desk.track()
    desk.do("history.undo", *["frames.step 1"] * 10)
    assert desk.track() == whole and [one.frame for one in whole.keyframes] == [*range(11)]
    assert desk.session.frame == 10


def test_a_step_over_a_keyframe_that_a_person_has_touched_begins_anew_there(desk: Desk, boxes, monkeypatch) -> None:
    asked = []
    follow = desk.session.runs.onward.follow
    monkeypatch.setattr(
        desk.session.runs.onward,
        "follow",
        lambda *given, **more: asked.append(dict(given[6])) or follow(*given, **more),
    )
    desk.do("frames.step 1", "frames.step 1")
    assert list(asked[0]) == [] and list(asked[1]) == [1]
    found = desk.track().keyframes[-1]
    desk.session.commit("Correct", PutKeyframe(1, replace(found, by="human", score=None)))
    desk.do("frames.step 1")
    assert list(asked[2]) == [], "a person has said that it is right: that is a start of its own"
    desk.do("frames.step 1", "history.undo", "frames.go 4", "frames.step 1")
    assert list(asked[3]) == [1] and list(asked[4]) == [], "what was taken back is not where the last run ended"
    desk.session.set(interpolation="linear")
    desk.session.commit("Other", PutTrack(replace(desk.track(), tracker="mosse")))
    desk.do("frames.step 1")
    assert list(asked[5]) == [] and desk.frames("mosse") == [5]


def test_the_camera_is_measured_once_where_tracks_need_it(desk: Desk, boxes, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    put(desk, 1, {0: boxes[0], 9: boxes[9]})
    desk.session.set(interpolation="steady")
    desk.do("frames.step 1")
    motion = desk.session.document.motion
    assert motion is not None and motion.knows(0, 9) and not motion.knows(9, 11)
    assert desk.session.safety.document.motion is motion
    track = desk.track()
    assert desk.session.shape(1) == shape_at(track, 1, motion=motion) != shape_at(track, 1)
    desk.do("frames.step 1", "cursor.move left")
    assert desk.session.document.motion is motion
    desk.session.commit("Key", PutKeyframe(1, key(14, boxes[14])))
    desk.do("frames.step 1")
    assert desk.session.document.motion.knows(0, 14)
    assert len([*(tmp_path / "cache").rglob("*.motion.npz")]) == 1


def test_a_camera_that_cannot_be_measured_is_not_tried_again(desk: Desk, boxes, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    put(desk, 1, {0: boxes[0], 9: boxes[9]})
    desk.session.set(interpolation="steady")
    sorted((tmp_path / "swan").glob("*.jpg"))[-1].unlink()  # the folder is another one now
    desk.do("frames.step 1", "frames.step 1")
    assert desk.session.runs.unsteady and desk.session.document.motion is None and desk.session.frame == 2


def test_steps_while_it_is_at_work_let_it_go_on(desk: Desk) -> None:
    desk.by_hand = True
    desk.do("frames.step 1", "frames.step 1", "frames.step 1")
    assert len(desk.waiting) == 1
    desk.finish()
    assert desk.frames("kcf") == [1, 2, 3] and desk.session.frame == 3
    before = desk.session.document
    desk.do("history.undo")
    assert desk.frames("kcf") == []
    desk.do("history.redo")
    assert desk.session.document == before


def test_it_is_followed_to_the_end_in_one_step_and_undo_restores_the_document(desk: Desk) -> None:
    before = desk.session.document
    desk.do("track.follow end")
    assert desk.frames("kcf") == [*range(1, COUNT)] and desk.session.frame == COUNT - 1
    assert desk.said[-1] == f"KCF: {COUNT - 1} frames"
    assert not desk.session.runs.busy and not desk.session.jobs.progress
    desk.do("history.undo")
    assert desk.session.document == before


def test_a_keyframe_of_a_person_ends_the_way_and_is_never_changed(desk: Desk, boxes) -> None:
    for frame in (7, 12):
        desk.session.commit("Key", PutKeyframe(1, key(frame, boxes[frame])))
    before = desk.humans()
    desk.do("track.follow end")
    assert desk.frames("kcf") == [*range(1, 7)]
    desk.do("frames.go 13", "track.follow back")
    assert desk.frames("kcf") == [*range(1, 7), *range(8, 12)] and desk.humans() == before
    desk.do("frames.go 13", "track.follow human")
    assert "No keyframe of a person comes later" in desk.said[-1]
    desk.do("frames.go 10", "track.follow 12", "frames.go 1", "track.follow human")
    assert desk.humans() == before


def test_what_came_stays_when_it_is_stopped_and_one_undo_takes_it_back(desk: Desk) -> None:
    before, desk.by_hand = desk.session.document, True
    desk.do("track.follow end")
    desk.advance(5)
    assert "KCF: 1 object, " in desk.session.jobs.progress["follow 2"].text
    assert desk.session.jobs.progress["follow 2"].text.endswith("s left")
    desk.do("tool.cancel")
    assert desk.frames("kcf") == [1, 2, 3, 4, 5] and desk.said[-1].startswith("Stopped at frame 6")
    assert not desk.session.jobs.running and desk.session.selection.selected == 1
    desk.do("history.undo")
    assert desk.session.document == before


def test_a_person_goes_on_meanwhile(desk: Desk, boxes) -> None:
    desk.by_hand = True
    desk.do("track.follow end")
    desk.advance(3)
    put(desk, 5, {0: boxes[0]})
    desk.advance(3)
    desk.do("history.undo")
    assert 5 not in desk.session.document.tracks  # their own step, not the run's
    desk.do("frames.go 1")
    desk.finish()
    assert desk.frames("kcf") == [*range(1, COUNT)] and desk.session.frame == 0
    desk.do("history.undo")
    assert desk.frames("kcf") == [] and desk.frames("human") == [0]


def test_a_keyframe_put_meanwhile_ends_it(desk: Desk, boxes) -> None:
    desk.by_hand = True
    desk.do("track.follow end")
    desk.advance(3)
    desk.session.commit("Key", PutKeyframe(1, key(8, boxes[8])))
    before = desk.humans()
    desk.finish()
    assert desk.frames("kcf") == [*range(1, 8)] and desk.humans() == before and not desk.session.runs.busy


def test_a_start_that_is_changed_meanwhile_ends_it(desk: Desk, boxes) -> None:
    desk.by_hand = True
    desk.do("track.follow end")
    desk.advance(1)
    desk.session.commit("Key", PutKeyframe(1, key(0, boxes[3])))
    desk.finish()
    assert desk.frames("kcf") == [1] and not desk.session.runs.busy


def test_taking_the_run_back_stops_it(desk: Desk) -> None:
    desk.by_hand = True
    desk.do("track.follow end")
    desk.advance(2)
    desk.do("history.undo")
    desk.finish()
    assert desk.frames("kcf") == [] and not desk.session.runs.busy
    assert any("taken back" in text for text in desk.said)


def test_a_gap_is_filled_from_both_sides_in_one_step(desk: Desk, boxes) -> None:
    desk.session.commit("Key", PutKeyframe(1, key(10, boxes[10])))
    before, humans = desk.session.document, desk.humans()
    desk.do("frames.go 5", "track.fill")
    assert desk.frames("fill") == [*range(1, 10)] and desk.humans() == humans
    assert all(one.agreement is not None for one in desk.track().keyframes if one.by == "fill")
    assert "Filled 9 frame(s)" in desk.said[-1] and not desk.session.runs.busy
    desk.do("history.undo")
    assert desk.session.document == before
    desk.do("frames.go 14", "track.fill")
    assert "nothing to fill" in desk.said[-1]


def test_after_a_correction_what_people_bound_is_filled_and_the_rest_is_followed(desk: Desk, boxes) -> None:
    desk.session.commit("Key", PutKeyframe(1, key(6, boxes[6])))
    desk.do("track.fill", "frames.go 7", "track.follow end", "frames.go 5")
    assert desk.frames("fill") == [1, 2, 3, 4, 5] and desk.frames("kcf") == [*range(7, COUNT)]
    desk.do("track.again")
    assert "Correct the track here first" in desk.said[-1]
    desk.session.commit("Key", PutKeyframe(1, key(4, boxes[4])))
    before, humans = desk.session.document, desk.humans()
    desk.do("track.again")
    assert desk.frames("fill") == [1, 2, 3, 5] and desk.humans() == humans
    desk.do("history.undo")
    assert desk.session.document == before
    desk.session.commit("Key", PutKeyframe(1, key(11, boxes[11])))
    desk.do("frames.go 12", "track.again")
    assert desk.frames("fill") == [1, 2, 3, 5, 7, 8, 9, 10] and desk.frames("kcf") == [*range(12, COUNT)]


def test_it_asks_where_a_correction_is_worth_most(desk: Desk, boxes) -> None:
    desk.do("track.ask")
    assert "Nothing is left to ask" in desk.said[-1]
    doubt = [key(frame, boxes[0], by="fill", agreement=0.2 if 3 <= frame <= 9 else 0.9) for frame in range(1, 14)]
    for one in doubt:
        desk.session.commit("Key", PutKeyframe(1, one))
    desk.session.selection.selected = None
    desk.do("track.ask")
    assert (desk.session.frame, desk.session.selection.selected) == (6, 1)
    assert "frames 4 to 10" in desk.said[-1]


def test_nothing_runs_in_a_document_that_is_read_only(desk: Desk) -> None:
    desk.session.read_only = True
    desk.do("frames.step 1")
    assert desk.frames("kcf") == [] and desk.session.frame == 1
    with pytest.raises(Exception, match="read-only"):
        desk.do("track.follow end")
    desk.session.read_only = False


def test_documents_do_not_differ_by_what_is_known_of_the_camera(desk: Desk) -> None:
    before: Document = desk.session.document
    from engine.tracks.motion import Motion

    desk.session.moving(Motion.unknown(COUNT))
    assert desk.session.document == before and desk.session.document.motion is not None
    desk.do("track.follow 3", "history.undo")
    assert desk.session.document.motion is not None and desk.session.safety.document.motion is not None
