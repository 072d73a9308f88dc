"""Runs jobs, one lane for each kind, of which only the newest job counts: in threads, or in the engine process.

Steps are posted as messages of the app, in order with keys, where a bug in what they cause ends the app. A job that
was replaced while it waited never starts; one that runs is left at its next step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.jobs import Job, OnFrame, Step, failure, steps
from engine.requests import OfPicture, Request

if TYPE_CHECKING:
    from engine.process.client import EngineClient


class Workers:
    """Lanes of threads. `post` is safe to call from threads: it calls a function with arguments on the event loop."""

    def __init__(
        self,
        post: Callable[..., object],
        deliver: Callable[[Job, Step], None],
        ended: Callable[[Job], None],
        is_current: Callable[[Job], bool],
        device: str = "auto",
        patience: float = 60.0,
    ) -> None:
        self._post, self._deliver, self._ended, self._is_current = post, deliver, ended, is_current
        self._waiting: dict[str, Job] = {}
        self._busy: set[str] = set()
        self._closed = False
        self._device, self._patience = device, patience
        self._engine: EngineClient | None = None
        self._asked: dict[str, int] = {}
        """Kind of job -> ticket of the request that is under way."""

    def start(self, job: Job) -> None:
        """Run a job as soon as its lane is free; it replaces one of its kind that waits."""
        if self._closed:
            return
        if job.request is not None:
            self._ask(job, job.request)
            return
        self._drop(job.kind)
        if job.kind in self._busy:
            self._waiting[job.kind] = job
        else:
            self._busy.add(job.kind)
            threading.Thread(target=self._run, args=(job,), name=f"job {job.kind}", daemon=True).start()

    def stop(self, kind: str) -> None:
        """Stop the engine's work on a job; one in a thread ends at its next step by itself."""
        self._waiting.pop(kind, None)
        self._drop(kind)

    def extend(self, kind: str, seconds: float) -> None:
        """Give a model that is silent more time."""
        if self._engine is not None and kind in self._asked:
            self._engine.extend(self._asked[kind], seconds)

    def abandon(self, kind: str) -> None:
        """Stop a model that is silent, and the engine process with it; a new one is started."""
        ticket = self._asked.pop(kind, None)
        if ticket is not None and self._engine is not None:
            self._engine.abandon(ticket)

    def close(self) -> None:
        """Start nothing more, deliver nothing more, end the engine process."""
        self._closed = True
        if self._engine is not None:
            self._engine.close()

    def _run(self, job: Job) -> None:
        for step in steps(job):
            if self._closed or not self._is_current(job):
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

    # the engine process

    def _drop(self, kind: str) -> None:
        """Let the engine stop working on a kind of job."""
        ticket = self._asked.pop(kind, None)
        if ticket is not None and self._engine is not None:
            self._engine.cancel(ticket)

    def _ask(self, job: Job, request: Request) -> None:
        """Decode the picture if need be, in a thread, then ask the engine."""
        self.stop(job.kind)
        if not (isinstance(request, OfPicture) and callable(image := request.image)):
            self._send(job, request)
            return

        def fetch() -> None:
            try:
                whole = replace(request, image=image())
            except Exception as error:  # a decoder can fail in ways that nobody expected
                self._post(self._deliver, job, failure(job, error))
                self._post(self._ended, job)
                return
            self._post(self._send, job, whole)

        threading.Thread(target=fetch, name=f"picture for {job.kind}", daemon=True).start()

    def _send(self, job: Job, request: Request) -> None:
        if self._closed or not self._is_current(job):
            return
        if self._engine is None:
            from engine.process.client import EngineClient

            self._engine = EngineClient(self._device, timeout=self._patience)
            self._engine.start()

        def heard(step: Step) -> None:
            self._post(self._hear, job, step)

        self._asked[job.kind] = self._engine.ask(request, heard, queue=job.kind, ticket=job.ticket)

    def _hear(self, job: Job, step: Step) -> None:
        from engine.process.steps import ENDS

        if self._closed:
            return
        self._deliver(job, step)
        if isinstance(step, OnFrame) and self._engine is not None:
            self._engine.taken(job.ticket)  # only now: a run must not get far ahead of what the screen has dealt with
        if isinstance(step, ENDS):
            if self._is_current(job):
                self._asked.pop(job.kind, None)
            self._ended(job)
