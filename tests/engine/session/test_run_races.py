"""Runs of several tracks, answers in any order, a person in haste between: all is taken back and done again."""

from __future__ import annotations

import contextlib
import random

import pytest

from engine.document import Keyframe, Track
from engine.edits import DropTrack, PutKeyframe, PutTrack
from engine.errors import AppError, ToolError
from engine.jobs import Failed, Job, OnFrame, RunEnded, steps
from engine.runs.follow import Followed
from engine.tools.base import Target
from tests.engine.actions.conftest import Bench

COMMANDS = (
    "track.follow end", "track.follow back", "track.follow human", "track.fill", "track.again", "track.stop",
    "history.undo", "history.undo", "history.redo", "frames.step 1", "frames.step 3", "frames.step -1",
)  # fmt: skip


class Haste:
    """A session with three tracks, whose jobs wait until one of them is drawn."""

    def __init__(self, seed: int) -> None:
        self.chance, self.bench, self.done = random.Random(seed), Bench(), dict[int, int]()
        for number in (1, 2, 3):
            frames = sorted(self.chance.sample(range(10), self.chance.choice((1, 1, 2, 3))))
            track = Track(
                number, "car", "rectangle", tracker=self.chance.choice(("csrt", "kcf")), pinned=True,
                keyframes=tuple(Keyframe(frame, ((10.0, 20.0), (60.0, 50.0))) for frame in frames),
            )  # fmt: skip
            self.bench.session.commit("Draw", PutTrack(track))
        self.bench.held = []

    def goes_on(self) -> None:
        """Let one thing happen."""
        session, number = self.bench.session, self.chance.choice((1, 2, 3))
        what = self.chance.choice(("answer",) * 6 + ("command",) * 6 + ("select", "lock", "delete", "key"))
        if what == "answer" and self.bench.held:
            self.answers(self.chance.choice(self.bench.held))
        elif what == "command":
            self.bench.do(self.chance.choice(COMMANDS))
        elif what == "select":
            session.selection.selected = self.chance.choice((None, number))
        elif what == "lock":
            session.selection.locked ^= {number}
        elif what == "delete" and number in session.document.tracks and self.chance.random() < 0.3:
            session.commit("Delete", DropTrack(number))
        elif what == "key" and number in session.document.tracks:
            session.commit("Key", PutKeyframe(number, Keyframe(self.chance.randrange(10), ((1.0, 2.0), (30.0, 40.0)))))

    def answers(self, job: Job) -> None:
        """Let a job say what comes next, or its end."""
        jobs, at = self.bench.session.jobs, self.done.get(job.ticket, 0)
        ways = [*job.request.frames][1:] if job.request is not None else []
        if job.request is None:
            for step in steps(job):
                jobs.accept(job, step)
        elif self.chance.random() < 0.05:
            jobs.accept(job, Failed(job.ticket, ToolError("Broken", "try again")))
        elif at < len(ways):
            self.done[job.ticket] = at + 1
            lost = {key: "gone" for key in job.request.starts if self.chance.random() < 0.1}
            box = Target((10.0 + at, 20.0, 60.0 + at, 50.0))
            jobs.accept(job, OnFrame(job.ticket, Followed(ways[at], {
                key: box for key in job.request.starts if key not in lost
            }, {}, lost)))  # fmt: skip
            return
        else:
            jobs.accept(job, RunEnded(job.ticket, at, 1.0))
        self.bench.held.remove(job)
        jobs.ended(job)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_during_runs_is_taken_back_and_done_again(seed: int) -> None:
    haste = Haste(seed)
    session = haste.bench.session
    for _ in range(haste.chance.randrange(10, 60)):
        with contextlib.suppress(AppError):  # refused with a sentence
            haste.goes_on()
    haste.bench.do("track.stop")
    assert not session.runs.busy and not [kind for kind in session.jobs.running if kind.startswith(("follow", "fill"))]
    assert not [said for said in haste.bench.said if "unexpectedly" in said]
    ended, redone = session.document.tracks, session.history.redo_title is None
    while session.undo():
        pass
    assert not session.document.tracks
    while session.redo():
        pass
    assert session.document.tracks == ended or not redone
