"""A session's jobs done in the test's own thread: runs wait, while a test wants to come between their frames."""

from __future__ import annotations

from collections.abc import Iterator

from engine.jobs import Job, OnFrame, steps
from engine.session import Session


class ByHand:
    """Who does them: all at once, or, `by_hand`, those over many frames by `advance` and `finish`."""

    session: Session

    def take_jobs(self) -> None:
        """Do what the session wants done from now on."""
        self.by_hand = False
        self.waiting: list[tuple[Job, Iterator]] = []
        self.session.jobs.connect(self._start)

    def _start(self, job: Job) -> None:
        if self.by_hand and job.request is not None:
            self.waiting.append((job, steps(job)))
        else:
            self._drain(job, steps(job))

    def _drain(self, job: Job, some: Iterator) -> None:
        for step in some:
            self.session.jobs.accept(job, step)
        self.session.jobs.ended(job)

    def advance(self, count: int = 1) -> None:
        """Let the first one that waits answer for so many frames."""
        job, some = self.waiting[0]
        while count:
            step = next(some)
            self.session.jobs.accept(job, step)
            count -= isinstance(step, OnFrame)

    def finish(self) -> None:
        """Do all that wait to their end."""
        while self.waiting:
            self._drain(*self.waiting.pop(0))
