"""Runs jobs: in threads, one lane for each kind, of which only the newest job counts.

Steps are posted as messages of the app, in order with keys, where a bug in what they cause ends the app. A job that
was replaced while it waited never starts; one that runs is left at its next step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.jobs import Job, Step, steps


class Workers:
    """Lanes of threads. `post` is safe to call from threads: it calls a function with arguments on the event loop."""

    def __init__(
        self,
        post: Callable[..., object],
        deliver: Callable[[Job, Step], None],
        ended: Callable[[Job], None],
        is_current: Callable[[Job], bool],
    ) -> None:
        self._post, self._deliver, self._ended, self._is_current = post, deliver, ended, is_current
        self._waiting: dict[str, Job] = {}
        self._busy: set[str] = set()
        self._closed = False

    def start(self, job: Job) -> None:
        """Run a job as soon as its lane is free; it replaces one of its kind that waits."""
        if self._closed:
            return
        if job.kind in self._busy:
            self._waiting[job.kind] = job
            return
        self._busy.add(job.kind)
        threading.Thread(target=self._run, args=(job,), name=f"job {job.kind}", daemon=True).start()

    def close(self) -> None:
        """Start nothing more and deliver nothing more."""
        self._closed = True

    def _run(self, job: Job) -> None:
        for step in steps(job):
            if self._closed or (job.kind != "save" and not self._is_current(job)):
                break
            self._post(self._deliver, job, step)
        self._post(self._end, job)

    def _end(self, job: Job) -> None:
        self._busy.discard(job.kind)
        follower = self._waiting.pop(job.kind, None)
        if self._closed:
            return
        self._ended(job)
        if follower is not None:
            self.start(follower)
