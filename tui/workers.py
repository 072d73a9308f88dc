"""Runs jobs, one lane for each kind, of which only the newest job counts: in threads, or in the engine process.

Steps are posted as messages of the app, in order with keys, where a bug in what they cause ends the app. A job that
was replaced while it waited never starts; one that runs is left at its next step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import AppError
from engine.jobs import Answer, Failed, Heavy, Job, Step, steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
        """Kind of job -> the engine's ticket of the request that is under way."""

    def start(self, job: Job) -> None:
        """Run a job as soon as its lane is free; it replaces one of its kind that waits."""
        if self._closed:
            return
        if job.heavy is not None:
            self._ask(job, job.heavy)
        elif job.kind in self._busy:
            self._waiting[job.kind] = job
        else:
            self._busy.add(job.kind)
            threading.Thread(target=self._run, args=(job,), name=f"job {job.kind}", daemon=True).start()

    def stop(self, kind: str) -> None:
        """Stop the engine's work on a job; one in a thread ends at its next step by itself."""
        self._waiting.pop(kind, None)
        ticket = self._asked.pop(kind, None)
        if ticket is not None and self._engine is not None:
            self._engine.cancel(ticket)

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

    def _ask(self, job: Job, heavy: Heavy) -> None:
        """Decode the picture if need be, in a thread, then ask the engine."""
        self.stop(job.kind)
        if not callable(image := heavy.image):
            self._send(job, heavy, image)
            return

        def fetch() -> None:
            try:
                pixels = image()
            except AppError as error:
                self._post(self._deliver, job, Failed(job.ticket, error))
                self._post(self._ended, job)
                return
            self._post(self._send, job, heavy, pixels)

        threading.Thread(target=fetch, name=f"picture for {job.kind}", daemon=True).start()

    def _send(self, job: Job, heavy: Heavy, pixels: NDArray[np.uint8]) -> None:
        if self._closed or not self._is_current(job):
            return
        if self._engine is None:
            from engine.process.client import EngineClient

            self._engine = EngineClient(self._device, timeout=self._patience)
            self._engine.start()
        picture, wanted = (heavy.key, pixels), {"weights": heavy.weights}
        engine, how = self._engine, {"queue": job.kind}

        def heard(step: Step) -> None:
            self._post(self._hear, job, step)

        if heavy.prompt is None:
            ticket = engine.prepare(heavy.tool, picture, wanted, heard, label=job.ticket, **how)
        else:
            prompt, previous = heavy.prompt, heavy.previous
            ticket = engine.predict(heavy.tool, picture, prompt, previous, wanted, heard, label=job.ticket, **how)
        self._asked[job.kind] = ticket

    def _hear(self, job: Job, step: Step) -> None:
        from engine.process.steps import Prepared, Replaced

        if self._closed:
            return
        self._deliver(job, step)
        if isinstance(step, Answer | Failed | Prepared | Replaced):
            if self._is_current(job):
                self._asked.pop(job.kind, None)
            self._ended(job)
