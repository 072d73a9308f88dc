"""A review by actions: opened and left, gone through, judged, mended; what it says when nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from engine.document import Review, Track
from engine.edits import PutKeyframe, PutTrack
from engine.errors import AppError, EditError
from engine.jobs import OnFrame, RunEnded
from engine.playing import play
from engine.project.project import Project
from engine.ready import ready
from engine.recorder import Recorder, head_of
from engine.recording import read
from engine.review.queue import Reviewer
from engine.runs.follow import Followed
from engine.session import Session, listing, review_queue
from engine.session.reviewing import noted, rank
from engine.tools.base import Target
from tests.engine.actions.conftest import Bench, Pictures
from tests.engine.projects import crash
from tests.engine.review.courses import COUNT, HEIGHT, WIDTH, document, key, moved, straight, track

JUMPS = {1: range(28, 34), 2: range(10, 14), 3: range(44, 47)}
"""Track -> the frames on which it is elsewhere."""


class Sixty(Pictures):
    """Frames enough for the tracks."""

    def __len__(self) -> int:
        return COUNT

    def size(self, index: int) -> tuple[int, int]:
        return WIDTH, HEIGHT


def jumping(number: int, there: range) -> Track:
    """Return a track with a lane of its own that is elsewhere on some frames."""

    def way(frame: int) -> tuple[float, float, float, float]:
        return moved(straight(frame), 0, 80 * number - 200)

    return track(number, {at: moved(way(at), 60 + 10 * number, 30) for at in there}, way)


class Reviewed(Bench):
    """Three tracks, each of which jumps away once; whatever reads pixels sees none."""

    def __init__(self) -> None:
        super().__init__()
        tracks = [jumping(number, there) for number, there in JUMPS.items()]
        self.session = Session(document(*tracks), Sixty())
        self.session.jobs.connect(self.run)
        self.session.on_message = lambda text, severity: self.said.append(text)
        self.do("frames.go 1")

    @property
    def at(self):
        return self.session.review.at


@pytest.fixture
def bench() -> Reviewed:
    return Reviewed()


def test_entries_are_gone_through_and_judged(bench: Reviewed) -> None:
    session, review = bench.session, bench.session.review
    bench.do("review.open")
    first, second, third = (entry.ids[0] for entry in review.entries)
    assert {first, second, third} == {1, 2, 3} and session.mode == "review"
    assert (bench.at.ids, session.frame, session.selection.selected) == ((first,), bench.at.worst, first)
    bench.do("review.accept")
    assert (bench.at.ids, session.frame, session.selection.selected) == ((second,), bench.at.worst, second)
    reason = bench.at.kinds[0]
    bench.do("review.flag it is another one")
    assert bench.at.ids == (third,) and [entry.ids[0] for entry in review.entries] == [second, third]
    (flagged,) = session.document.tracks[second].review
    assert (flagged.state, flagged.comment, flagged.reason) == ("flagged", "it is another one", reason)
    assert flagged.by and flagged.at[4] == "-" and flagged.at[10] == "T"
    bench.do("review.back")
    assert bench.at.ids == (second,) and bench.at.state == "flagged"
    bench.do("review.next", "review.accept")
    assert bench.said[-1] == "All 3 looked at: 2 accepted, 1 flagged" and review.judged == 3 and not review.open
    bench.do("review.close")
    assert session.mode == "main" and not session.jobs.running


def test_undo_goes_back_to_the_entry_and_a_judgement_is_taken_back(bench: Reviewed) -> None:
    review = bench.session.review
    bench.do("review.open")
    first = bench.at
    bench.do("review.accept", "review.next", "history.undo")
    assert (bench.at.ids, bench.at.state) == (first.ids, "unseen") and len(review.open) == 3
    assert bench.session.frame == first.worst
    bench.do("history.redo")
    assert (bench.at.ids, bench.at.state) == (first.ids, "accepted") and len(review.open) == 2
    bench.do("review.unsee")
    assert bench.at.state == "unseen" and len(review.open) == 3
    assert not bench.session.document.tracks[first.ids[0]].review
    bench.do("review.unsee")
    assert bench.said[-1] == "Nothing was said of it yet"


def corrected(bench: Reviewed) -> None:
    """Put the box of the entry that is looked at where it was to be, as a person would, on the shown frame."""
    number = bench.at.ids[0]
    box = moved(straight(bench.session.frame), 0, 80 * number - 200)
    bench.session.commit("Correct", PutKeyframe(number, key(bench.session.frame, box, "human")))


def test_a_repair_is_noted_in_its_own_step_and_the_entry_stays(bench: Reviewed) -> None:
    session, review = bench.session, bench.session.review
    bench.do("review.open")
    first, steps = bench.at, len(session.history)
    before = session.document
    corrected(bench)
    (fixed,) = session.document.tracks[first.ids[0]].review
    assert (fixed.first, fixed.last, fixed.state) == (session.frame, session.frame, "fixed")
    assert bench.at.ids == first.ids and len(session.history) == steps + 1
    assert bench.at.state == "unseen" and len(review.open) == 3  # the frames beside it are as wrong as they were
    bench.do("history.undo")
    assert session.document == before and bench.at.state == "unseen" and len(review.open) == 3
    for frame in JUMPS[first.ids[0]]:
        bench.do(f"frames.go {frame + 1}")
        corrected(bench)
    assert bench.at.state == "fixed" and len(review.open) == 2
    bench.do("history.undo")
    assert len(review.open) == 3
    bench.do("history.redo", "review.next")
    assert bench.at.ids != first.ids
    frame, number = review.at.last + 5, review.at.ids[0]
    there = straight(frame)
    session.commit("Elsewhere", PutKeyframe(number, key(frame, moved(there, 0, 80 * number - 200), "human")))
    assert bench.at.state == "unseen" and not session.document.tracks[number].review
    bench.do("track.outside")
    assert bench.at.state == "fixed"


def test_after_a_drag_the_keys_are_those_of_the_review_again(bench: Reviewed) -> None:
    session = bench.session
    bench.do("view.resize 640 480 8 16", "review.open")
    before = session.shape(bench.at.ids[0])
    assert before is not None
    x, y = (sum(values) / 2 for values in zip(*before.points, strict=True))
    places = [session.view.viewport.to_view(point) for point in ((x, y), (x + 20, y + 12))]
    (x1, y1), (x2, y2) = ((round(a), round(b)) for a, b in places)
    bench.do(f"mouse.press {x1} {y1}", f"mouse.move {x2} {y2} 1", f"mouse.release {x2} {y2}")
    after = session.shape(before.id)
    assert after is not None and after.points != before.points
    assert [said.state for said in session.document.tracks[before.id].review] == ["fixed"]
    assert session.mode == "review" and session.selection.selected == before.id


def test_a_deleted_track_has_left_the_queue_and_nothing_can_be_said_of_it(bench: Reviewed) -> None:
    bench.do("review.open")
    number = bench.at.ids[0]
    bench.do("shape.delete all")
    assert bench.at.state == "fixed" and number not in [entry.ids[0] for entry in bench.session.review.entries]
    document = bench.session.document
    bench.do("review.accept")
    assert bench.session.document is document and bench.at.ids[0] != number
    bench.do("history.undo")
    assert number in bench.session.document.tracks and len(bench.session.review.open) == 3


def test_what_was_judged_is_listed_where_its_state_is_asked_for(bench: Reviewed) -> None:
    review = bench.session.review
    bench.do("review.open")
    first = bench.at
    bench.do("review.accept")
    second = bench.at
    bench.do("review.flag why")
    third, frame = bench.at, bench.session.frame
    corrected(bench)
    bench.do("review.filter state accepted")
    (entry,) = review.listed
    assert (entry.ids, entry.first, entry.last, entry.kinds) == (first.ids, first.first, first.last, first.kinds[:1])
    assert bench.said[-1] == "1 entry of 4 listed"  # the flagged one is in the queue too, and counts once
    bench.do("review.go 1")
    assert bench.at.ids == first.ids and first.first <= bench.session.frame <= first.last
    bench.do("review.filter state flagged")
    assert [one.ids for one in review.listed] == [second.ids]
    bench.do("review.filter state fixed", "review.go 1")
    assert (bench.at.ids, bench.session.frame) == (third.ids, frame)
    bench.do("review.unsee")
    assert not review.listed and not bench.session.document.tracks[third.ids[0]].review
    bench.do("review.filter state")
    assert {one.ids for one in review.listed} == {second.ids, third.ids}


def twins() -> Reviewed:
    """Return two tracks on one object."""
    bench = Reviewed()
    bench.session = Session(document(track(1), track(2, way=lambda frame: moved(straight(frame), 3, 1))), Sixty())
    bench.session.jobs.connect(bench.run)
    bench.session.on_message = lambda text, severity: bench.said.append(text)
    bench.do("frames.go 1")
    return bench


def test_an_entry_about_two_tracks_is_judged_of_both_and_a_report_lists_it_no_more() -> None:
    bench = twins()
    bench.do("review.open")
    entry, review = bench.at, bench.session.review
    assert {*entry.ids} == {1, 2}
    bench.do("review.accept")
    assert not review.open and Reviewer().entries(bench.session.document) == () and review.judged == 1
    other = bench.session.document.tracks[entry.ids[1]]
    edited = key(entry.worst, moved(straight(entry.worst), 1, 0), "csrt")
    bench.session.commit("Other", PutKeyframe(other.id, edited), touches=False)
    assert [one.ids for one in Reviewer().entries(bench.session.document)] == [one.ids for one in review.open] != []
    bench.do("history.undo", "history.undo")
    assert not any(one.review for one in bench.session.document.tracks.values())
    bench.do("review.go 1", "review.accept", "review.back", "review.unsee")
    assert not any(one.review for one in bench.session.document.tracks.values()) and review.open


def test_a_kill_in_a_review_loses_no_judgement(tmp_path: Path) -> None:
    path = tmp_path / "c.termwand.yaml"
    project, _, _ = Project.open(path)
    bench = Reviewed()
    project.start(bench.session.document)
    bench.session = Session(bench.session.document, Sixty(), disk=project)
    bench.session.jobs.connect(bench.run)
    bench.do("frames.go 1", "review.open", "review.accept", "review.flag a bus")
    corrected(bench)
    before, left = bench.session.document, bench.session.review.open
    crash(project)
    project, found, _ = Project.open(path)
    assert found is not None
    assert {n: one.review for n, one in found.tracks.items()} == {n: one.review for n, one in before.tracks.items()}
    bench.session = Session(found, Sixty(), disk=project)
    bench.session.jobs.connect(bench.run)
    bench.do("frames.go 1", "review.open")
    review = bench.session.review
    assert review.counts == {"accepted": 1, "flagged": 1, "fixed": 1} and [*map(rank, review.open)] == [
        *map(rank, left)
    ]
    assert bench.at is not None and bench.at.state == "unseen"
    project.close()


def answered(bench: Reviewed, found: Callable[[int, int], Followed]) -> None:
    """Let the jobs that follow tracks answer for each of their frames."""
    jobs, bench.held = bench.held or [], None
    for job in jobs:
        if job.request is None:
            bench.run(job)
            continue
        frames, (number,) = [*job.request.frames][1:], job.request.starts
        for frame in frames:
            bench.session.jobs.accept(job, OnFrame(job.ticket, found(number, frame)))
        bench.session.jobs.accept(job, RunEnded(job.ticket, len(frames), 1.0))
        bench.session.jobs.ended(job)


@pytest.mark.parametrize("is_lost", [False, True])
def test_following_anew_mends_the_entry_when_it_has_come_through(bench: Reviewed, is_lost: bool) -> None:
    session, number = bench.session, 1
    track = replace(session.document.tracks[number], tracker="csrt")
    session.commit("Tracker", PutTrack(track))
    bench.do("review.open", "review.filter track 1", "review.go 1")
    frame, steps = bench.at.worst, len(session.history)
    there = moved(straight(frame), 0, -120)
    session.review.on = False  # so that it is the run that mends
    session.commit("Correct", PutKeyframe(number, key(frame, there, "human")))
    session.review.on = True
    bench.held = []
    bench.do("track.again")
    assert bench.at.state == "unseen" and session.review.mends

    def found(track: int, frame: int) -> Followed:
        if is_lost:
            return Followed(frame, lost={track: "it is gone"})
        return Followed(frame, {track: Target(moved(straight(frame), 0, -120))}, {track: 0.9})

    answered(bench, found)
    assert bench.at.state == ("unseen" if is_lost else "fixed") and not session.review.mends
    assert len(session.history) == steps + 2  # the correction, and the run with what was noted of it
    bench.do("history.undo")
    assert not session.document.tracks[number].review


def test_the_end_of_the_list_is_said_and_filters_narrow_it(bench: Reviewed) -> None:
    session, review = bench.session, bench.session.review
    bench.do("review.next")
    assert "No review is on" in bench.said[-1]
    bench.do("review.open", "review.go 3", "review.next")
    assert bench.said[-1] == "That was the last one: 2 entries left, from the top again"
    assert bench.at.ids == review.entries[0].ids
    bench.do("review.filter label bus")
    assert not review.listed and bench.said[-1] == "0 entries of 3 listed"
    bench.do("review.next")
    assert bench.said[-1] == "No entry passes the filters, 3 entries without them"
    said = len(bench.said)
    bench.do("review.filter label", "review.go 3", "review.filter track 2", "review.next")
    assert not any("last one" in text for text in bench.said[said:]), "it is not listed, so it was not the last one"
    bench.do("review.filter label", "review.filter track 3", "review.next")
    assert [entry.ids[0] for entry in review.listed] == [3] and bench.at.ids == (3,)
    for wrong in ("review.go 2", "review.filter state done", "review.filter place x"):
        with pytest.raises(AppError):
            bench.do(wrong)
    session.read_only = True
    with pytest.raises(EditError, match="read-only"):
        bench.do("review.accept")


def test_what_comes_after_all_was_looked_at_is_said_when_it_is_known(bench: Reviewed) -> None:
    review = bench.session.review
    bench.do("review.open", "review.accept", "review.accept")
    bench.held = []
    bench.do("review.accept")
    assert "Nothing is left so far" in bench.said[-1] and review.seconds_left is None
    bench.release()
    assert bench.said[-1] == "All 3 looked at: 3 accepted"
    last = bench.at
    bench.held = []
    bench.do("review.unsee", "review.accept")
    there = moved(straight(55), 60, 0)
    bench.session.commit("Elsewhere", PutKeyframe(1, key(55, there)))
    bench.release()
    assert bench.said[-1] == "1 entry more: {review.next} goes on" and bench.at.ids == last.ids


def test_an_entry_that_is_suspected_no_longer_is_said_to_be(bench: Reviewed) -> None:
    review = bench.session.review
    bench.do("review.open")
    assert not listing.is_gone(review)
    bench.held = []
    number, there = bench.at.ids[0], range(bench.at.first, bench.at.last + 1)
    edits = [PutKeyframe(number, key(at, moved(straight(at), 0, 80 * number - 200))) for at in there]
    bench.session.commit("Run", *edits, touches=False)
    assert not listing.is_gone(review), "it is not known yet"
    bench.release()
    assert bench.at.state == "unseen" and listing.is_gone(review)
    bench.do("review.accept")
    assert not listing.is_gone(review), "a person has said what it is"
    bench.do("review.close")
    assert bench.said[-1] == "Review left, 2 entries to go: {review.open} goes on"


def test_where_nothing_is_annotated_that_is_said() -> None:
    bare = Bench()
    bare.do("review.open")
    assert "Nothing is annotated yet" in bare.said[-1]


def test_one_queue_at_a_time_is_asked_for_and_none_while_a_run_goes(bench: Reviewed) -> None:
    session, review = bench.session, bench.session.review
    bench.do("review.open")
    bench.held = []
    for frame in (50, 51, 52):
        bench.session.commit("Key", PutKeyframe(1, key(frame, moved(straight(frame), 0, -119), "human")))
    assert [job.kind for job in bench.held] == ["review"]
    bench.release()
    assert review_queue.is_of(review.parts, session.document) and not review.asking
    session.runs.live["follow"] = SimpleNamespace(run="run")  # type: ignore[assignment]
    bench.held = []
    for frame in (53, 54):
        keyed = PutKeyframe(1, key(frame, moved(straight(frame), 0, -119)))
        made = ready("Run", session.document, lambda _, keyed=keyed: (keyed,), session.media.frames.picture, "run")
        session.take_over(made, lazily=True)
    assert not bench.held
    session.runs.live.clear()
    session.changed()
    assert [job.kind for job in bench.held] == ["review"]
    bench.do("tool.cancel")
    assert not review.on and not session.jobs.running
    bench.release()
    assert not review.asking and review.working == ""


def test_what_is_judged_is_the_same_when_it_is_played_though_the_queue_comes_in_another_order(tmp_path: Path) -> None:
    bench, file = Reviewed(), tmp_path / "review.jsonl"
    lines = list[str]()
    recorder = Recorder(lines.append, head_of(bench.session, "x", "0"))
    for command in ("review.open", "review.go 3", "review.accept", "review.flag why", "frames.step 2", "track.outside"):
        name, *args = command.split()
        recorder.took(name, args, None, noted(bench.session))
        bench.do(command)
    assert bench.session.review.counts == {"accepted": 1, "flagged": 1, "fixed": 1}
    file.write_text("".join(line for line in lines if "review.go" not in line))
    other = Reviewed()
    assert not play(other.session, other.actions, read(file), lambda: None)
    for number, own in bench.session.document.tracks.items():
        played = other.session.document.tracks[number]
        assert played.keyframes == own.keyframes
        assert [said_of(one) for one in played.review] == [said_of(one) for one in own.review]


def said_of(review: Review) -> tuple[object, ...]:
    return review.first, review.last, review.state, review.reason, review.comment
