"""What becomes of a tracker's answers, said by hand: lost objects, failures, and whatever a person does between."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.edits import DropTrack, PutKeyframe, PutTrack
from engine.errors import ToolError
from engine.history import History
from engine.jobs import Failed, OnFrame, Progress, RunEnded
from engine.runs.follow import Followed
from engine.session import following
from engine.session.runs import Following
from engine.tools.base import Target
from engine.tracks import edit
from tests.engine.actions.conftest import Bench

BOX = (10.0, 20.0, 60.0, 50.0)


def begun(*humans: int, number: int = 1) -> Bench:
    """Return a session with a pinned track that has keyframes of a person, whose jobs wait."""
    bench = Bench()
    keys = tuple(Keyframe(frame, (BOX[:2], BOX[2:])) for frame in humans)
    track = Track(number, "car", "rectangle", tracker="csrt", pinned=True, keyframes=keys)
    bench.session.commit("Draw", PutTrack(track))
    bench.session.selection.selected = number
    bench.held = []
    return bench


def answer(bench: Bench, found) -> None:
    job = [one for one in bench.held if one.request is not None][-1]
    bench.session.jobs.accept(job, found(job.ticket))


def moved(frame: int, by: float = 1.0) -> Followed:
    x1, y1, x2, y2 = BOX
    return Followed(frame, {1: Target((x1 + by * frame, y1, x2 + by * frame, y2))}, {1: 0.75})


def keys(bench: Bench) -> list[tuple[int, str, bool]]:
    return [(key.frame, key.by, key.outside) for key in bench.session.document.tracks[1].keyframes]


def test_an_object_that_is_lost_is_outside_from_there_on_and_back_where_it_is_found() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    for found in (moved(1), Followed(2, lost={1: "it looks like nothing before"}), Followed(3), moved(4)):
        answer(bench, lambda ticket, found=found: OnFrame(ticket, found))
    answer(bench, lambda ticket: RunEnded(ticket, 4, 1.0))
    assert keys(bench) == [(0, "human", False), (1, "csrt", False), (2, "csrt", True), (4, "csrt", False)]
    assert bench.session.document.tracks[1].keyframes[1].score == 0.75
    assert "car 1 was lost on frame 3: it looks like nothing before" in bench.said[-1]


def test_a_track_with_which_the_tracker_cannot_begin_is_left_as_it_was_and_named() -> None:
    bench = begun(0)
    ends = ((100.0, 50.0), (102.0, 51.0))
    other = Track(2, "person", "rectangle", tracker="csrt", pinned=True, keyframes=(
        Keyframe(0, ends), Keyframe(1, ends, by="csrt"), Keyframe(2, ends, by="csrt"),
    ))  # fmt: skip
    bench.session.commit("Draw", PutTrack(other))
    bench.session.selection.selected = None
    bench.do("track.follow end")
    refused = Followed(1, moved(1).targets, {1: 0.75}, {2: "It is too small. Choose another frame"}, frozenset({2}))
    for found in (refused, moved(2), moved(3)):
        answer(bench, lambda ticket, found=found: OnFrame(ticket, found))
    answer(bench, lambda ticket: RunEnded(ticket, 3, 1.0))
    assert keys(bench)[1:] == [(1, "csrt", False), (2, "csrt", False), (3, "csrt", False)]
    assert bench.session.document.tracks[2].keyframes == other.keyframes
    assert "person 2 is left as it was: It is too small. Choose another frame" in bench.said[-1]
    assert "outside" not in bench.said[-1]


def test_a_run_that_fails_says_why_and_keeps_what_came() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    answer(bench, lambda ticket: OnFrame(ticket, moved(2)))
    answer(bench, lambda ticket: Failed(ticket, ToolError("The tracker has no memory left", "close something")))
    assert keys(bench) == [(0, "human", False), (1, "csrt", False), (2, "csrt", False)]
    assert "CSRT" in bench.said[-1] and "no memory left" in bench.said[-1] and "up to 3 stay" in bench.said[-1]
    assert not bench.session.runs.busy and not bench.session.jobs.progress


def test_a_gap_whose_pass_fails_is_left_as_it_is() -> None:
    bench = begun(0, 6)
    bench.do("track.fill")
    assert sum(one.request is not None for one in bench.held) == 2
    answer(bench, lambda ticket: Failed(ticket, ToolError("Broken", "try again")))
    assert keys(bench) == [(0, "human", False), (6, "human", False)] and not bench.session.runs.busy
    assert "Nothing was filled" in bench.said[-1] and not bench.session.jobs.running


def test_a_gap_that_is_being_filled_is_not_filled_a_second_time() -> None:
    bench = begun(0, 6)
    bench.do("track.fill", "track.fill")
    assert sum(one.request is not None for one in bench.held) == 2
    assert "At work already: 1" in bench.said[-1]


def test_giving_up_one_pass_of_a_gap_gives_up_the_other() -> None:
    bench = begun(0, 6)
    bench.do("track.fill")
    bench.actions["job.stop"].run(bench.session, next(iter(bench.session.runs.passes)))
    assert not bench.session.runs.busy and not bench.session.jobs.running


def test_of_gaps_that_a_person_has_changed_meanwhile_no_frames_are_counted() -> None:
    bench = begun(0, 3)
    session = bench.session
    session.commit("Draw", PutTrack(replace(session.document.tracks[1], id=2)))
    session.selection.selected = None
    bench.do("track.fill")
    place = session.document.tracks[2].keyframes[0]
    session.commit("Key", PutKeyframe(2, replace(place, frame=2)))
    bench.said.clear()
    finish(bench)
    assert "changed it meanwhile: 2" in bench.said[0] and bench.said[1].startswith("Filled 2 frame(s)")
    session.selection.selected = 2
    bench.do("track.fill")
    session.commit("Key", PutKeyframe(2, replace(place, frame=1)))
    bench.said.clear()
    finish(bench)
    assert len(bench.said) == 1 and "changed it meanwhile: 2" in bench.said[0]


def finish(bench: Bench) -> None:
    """Let both passes find that nothing moves, and what follows from that run."""
    jobs, bench.held = [one for one in bench.held if one.request is not None], None
    for job in jobs:
        for frame in [*job.request.frames][1:]:
            found = {number: Target(BOX) for number in job.request.starts}
            bench.session.jobs.accept(job, OnFrame(job.ticket, Followed(frame, found)))
        bench.session.jobs.accept(job, RunEnded(job.ticket, 1, 1.0))
    bench.held = []


def test_the_screen_goes_along_until_somebody_goes_elsewhere() -> None:
    bench = begun(0)
    shown = []
    bench.do("track.follow end")
    live = next(iter(bench.session.runs.live.values()))
    live.show = lambda frame: (shown.append(frame), setattr(bench.session.media, "shown", frame))
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    bench.session.media.shown = 7
    for frame in range(2, 9):
        live.screen.seen = -10.0
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
    assert shown == [1]


def test_every_answer_is_committed_at_once_and_the_group_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = begun(0)
    now = [5.0]
    monkeypatch.setattr(following, "time", SimpleNamespace(monotonic=lambda: now[0]))
    bench.session.view.clock = lambda: 1.0  # a recorder's, which stands still while nothing is done
    bench.do("track.follow end")
    before = bench.session.revision
    for frame in range(1, 9):
        now[0] += 0.06
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
        assert keys(bench)[-1] == (frame, "csrt", False)
    assert bench.session.revision - before == 8
    kind, progress = next(iter(bench.session.jobs.progress.items()))
    assert kind in bench.session.runs.live and progress.text == "CSRT: 1 object, 17 frames/s, 0 s left"
    group = next(bench.session.history.done())
    assert len(group.later) == 7 and len(group.edits) == 1  # joined only when it is taken back


@pytest.mark.parametrize("change", ["cut", "split", "swap"])
def test_a_run_ends_where_a_person_takes_what_it_found_away(change: str) -> None:
    bench = begun(0)
    other = Track(2, "car", "rectangle", keyframes=(Keyframe(1, ((90.0, 20.0), (99.0, 50.0))),))
    bench.session.commit("Draw", PutTrack(other))
    bench.do("track.follow end")
    for frame in range(1, 5):
        live(bench).screen.seen = -10.0
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
    bench.session.media.shown = bench.session.media.target = 2
    bench.session.selection.selected = 1
    bench.do({"cut": "shape.delete onwards", "split": "track.split", "swap": "track.swap 2"}[change])
    left = bench.session.document.tracks
    for frame in range(5, 8):
        for one in bench.session.runs.live.values():
            one.screen.seen = -10.0
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
    assert bench.session.document.tracks == left and not bench.session.runs.busy


def test_a_run_ends_before_what_a_person_parts_ahead_of_it() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    bench.session.commit("Split", *edit.split(bench.session.document, 1, 4))
    for frame in range(2, 7):
        for one in bench.session.runs.live.values():
            one.screen.seen = -10.0
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
    assert [frame for frame, _, outside in keys(bench) if not outside] == [0, 1, 2, 3]
    assert keys(bench)[-1] == (4, "fill", True) and not bench.session.runs.busy


def live(bench: Bench) -> Following:
    return next(iter(bench.session.runs.live.values()))


@pytest.mark.parametrize("split", [False, True])
def test_steps_go_on_with_the_objects_that_are_left_when_one_is_lost_or_taken_away(split: bool) -> None:
    bench = begun(0)
    session = bench.session
    first = session.document.tracks[1]
    for number in (2, 3):
        session.commit("Draw", PutTrack(replace(first, id=number)))
    following.stepped(session, 1)
    session.media.target = 1
    following.stepped(session, 3)
    x1, y1, x2, y2 = BOX
    targets = {number: Target((x1 + 1, y1, x2 + 1, y2)) for number in (1, 3)}
    if split:
        session.commit("Split", *edit.split(session.document, 3, 1))
    answer(bench, lambda ticket: OnFrame(ticket, Followed(1, targets, lost={2: "gone"})))
    assert [way.track for way in live(bench).plan.ways] == ([1] if split else [1, 3])
    assert live(bench).plan.frames == range(1, 4)


def test_locked_tracks_are_not_followed_by_steps_which_is_said_once() -> None:
    bench = begun(0)
    bench.session.selection.locked = frozenset({1})
    bench.said.clear()
    following.stepped(bench.session, 1)
    following.stepped(bench.session, 2)
    assert not bench.session.runs.busy and len(bench.said) == 1 and "not followed: 1" in bench.said[0]
    bench.session.selection.locked = frozenset()
    following.stepped(bench.session, 2)
    assert bench.session.runs.tracks() == {1}


def test_a_step_over_the_end_is_followed_up_to_the_last_frame() -> None:
    bench = begun(0)
    bench.do("frames.step 25")
    assert live(bench).plan.frames == range(10) and bench.session.media.target == 9


def test_the_screen_stays_where_somebody_is_asked_about_the_shown_frame() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    assert bench.session.media.target == 1  # asked for, not shown yet
    job, pending = bench.held
    following.unwatch(bench.session)
    bench.held = None
    bench.run(pending)
    assert bench.session.frame == bench.session.media.target == 0
    live(bench).screen.seen = -10.0
    bench.held = [job]
    answer(bench, lambda ticket: OnFrame(ticket, moved(2)))
    assert bench.session.media.target == 0 and keys(bench)[-1][0] == 2


DOES = st.one_of(
    st.just(("answer",)), st.just(("lose",)), st.just(("undo",)), st.just(("redo",)), st.just(("drop",)),
    st.tuples(st.just("key"), st.integers(0, 9)), st.just(("stop",)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 9), min_size=1), st.integers(0, 9), st.sampled_from(("end", "back")), st.lists(DOES))
def test_no_run_ever_changes_a_keyframe_of_a_person_and_undo_restores_all(humans, start, where, does) -> None:
    bench = begun(*sorted(humans))
    first, history = bench.session.document, len(bench.session.history)
    mine = dict.fromkeys(humans, 0.0)
    bench.session.media.shown = bench.session.media.target = start
    bench.do(f"track.follow {where}")
    frame, step, offset = start, 1 if where == "end" else -1, 100.0
    for what, *args in does:
        before = people(bench)
        if what in ("answer", "lose") and bench.held and bench.session.jobs.running:
            frame += step
            found = moved(frame) if what == "answer" else Followed(frame, lost={1: "gone"})
            answer(bench, lambda ticket, found=found: OnFrame(ticket, found))
        elif what == "key" and 1 in bench.session.document.tracks:
            offset += 1
            place = Keyframe(args[0], ((offset, 1.0), (offset + 5, 9.0)))
            bench.session.commit("Key", PutKeyframe(1, place))
            continue
        elif what == "drop" and 1 in bench.session.document.tracks:
            bench.session.commit("Drop", DropTrack(1))
            continue
        elif what in ("undo", "redo") and (what == "redo" or len(bench.session.history) > history):
            (bench.session.undo if what == "undo" else bench.session.redo)()
            continue
        elif what == "stop":
            bench.do("track.stop")
        assert people(bench) == before
    assert mine
    while len(bench.session.history) > history:
        bench.session.undo()
    assert bench.session.document == first or bench.session.document.tracks == first.tracks


def people(bench: Bench) -> dict[int, Keyframe]:
    track = bench.session.document.tracks.get(1)
    return {key.frame: key for key in track.keyframes if key.by == "human"} if track else {}


@pytest.mark.parametrize("scope", ["frame", "onwards", "all", "range"])
def test_how_much_of_a_track_was_deleted_last_is_remembered(scope: str) -> None:
    bench = begun(0, 9)
    bench.do("shape.delete range 3 5" if scope == "range" else f"shape.delete {scope}")
    assert bench.session.selection.scope == scope
    left = [frame for frame in range(10) if bench.session.document.tracks and on(bench, frame)]
    assert left == {"frame": [*range(1, 10)], "onwards": [], "all": [], "range": [0, 1, *range(5, 10)]}[scope]


def on(bench: Bench, frame: int) -> bool:
    from engine import items

    return items.find(bench.session.document, frame, 1) is not None


def test_a_run_whose_job_is_given_up_is_forgotten_and_what_came_stays() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    kind = next(iter(bench.session.runs.live))
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    answer(bench, lambda ticket: OnFrame(ticket, moved(2)))
    bench.actions["job.stop"].run(bench.session, kind)
    assert not bench.session.runs.busy and keys(bench)[-1] == (2, "csrt", False)


def test_the_tool_that_draws_tracks_is_taken_again_when_the_file_is_opened() -> None:
    from engine.actions.leaving import left, restore

    bench = begun(0)
    bench.do("tool.cancel", "track.draw csrt")
    bench.session.document = replace(bench.session.document, left=left(bench.session))
    bench.do("tool.cancel")
    restore(bench.session)
    assert bench.session.gesture.tracker == "csrt"


def test_locking_a_track_ends_its_way_in_a_run_and_the_others_go_on() -> None:
    bench = begun(0)
    bench.session.commit("Draw", PutTrack(replace(bench.session.document.tracks[1], id=2)))
    bench.session.selection.selected = None
    bench.do("track.follow end")

    def both(frame: int) -> Followed:
        return Followed(frame, {1: Target(BOX), 2: Target(BOX)})

    for frame in (1, 2):
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, both(frame)))
    bench.session.selection.selected = 2
    bench.do("shape.lock")
    assert "no longer followed: car 2" in bench.said[-1]
    for frame in (3, 4):
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, both(frame)))
    tracks = bench.session.document.tracks
    assert [tracks[number].keyframes[-1].frame for number in (1, 2)] == [4, 2]
    assert bench.session.runs.followed() == {1}
    bench.session.selection.selected = 1
    bench.do("shape.lock")
    assert not bench.session.runs.busy, "with nothing left to follow it ends"
    assert len(bench.session.history) == 3, "two draws and the run"


def test_a_gap_whose_track_was_locked_meanwhile_is_not_filled() -> None:
    bench = begun(0, 3)
    bench.do("track.fill", "shape.lock")
    bench.said.clear()
    finish(bench)
    assert keys(bench) == [(0, "human", False), (3, "human", False)]
    assert "Locked, so not filled: 1" in bench.said[0]


def test_the_words_of_a_run_stay_where_the_engine_process_counts_frames() -> None:
    bench = begun(0)
    bench.do("track.follow end")
    for frame in (1, 2, 3):
        answer(bench, lambda ticket, frame=frame: Progress(ticket, "Following", frame, 9))
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
        assert next(iter(bench.session.jobs.progress.values())).text.startswith("CSRT: 1 object")


def test_a_gap_whose_track_is_gone_when_both_passes_are_there_is_left_and_the_others_are_filled() -> None:
    bench = begun(0, 3)
    session = bench.session
    session.commit("Draw", PutTrack(replace(session.document.tracks[1], id=2)))
    session.selection.selected = None
    bench.do("track.fill")
    session.commit("Delete", DropTrack(1))
    bench.said.clear()
    finish(bench)
    assert [key.by for key in session.document.tracks[2].keyframes] == ["human", "fill", "fill", "human"]
    assert 1 not in session.document.tracks and not session.runs.busy
    assert "changed it meanwhile: 1" in bench.said[0] and bench.said[1].startswith("Filled 2 frame(s)")


def test_a_run_goes_on_where_history_has_no_room_for_its_beginning() -> None:
    bench = begun(0)
    session = bench.session
    session.history = History(most_bytes=1)
    bench.do("track.follow end")
    answer(bench, lambda ticket: OnFrame(ticket, moved(1)))
    session.commit("Draw", PutTrack(replace(session.document.tracks[1], id=2, tracker="", keyframes=())))
    for frame in (2, 3):
        answer(bench, lambda ticket, frame=frame: OnFrame(ticket, moved(frame)))
    assert keys(bench)[1:] == [(frame, "csrt", False) for frame in (1, 2, 3)] and session.runs.busy
    assert not any("taken back" in said for said in bench.said)
    bench.do("history.undo")
    answer(bench, lambda ticket: OnFrame(ticket, moved(4)))
    assert not session.runs.busy and "taken back" in bench.said[-1]
