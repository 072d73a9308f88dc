"""Jobs shared among processes of this machine, one a device; one job alone is done in this process.

A process that a job ends, as a fault in a library of C may, takes no other job along: the next one gets a new process.
When this program ends, however it does, the others learn it by their pipe, save what they have, and end too.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Work = Callable[[Job, str, Callable[[Any], object], Callable[[], bool]], Result]
"""Takes a job, a device, whom to tell how far it is, and what says that it shall stop. A function of a module."""
STOP = None
"""Sent to a process in place of a job."""
GLANCE = 0.1
"""Seconds between two looks at whether all shall stop."""


class Fleet(Generic[Job, Result]):
    """Jobs that are being done; `results` has an entry for each: what came of it, or None if it was not begun."""

    def __init__(
        self, work: Work[Job, Result], jobs: Sequence[Job], *, heard: Callable[[int, Any], object],
        died: Callable[[str], Result], stop: threading.Event, done: Callable[[int, Result], object],
    ) -> None:  # fmt: skip
        """Take the work; `heard` gets what a job tells, with its number, `done` what came of it, as soon as it did.

        `died` makes a result of a job that was broken. Both are called by threads.
        """
        self._work, self._jobs, self._heard, self._died, self._stop = work, jobs, heard, died, stop
        self._told = done
        self._waiting = queue.SimpleQueue[int]()
        self.results: list[Result | None] = [None] * len(jobs)
        for number in range(len(jobs)):
            self._waiting.put(number)

    def run(self, devices: Sequence[str]) -> list[Result | None]:
        """Do all jobs on these devices; return the results."""
        if len(self._jobs) == 1:
            only = self._work(self._jobs[0], devices[0], lambda step: self._heard(0, step), self._stop.is_set)
            self.results[0] = only
            self._told(0, only)
            return self.results
        threads = [
            threading.Thread(target=self._on, args=(device,), name=device) for device in devices[: len(self._jobs)]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # not without end: signals are heard in between
                thread.join(GLANCE)
        return self.results

    def _on(self, device: str) -> None:
        """Have jobs done by a process on a device until there are no more."""
        worker: Worker | None = None
        try:
            while not self._stop.is_set():
                try:
                    number = self._waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    worker = worker or Worker(self._work, device)
                    result, worker = self._done(worker, number)
                except OSError as error:
                    result, worker = self._died(f"No process could be started for it: {error}"), None
                self.results[number] = result
                self._told(number, result)
        finally:
            if worker is not None:
                worker.close()

    def _done(self, worker: Worker, number: int) -> tuple[Result, Worker | None]:
        """Return what came of a job, and the process if it still is there."""
        try:
            worker.pipe.send(self._jobs[number])
            told = False
            while True:
                if self._stop.is_set() and not told:
                    worker.pipe.send(STOP)
                    told = True
                if worker.pipe.poll(GLANCE):
                    kind, value = worker.pipe.recv()
                    if kind == "done":
                        return value, worker
                    if kind == "fault":
                        return self._died(value), worker
                    self._heard(number, value)
        except (EOFError, OSError):
            return self._died(f"Its process has ended: {worker.close()}"), None


class Worker:
    """A process of a device, and the pipe to it."""

    def __init__(self, work: Work[Any, Any], device: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self._process = context.Process(target=serve, args=(other, work, device), name=f"termwand {device}")
        self._process.start()
        other.close()  # or its end would not be seen

    def close(self) -> str:
        """Let it end, wait for that, and return how it did."""
        self.pipe.close()
        self._process.join()
        code = self._process.exitcode or 0
        return signal.strsignal(-code) or f"signal {-code}" if code < 0 else f"status {code}"


def serve(pipe: Connection, work: Work[Any, Any], device: str) -> None:
    """Do jobs that come through a pipe until it ends, in a process of their own."""
    stop, jobs = threading.Event(), queue.SimpleQueue[Any]()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                job = pipe.recv()
                if job is STOP:
                    stop.set()
                else:
                    jobs.put(job)
        stop.set()
        jobs.put(STOP)

    def tell(kind: str, value: object) -> None:
        with contextlib.suppress(OSError):
            pipe.send((kind, value))

    threading.Thread(target=listen, daemon=True).start()
    for job in iter(jobs.get, STOP):
        try:
            tell("done", work(job, device, lambda step: tell("step", step), stop.is_set))
        except Exception:
            tell("fault", "This is a fault of the program.\n" + traceback.format_exc())
