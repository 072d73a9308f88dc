"""The same job on several devices of this machine: a process each finds, this one commits (`engine.batch.spread`).

For fewer files than there are devices; more files are shared among the devices by `engine.batch.local`.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache
from typing import Any

from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request
from engine.batch.local import GLANCE, STOP, Worker
from engine.batch.pipeline import Answer
from engine.batch.progress import Step
from engine.batch.spread import DEATHS, Finder, annotate_by
from engine.errors import AppError, ToolError

Asked = tuple[Request, tuple[Any, ...]]
"""What a process is asked: `Finder.find` with these arguments; with none, `Finder.facts`."""


def annotate_all(
    jobs: Sequence[Job], devices: Sequence[str], heard: Callable[[int, Step], object],
    done: Callable[[int, Outcome], object], stop: threading.Event,
) -> list[Outcome]:  # fmt: skip
    """Do jobs of one request, one after the other, each on all devices; return what came of each."""
    pool = Devices(jobs[0].request, devices)
    try:
        return [annotate_by(pool, at, job, heard, done, stop) for at, job in enumerate(jobs)]
    finally:
        pool.close()


class Devices:
    """A process on each device, and the stretches that wait for one."""

    def __init__(self, request: Request, devices: Sequence[str]) -> None:
        self._request, self.size = request, len(devices)
        self._tasks = queue.SimpleQueue[tuple[tuple[Any, ...], Future[Any]] | None]()
        self._ended = threading.Event()
        self.facts: Future[tuple[tuple[str, ...], int]] = Future()
        self._tasks.put(((), self.facts))
        self._threads = [threading.Thread(target=self._serve, args=(device,), name=device) for device in devices]
        for thread in self._threads:
            thread.start()

    def submit(self, *arguments: Any) -> Future[list[list[Answer]]]:
        """Have a stretch of frames done; see `Finder.find`."""
        answer = Future[list[list[Answer]]]()
        self._tasks.put((arguments, answer))
        return answer

    def close(self) -> None:
        """Give up what is not done; the processes have nothing that is to be saved."""
        self._ended.set()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self, device: str) -> None:
        held = list[Worker]()
        try:
            while (task := self._tasks.get()) is not None:
                arguments, answer = task
                if not answer.set_running_or_notify_cancel():
                    continue
                try:
                    answer.set_result(self._done(held, device, arguments))
                except Exception as error:
                    answer.set_exception(error)
        finally:
            for worker in held:
                worker.kill()
                worker.close()

    def _done(self, held: list[Worker], device: str, arguments: tuple[Any, ...]) -> Any:
        """Return what the process held answers, or a new one; one that dies of it is followed by another, for a while.

        Raise ToolError where that does not help, and for what a process says went wrong.
        """
        how = ""
        for _ in range(DEATHS):
            try:
                worker = held[0] if held else Worker(find, device)
            except OSError as error:
                raise ToolError("No process could be started", f"{device}: {error}") from error
            held[:] = [worker]
            with contextlib.suppress(EOFError, OSError):
                worker.pipe.send((self._request, arguments))
                if (value := self._answer(worker)) is not None:
                    return value
                worker.kill()
            how = held.pop().close()
            if self._ended.is_set():
                break
        where = f"frames {arguments[1][0] + 1} to {arguments[1][-1] + 1}" if arguments else "loading the detector"
        raise ToolError(f"{DEATHS} processes have ended, one after the other", f"{where}, on {device}: {how}")

    def _answer(self, worker: Worker) -> Any:
        """Return what a process answers, None if it was stopped; raise what it says went wrong, EOFError if it died."""
        while not worker.pipe.poll(GLANCE):
            if self._ended.is_set():
                worker.kill()
        kind, value = worker.pipe.recv()
        if kind == "fault":
            raise ToolError("The detector has failed", value[-2000:])
        if isinstance(value, Refusal):
            raise ToolError(*value.words)
        return value


class Refusal:
    """What keeps a process from answering, as a title and a sentence."""

    def __init__(self, error: AppError) -> None:
        self.words = error.title, error.detail


@cache
def _finder(request: Request, device: str) -> Finder:
    return Finder(request, device)


def find(asked: Asked, device: str, tell: Callable[[Step], object], stopped: Callable[[], bool]) -> Any:
    """Do what a process is asked; None where it was told to stop."""
    request, arguments = asked
    try:
        finder = _finder(request, device)
        found = finder.find(*arguments) if arguments else finder.facts()
    except AppError as error:
        return Refusal(error)
    return STOP if stopped() else found
