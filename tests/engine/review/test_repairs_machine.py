"""Repairs, judgements, undo, redo, saves and kills in any order: the document keeps its rules, and nothing is lost."""

from __future__ import annotations

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from engine import items
from engine.actions import load_actions, perform
from engine.document import Document, Keyframe, Label, MediaInfo, Track
from engine.edits import PutKeyframe, PutReview, PutTrack
from engine.errors import AppError
from engine.project.project import Project
from engine.review.states import counts, judged, unseen
from engine.session import Session
from engine.tracks import shape_at
from tests.engine.actions.conftest import Pictures
from tests.engine.projects import crash

COUNT = 10
EMPTY = Document(MediaInfo("x", "video", COUNT, 320, 200), (Label("car"), Label("bus")))
ACTIONS = load_actions()
FRAMES = st.integers(0, COUNT - 1)
PLACES = st.integers(0, 9)
"""Which of the tracks that there are."""
BY = st.sampled_from(["human", "csrt", "fill"])


def content(document: Document) -> tuple:
    """Return what undo restores and a file holds."""
    return document.labels, dict(document.tracks), dict(document.frames), dict(document.tags)


def key(frame: int, x: int, by: str, *, outside: bool = False) -> Keyframe:
    return Keyframe(
        frame, ((x / 4, 20.0), (x / 4 + 50, 60.0)), by=by, outside=outside, score=0.5 if by == "csrt" else None
    )


