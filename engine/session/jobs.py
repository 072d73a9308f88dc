"""What runs for a session: of each kind only the newest job counts, and each hands its steps to who started it.

A job carries its receivers, so that a new kind of work touches no other file. Here are no threads: `connect` says what
runs jobs, and that calls `accept` with their steps and `ended`, in order with keys.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from engine.errors import AppError
from engine.jobs import Done, Failed, Job, OnFrame, Others, Progress, RunEnded, RunProgress, Step
from engine.requests import Request

Run = Callable[[int], Iterator[Step]]
"""Yields steps that bear the ticket which it is called with."""


def nothing(ticket: int) -> Iterator[Step]:
    """Yield no steps: what a request asks for is done elsewhere."""
    yield from ()


class Jobs:
    """The jobs of a session by kind."""

    def __init__(self, changed: Callable[[], None], tell: Callable[[str, Any], None]) -> None:
        self._changed, self._tell = changed, tell
        self._start: Callable[[Job], None] = lambda job: None
        self._stop: Callable[[str], None] = lambda kind: None
        self._tickets = itertools.count(1)
        self.progress: dict[str, Progress] = {}
        """Kind -> how far it is."""
        self.running: dict[str, int] = {}
        """Kind -> ticket of the newest job that has not ended."""
        self._about: dict[str, object] = {}
        self._frames: dict[str, int] = {}
        """Kind of a running job -> frames that it has answered for, where it has."""
        self._bound: int | None = None
        """Frames that running jobs may answer for together until they are let go on; None for any."""
        self._held: list[tuple[Job, Step | None]] = []
        """Steps beyond that in their order, None for a job's end."""

    def connect(self, start: Callable[[Job], None], stop: Callable[[str], None] = lambda kind: None) -> None:
        """Take what runs jobs from now on, and what stops the running one of a kind."""
        self._start, self._stop = start, stop

    def start(
        self, kind: str, run: Run = nothing, *, receive: Callable[[Any], None] | None = None,
        failed: Callable[[AppError], None] | None = None, request: Request | None = None, about: object = None,
        lasting: bool = False,
    ) -> int:  # fmt: skip
        """Start a job that makes older ones of its kind obsolete; return its ticket.

        A `request` goes to the engine process in place of `run`, under the same ticket. `receive` takes the job's
        steps, `failed` a failure, which is told if there is none; `about` is for `runs`. Of a `lasting` job, such as
        a save, every step counts, whatever was started since.
        """
        ticket = next(self._tickets)
        self.running[kind], self._about[kind] = ticket, about
        self.progress.pop(kind, None)
        self._frames.pop(kind, None)
        self._start(Job(ticket, kind, lambda: run(ticket), request, receive, failed, lasting))
        return ticket

    def runs(self, kind: str, about: object) -> bool:
        """Say whether the running job of a kind is about this: starting it again would only lose time."""
        return kind in self.running and self._about[kind] == about

    def is_current(self, job: Job) -> bool:
        """Say whether a job's steps count."""
        return job.lasting or self.running.get(job.kind) == job.ticket

    def cancel(self, kind: str) -> None:
        """Forget the running job of a kind: its further steps are dropped."""
        self.progress.pop(kind, None)
        self._frames.pop(kind, None)
        if self.running.pop(kind, None) is not None:
            self._stop(kind)

    @property
    def frames(self) -> int:
        """Frames that the jobs which run have answered for."""
        return sum(self._frames.values())

    @property
    def is_bound(self) -> bool:
        """Whether as many frames have come as may, and more wait."""
        return self._bound is not None and self.frames >= self._bound

    def bind(self, frames: int | None) -> None:
        """Let running jobs answer for so many frames together, None for any; what comes beyond waits for that."""
        self._bound = frames
        held, self._held = self._held, []
        for job, step in held:
            self.ended(job) if step is None else self.accept(job, step)

    def accept(self, job: Job, step: Step) -> None:
        """Take a step of a job, unless a newer one of its kind has made that obsolete."""
        if isinstance(step, Others):
            self._changed()  # they belong to an answer that is there, which is shown if it still counts
        elif not self.is_current(job):
            return
        elif self._waits(job, step):
            self._held.append((job, step))
        elif isinstance(step, Failed):
            if self.running.get(job.kind) == job.ticket:  # a newer save that waits goes on
                self.cancel(job.kind)
            (job.failed or self.tell_failure)(step.error)
        elif isinstance(step, Progress):
            self.progress[job.kind] = self._told(job.kind, step)
            self._changed()
        elif isinstance(step, Done):
            self._tell(step.text, "information")
        elif job.receive is not None:
            if isinstance(step, OnFrame):
                self._frames[job.kind] = self._frames.get(job.kind, 0) + 1
            job.receive(step)

    def _waits(self, job: Job, step: Step) -> bool:
        """Say whether a step comes too early: beyond the frames that may be answered for, or behind one that is."""
        is_behind = any(other is job for other, _ in self._held)
        return is_behind or (self.is_bound and isinstance(step, OnFrame | RunEnded))

    def _told(self, kind: str, step: Progress) -> Progress:
        """Return what is shown of a step: a plain one leaves a run its frames and tracks, which the timeline draws."""
        before = self.progress.get(kind)
        if isinstance(before, RunProgress) and not isinstance(step, RunProgress):
            return replace(before, text=step.text, done=step.done, total=step.total)
        return step

    def tell_failure(self, error: AppError) -> None:
        """Say what has failed."""
        self._tell(f"{error.title}. {error.detail}", "error")
        self._changed()

    def ended(self, job: Job) -> None:
        """Note that a job has no further steps."""
        if any(other is job for other, _ in self._held):
            self._held.append((job, None))
            return
        if self.running.get(job.kind) == job.ticket:
            self.running.pop(job.kind)
            self._frames.pop(job.kind, None)
            self.progress.pop(job.kind, None)
            self._changed()
