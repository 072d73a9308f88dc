"""Jobs that run in the engine process, as the screen runs them: from `session.jobs` to the job's receiver and back."""

from __future__ import annotations

import gc
import os
import queue
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import AppError
from engine.jobs import Answer, Job, OnFrame, RunEnded, Step
from engine.media import open_media
from engine.media.reference import Reference, refer
from engine.process.protocol import WINDOW
from engine.prompt import Prompt
from engine.requests import Detect, Follow, Predict
from engine.session.jobs import Jobs
from engine.tools.base import Target
from tests.tui.in_process import running, until
from tui.workers import Workers

ROOT = Path(__file__).parents[2]
CAR = {7: Target((10, 20, 60, 50))}
LONG = 60.0


class Loop:
    """A loop like the screen's: what is posted to it is done in order, in this thread."""

    def __init__(self) -> None:
        self.posted: queue.Queue[tuple[Callable[..., object], tuple[Any, ...]]] = queue.Queue()
        self.told: list[str] = []
        self.jobs = Jobs(lambda: None, lambda text, severity: self.told.append(text))
        self.delivered: list[Step] = []
        self.workers = Workers(
            lambda call, *values: self.posted.put((call, values)), self.deliver, self.jobs.ended, self.jobs.is_current,
            "cpu",
        )  # fmt: skip
        self.jobs.connect(self.workers.start, self.workers.stop)

    def deliver(self, job: Job, step: Step) -> None:
        self.delivered.append(step)
        self.jobs.accept(job, step)

    def until(self, done: Callable[[], object]) -> None:
        """Do what is posted until something is so."""
        while not done():
            call, values = self.posted.get(timeout=LONG)
            call(*values)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(ROOT / "tests" / "engine" / "process" / "extra_tools"))
    found = Loop()
    yield found
    found.workers.close()


@pytest.fixture
def clip(shared: Path) -> Reference:
    folder = shared / "data" / "tracks" / "davis_blackswan" / "frames"
    return refer(open_media([folder]), [folder])


def test_every_frame_of_a_run_reaches_the_jobs_receiver_in_order(loop: Loop, clip: Reference) -> None:
    frames, taken = range(2 * WINDOW + 5), list[Step]()
    ticket = loop.jobs.start("follow", receive=taken.append, request=Follow("shadow", clip, frames, CAR, check=False))
    loop.until(lambda: "follow" not in loop.jobs.running)
    assert [step.found.frame for step in taken if isinstance(step, OnFrame)] == list(frames[1:])
    assert isinstance(taken[-1], RunEnded) and {step.ticket for step in taken} == {ticket}


def test_how_far_a_run_is_can_be_shown(loop: Loop, clip: Reference) -> None:
    shown = list[tuple[str, int, int]]()

    def receive(step: Step) -> None:
        if isinstance(step, OnFrame):
            shown.append((loop.jobs.progress["find"].text, *astuple(loop)))

    loop.jobs.start("find", receive=receive, request=Detect("bright", clip, [3, 4, 5], 0.0))
    loop.until(lambda: "find" not in loop.jobs.running)
    assert shown == [("Detecting", 1, 3), ("Detecting", 2, 3), ("Detecting", 3, 3)]
    assert not loop.jobs.progress


def astuple(loop: Loop) -> tuple[int, int]:
    return loop.jobs.progress["find"].done, loop.jobs.progress["find"].total


def test_a_cancelled_run_brings_nothing_more_and_makes_way(loop: Loop, clip: Reference) -> None:
    taken, other = list[Step](), list[Step]()
    loop.jobs.start("follow", receive=taken.append, request=Follow("shadow", clip, range(50), CAR, check=False))
    loop.until(lambda: taken)
    loop.jobs.cancel("follow")
    before = len(taken)
    loop.jobs.start("find", receive=other.append, request=Detect("bright", clip, [3], 0.0))
    loop.until(lambda: "find" not in loop.jobs.running)
    assert len(taken) == before and len(other) == 2 and "follow" not in loop.jobs.running


def test_a_job_in_a_thread_stops_the_engines_work_of_its_kind(loop: Loop, clip: Reference) -> None:
    taken = list[Step]()
    loop.jobs.start("same", receive=taken.append, request=Follow("shadow", clip, range(50), CAR, check=False))
    loop.until(lambda: taken)
    loop.jobs.start("same", lambda ticket: iter(()))
    loop.jobs.start("find", request=Detect("bright", clip, [3], 0.0))
    loop.until(lambda: not loop.jobs.running)
    run = taken[0].ticket
    assert len([step for step in loop.delivered if isinstance(step, OnFrame) and step.ticket == run]) < 49


def test_a_job_fails_with_a_sentence_when_the_engine_dies_and_keeps_what_came(loop: Loop, clip: Reference) -> None:
    taken, failed = list[Step](), list[AppError]()
    request = Follow("shadow", clip, range(50), CAR, check=False)
    loop.jobs.start("follow", receive=taken.append, failed=failed.append, request=request)
    loop.until(lambda: taken)
    assert loop.workers._engine is not None
    os.kill(loop.workers._engine.pid or 0, signal.SIGKILL)
    loop.until(lambda: failed)
    assert failed[0].title == "The engine process stopped" and "it had answered for " in failed[0].detail
    assert [step.found.frame for step in taken if isinstance(step, OnFrame)] == list(range(1, len(taken) + 1))
    assert "follow" not in loop.jobs.running and not loop.told


def test_pixels_that_have_to_be_decoded_are_fetched_in_a_thread(loop: Loop, clip: Reference) -> None:
    answers = list[Answer]()
    media = open_media([Path(clip.paths[0])])
    request = Predict("puppet", (4, "original"), lambda: media.frame(4), Prompt().add((1, 2)))
    ticket = loop.jobs.start("interact", receive=answers.append, request=request)
    loop.until(lambda: "interact" not in loop.jobs.running)
    assert answers[0].ticket == ticket and answers[0].prediction.score == pytest.approx(media.frame(4).mean())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AppError("No such frame", "there is none"), "No such frame. there is none"),
        (IndexError("out of\nrange"), "The interact job failed unexpectedly. IndexError: out of range"),
    ],
)
def test_pixels_that_cannot_be_decoded_end_the_job(loop: Loop, error: Exception, told: str) -> None:
    def unreadable() -> Any:
        raise error

    loop.jobs.start("interact", request=Predict("puppet", 1, unreadable, Prompt().add((1, 2))))
    loop.until(lambda: "interact" not in loop.jobs.running)
    assert loop.told == [told]


async def test_what_is_loaded_once_is_not_looked_through_by_the_collector_again(street: Path) -> None:
    gc.unfreeze()
    async with running(street):
        await until(lambda: gc.get_freeze_count() > 10_000)
