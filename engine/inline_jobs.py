"""A session's jobs one after the other, in the caller's own thread: for playing a recording without a screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.jobs import Job, OnFrame, Step, steps
from engine.session import Session


@dataclass
class Inline:
    """Runs a session's jobs one after the other, in this thread, whenever it is asked to `settle`."""

    session: Session
    _waiting: deque[tuple[Job, Iterator[Step]]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.session.jobs.connect(lambda job: self._waiting.append((job, steps(job))))

    def settle(self) -> None:
        """Run every job that waits, and those that they start; runs over frames only as far as they are bound."""
        bound = list[tuple[Job, Iterator[Step]]]()
        while self._waiting:
            job, some = self._waiting.popleft()
            if self._is_through(job, some):
                self.session.jobs.ended(job)
            else:
                bound.append((job, some))
        self._waiting.extend(bound)

    def _is_through(self, job: Job, some: Iterator[Step]) -> bool:
        """Run a job; say whether it has ended or counts no longer, not where its next frame must wait."""
        jobs = self.session.jobs
        if jobs.is_bound and job.kind in self.session.runs.kinds and jobs.is_current(job):
            return False
        for step in some:
            if not jobs.is_current(job):
                break
            jobs.accept(job, step)
            if jobs.is_bound and isinstance(step, OnFrame) and jobs.is_current(job):
                return False
        return True