class Repairs(RuleBasedStateMachine):
    """A session on a disk, and what it was after each step that can be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "c.termwand.yaml"
        self.project, _, _ = Project.open(self.path)
        self.project.start(EMPTY)
        self.open(EMPTY)

    def open(self, document: Document) -> None:
        self.session = Session(document, Pictures(), disk=self.project)
        self.session.media.shown = self.session.media.target = 0
        self.done, self.undone = list[tuple](), list[tuple]()

    def teardown(self) -> None:
        self.project.close()
        shutil.rmtree(self.folder)

    @initialize(data=st.data())
    def tracks(self, data: st.DataObject) -> None:
        """Draw some tracks, each with keyframes of people and machines, now and then outside for a while."""
        for number in range(1, data.draw(st.integers(2, 4)) + 1):
            frames = sorted(data.draw(st.sets(FRAMES, min_size=1, max_size=7)))
            keys = list[Keyframe]()
            for frame in frames:
                outside = bool(keys) and data.draw(st.integers(0, 5)) == 0
                keys.append(key(frame, data.draw(st.integers(0, 800)), data.draw(BY), outside=outside))
            label = data.draw(st.sampled_from(["car", "car", "bus"]))
            self.commit(PutTrack(Track(number, label, "rectangle", tracker="csrt", keyframes=tuple(keys))))

    # what a person does

    def commit(self, *edits: object) -> None:
        before = content(self.session.document)
        self.session.commit("Edit", *edits)
        if edits:
            self.note(before)

    def note(self, before: tuple) -> None:
        """Remember what there was before a step."""
        self.done.append(before)
        self.undone.clear()

    def at(self, place: int, frame: int) -> Track | None:
        """Select one of the tracks on a frame."""
        tracks = sorted(self.session.document.tracks)
        if not tracks:
            return None
        self.session.media.shown = self.session.media.target = frame
        number = tracks[place % len(tracks)]
        stands = self.session.shape(number) is not None
        self.session.selection.selected, self.session.selection.track = number if stands else None, number
        return self.session.document.tracks[number]

    def do(self, place: int, frame: int, *command: object) -> None:
        """Do an action to one of the tracks; what is refused changes nothing. It is one step, or none."""
        if self.at(place, frame) is None:
            return
        before, steps = self.session.document, len(self.session.history)
        try:
            perform(ACTIONS, self.session, *map(str, command))
        except AppError as error:
            assert error.title and error.detail
            assert self.session.document is before
        assert len(self.session.history) - steps == (self.session.document is not before)
        if self.session.document is not before:
            self.note(content(before))

    @rule(place=PLACES, frame=FRAMES, name=st.sampled_from(["track.split", "track.outside", "track.keyframe"]))
    def here(self, place: int, frame: int, name: str) -> None:
        self.do(place, frame, name)

    @rule(place=PLACES, frame=FRAMES, x=st.integers(0, 800))
    def move(self, place: int, frame: int, x: int) -> None:
        track = self.at(place, frame)
        item = None if track is None else self.session.shape(track.id)
        if item is not None:
            points = key(frame, x, "human").points
            self.commit(*items.put(self.session.document, replace(item, points=points)))

    @rule(place=PLACES, frame=FRAMES)
    def occluded(self, place: int, frame: int) -> None:
        self.do(place, frame, "shape.occluded")

    @rule(place=PLACES, frame=FRAMES, other=PLACES)
    def swap_or_merge(self, place: int, frame: int, other: int) -> None:
        numbers = sorted(self.session.document.tracks)
        if numbers:
            self.do(place, frame, "track.swap" if frame % 2 else "track.merge", numbers[other % len(numbers)])

    @rule(place=PLACES, frame=FRAMES, label=st.sampled_from(["car", "bus", "house"]))
    def relabel(self, place: int, frame: int, label: str) -> None:
        self.do(place, frame, "track.relabel", label)

    @rule(place=PLACES, frame=FRAMES, first=FRAMES, last=FRAMES)
    def interpolate(self, place: int, frame: int, first: int, last: int) -> None:
        self.do(place, frame, "track.interpolate", *([first + 1, last + 1] if first != last else []))

    @rule(place=PLACES, frame=FRAMES, back=FRAMES)
    def gap(self, place: int, frame: int, back: int) -> None:
        self.do(place, frame, "track.gap", back + 1)

    @rule(place=PLACES, frame=FRAMES, scope=st.sampled_from(["frame", "onwards", "range", "all"]), last=FRAMES)
    def delete(self, place: int, frame: int, scope: str, last: int) -> None:
        more = [frame + 1, last + 1] if scope == "range" else []
        self.do(place, frame, "shape.delete", scope, *more)

    @rule(place=PLACES, first=FRAMES, last=FRAMES, state=st.sampled_from(["accepted", "flagged", "fixed", ""]))
    def judge(self, place: int, first: int, last: int, state: str) -> None:
        """Say something of a range, or take back what was said of it."""
        track, (first, last) = self.at(place, first), sorted((first, last))
        if track is not None:
            said = judged(track, first, last, state, by="me", at="now") if state else unseen(track, first, last)
            self.commit(PutReview(track.id, said))

    @rule(place=PLACES, frame=FRAMES, x=st.integers(0, 800))
    def machine(self, place: int, frame: int, x: int) -> None:
        """Let a machine set a keyframe."""
        track = self.at(place, frame)
        if track is not None and not any(one.frame == frame and one.by == "human" for one in track.keyframes):
            self.commit(PutKeyframe(track.id, key(frame, x, "csrt")))

    # what becomes of it

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        self.undone.append(content(self.session.document))
        self.session.undo()
        assert content(self.session.document) == self.done.pop()

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        self.done.append(content(self.session.document))
        self.session.redo()
        assert content(self.session.document) == self.undone.pop()

    @rule()
    def save(self) -> None:
        self.project.save(self.session.document)

    @rule(is_killed=st.booleans())
    def reopen(self, is_killed: bool) -> None:
        """Leave with what was saved and what is in the journal, or be killed, and open it again."""
        before = self.session.document
        if is_killed:
            crash(self.project)
        else:
            self.project.close(before)
        self.project, found, notes = Project.open(self.path)
        assert found is None or content(found) == content(before)
        assert not any("damaged" in note or "lost" in note for note in notes), notes
        if found is None:  # nothing was ever committed
            assert content(before) == content(EMPTY)
            self.project.start(EMPTY)
        self.open(EMPTY if found is None else found)

    # what always holds

    @invariant()
    def the_document_keeps_its_rules(self) -> None:
        document = self.session.document
        assert all(number == track.id < document.next_id for number, track in document.tracks.items())
        for track in document.tracks.values():
            assert track.keyframes and all(one.frame < two.frame for one, two in pairwise(track.keyframes))
            assert all(one.last < two.first for one, two in pairwise(track.review)), track.review
        for frame in range(COUNT):
            shown = [item.id for item in items.on_frame(document, frame)]
            assert len(shown) == len({*shown})
        assert self.session.safety.document is document  # it is on a disk


class Kept(Repairs):
    """The same, and what was said of frames whose shapes an edit leaves alone still counts."""

    def do(self, place: int, frame: int, *command: object) -> None:
        before = self.session.document
        super().do(place, frame, *command)
        after = self.session.document
        for number, track in before.tracks.items():
            new = after.tracks.get(number)
            if new is None or new.label != track.label:
                continue
            parts = command[0] in ("track.swap", "track.split", "track.relabel")  # from here on it is another's
            for review in [one for one in track.review if not parts or one.last < frame]:
                frames = range(review.first, review.last + 1)
                same = all(_points(track, at) == _points(new, at) for at in frames)
                if same and counts(track, review):
                    assert any(
                        one.state == review.state and one.first <= review.first and review.last <= one.last
                        for one in new.review if counts(new, one)
                    ), (command, review, new.review)  # fmt: skip


def _points(track: Track, frame: int) -> object:
    there = shape_at(track, frame)
    return None if there is None else there.points


TestRepairs = Kept.TestCase
TestRepairs.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
