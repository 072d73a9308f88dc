"""What is shown of a job while it runs."""

from __future__ import annotations

from engine.jobs import Job, Progress, RunProgress
from engine.process.steps import Paused
from engine.session.jobs import Jobs


def test_a_plain_step_leaves_a_run_its_frames_and_tracks() -> None:
    jobs, begun = Jobs(lambda: None, lambda text, severity: None), list[Job]()
    jobs.connect(begun.append)
    ticket = jobs.start("follow")
    run = RunProgress(ticket, "CSRT: 1 object", first=20, last=74, at=22, tracks=frozenset({8}))
    for step in (Progress(ticket, "Loading"), run, Progress(ticket, "Following", 2, 54)):
        jobs.accept(begun[0], step)
    shown = RunProgress(ticket, "Following", 2, 54, first=20, last=74, at=22, tracks=frozenset({8}))
    assert jobs.progress["follow"] == shown
    jobs.accept(begun[0], Paused(ticket, "Paused", 3, 54))
    assert jobs.progress["follow"] == RunProgress(ticket, "Paused", 3, 54, 20, 74, 22, frozenset({8}))
    jobs.accept(begun[0], later := RunProgress(ticket, "CSRT: 1 object", first=20, last=74, at=24))
    assert jobs.progress["follow"] is later
    again = jobs.start("follow")
    jobs.accept(begun[1], plain := Progress(again, "Loading"))
    assert jobs.progress["follow"] is plain
