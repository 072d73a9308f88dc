"""The same job on a Ray cluster: actors find, this process commits, so that no frame is lost or done twice.

An actor holds a detector on one GPU, or on CPUs where there is none, and opens media by their paths: every node sees
the same files under the same names, and has the same termwand and weights. Stretches of frames go to whatever actor is
free. When one dies, with its node or alone, its stretch goes to another and a new one is asked for. A document is
written by this process alone, in the order of its frames, exactly as without Ray.
"""

from __future__ import annotations

import io
import logging
import os
import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from engine.batch.auto import with_document
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request
from engine.batch.auto_run import Found
from engine.batch.clip import models
from engine.batch.pipeline import Answer, answers, group_size, readers_for
from engine.batch.progress import Step
from engine.errors import AppError, ToolError
from engine.media import Media
from engine.media.reference import Reference, reopen
from engine.opening import Opened
from engine.runs.detect import on_tiles
from engine.text import plain
from engine.tools.cache import DETECTORS

STRETCH = 256
"""Frames that an actor gets at a time, about."""
DEATHS = 3
"""How many actors may die of a stretch before it is given up."""
OPEN = 8
"""Documents that are open at once, and media that an actor keeps open."""
GLANCE = 0.5
"""Seconds between two looks at whether all shall stop."""
LOCAL = "local"
PASSED_ON = ("TERMWAND_EXTRA_TOOLS", "PYTHONPATH")
"""Variables that the actors get from here."""


class Finder:
    """What an actor does: holds a detector, and finds objects on stretches of frames."""

    def __init__(self, request: Request, device: str) -> None:
        self._request, self._using = request, models(device).using(request.detector, request.weights, kinds=DETECTORS)
        self._detector = on_tiles(self._using.__enter__(), request.detector, request.tiles)
        self._media: OrderedDict[Reference, Media] = OrderedDict()

    def facts(self) -> tuple[tuple[str, ...], int]:
        """Return the detector's labels, and how many frames pass through it as a group."""
        return tuple(self._detector.labels), group_size(self._detector, self._request.batch)

    def find(self, reference: Reference, frames: Sequence[int], threshold: float) -> list[list[Answer]]:
        """Return the answers for frames, in groups."""
        media = self._opened(reference)
        readers, batch = readers_for(media.info.kind), self._request.batch
        found = answers(self._detector, media.frame, frames, threshold, batch=batch, readers=readers)
        return [[replace(one, picture=media.picture(one.frame)) for one in group] for group in found]

    def _opened(self, reference: Reference) -> Media:
        if reference not in self._media:
            self._media[reference] = reopen(reference)
            if len(self._media) > OPEN:
                self._media.popitem(last=False)[1].close()
        self._media.move_to_end(reference)
        return self._media[reference]


@dataclass
class Task:
    """A stretch of frames that is to be done, and how many actors have died of it."""

    arguments: tuple[Any, ...]
    answer: Future[list[list[Answer]]] = field(default_factory=Future)
    deaths: int = 0


class Pool:
    """Actors of a cluster, and the stretches that wait for one; one thread speaks with Ray."""

    def __init__(self, ray: Any, request: Request, device: str) -> None:
        self._ray, self._request = ray, request
        gpus = 0 if device == "cpu" else int(ray.cluster_resources().get("GPU", 0))
        needs = {"num_gpus": 1, "num_cpus": 0} if gpus else {"num_gpus": 0, "num_cpus": 1}
        self._actor, self._device = ray.remote(max_restarts=0, **needs)(Finder), "auto" if gpus else "cpu"
        self.size = gpus or max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._tasks, self._ended = queue.SimpleQueue[Task](), threading.Event()
        self._waiting, self._idle = deque[Task](), list[Any]()
        self._beginning, self._busy = dict[Any, Any](), dict[Any, tuple[Any, Task]]()
        self.died = 0
        self.facts: Future[tuple[tuple[str, ...], int]] = Future()
        self._thread = threading.Thread(target=self._serve, name="ray")
        self._thread.start()

    def submit(self, *arguments: Any) -> Future[list[list[Answer]]]:
        """Have a stretch of frames done; see `Finder.find`."""
        task = Task(arguments)
        self._tasks.put(task)
        return task.answer

    def close(self) -> None:
        """Give up what is not done."""
        self._ended.set()
        self._thread.join()

    def _serve(self) -> None:
        try:
            for _ in range(self.size):
                self._begin()
            while not self._ended.is_set():
                self._take()
                self._give()
                going = [*self._beginning, *self._busy]
                done, _ = self._ray.wait(going, timeout=GLANCE / 10) if going else ([], [])
                for one in done:
                    self._heard(one)
                if not done:
                    time.sleep(0.005)
        except BaseException as error:
            self._fail(error)
        finally:
            for actor in (*self._idle, *self._beginning.values(), *(actor for actor, _ in self._busy.values())):
                with suppress(Exception):
                    self._ray.kill(actor)
            self._fail(ToolError("The run on the cluster has ended"))

    def _begin(self) -> None:
        actor = self._actor.remote(self._request, self._device)
        self._beginning[actor.facts.remote()] = actor

    def _take(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._waiting.append(self._tasks.get_nowait())

    def _give(self) -> None:
        while self._idle and self._waiting:
            actor, task = self._idle.pop(), self._waiting.popleft()
            if not task.answer.cancelled():
                self._busy[actor.find.remote(*task.arguments)] = actor, task
            else:
                self._idle.append(actor)

    def _heard(self, one: Any) -> None:
        """Take what an actor has answered, or that it has died."""
        actor, task = self._busy.pop(one) if one in self._busy else (self._beginning.pop(one), None)
        try:
            value = self._ray.get(one)
        except self._ray.exceptions.RayTaskError as error:
            self._idle.append(actor)
            self._refused(error, task)
        except (self._ray.exceptions.RayError, OSError) as error:
            self.died += 1
            self._begin()
            if task is not None:
                self._again(task, error)
            elif self.died > DEATHS * self.size and not self.facts.done():
                self._fail(error)
        else:
            self._idle.append(actor)
            if task is None:
                if not self.facts.done():
                    self.facts.set_result(value)
            elif not task.answer.cancelled():
                task.answer.set_result(value)

    def _refused(self, error: Any, task: Task | None) -> None:
        cause = error.cause if isinstance(error.cause, AppError) else _fault(error)
        if task is None:
            self._fail(cause)
        elif not task.answer.cancelled():
            task.answer.set_exception(cause)

    def _again(self, task: Task, error: Exception) -> None:
        task.deaths += 1
        if task.deaths < DEATHS:
            self._waiting.appendleft(task)
        elif not task.answer.cancelled():
            where = f"frames {task.arguments[1][0] + 1} to {task.arguments[1][-1] + 1}"
            task.answer.set_exception(ToolError(f"{DEATHS} workers have died of {where}", str(error)[:500]))

    def _fail(self, error: BaseException) -> None:
        """Let nobody wait any longer."""
        self._take()
        if not self.facts.done():
            self.facts.set_exception(error)
        for task in (*self._waiting, *(task for _, task in self._busy.values())):
            if not task.answer.done():
                task.answer.set_exception(error)
        self._waiting.clear()


def _fault(error: Exception) -> ToolError:
    return ToolError("A worker of the cluster has failed", str(error)[-2000:])


@contextmanager
def cluster(address: str) -> Generator[Any]:
    """Give Ray, joined to a cluster or to one of this machine; raise ToolError where that cannot be done."""
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ToolError("Ray is not installed", "install it with: pip install 'termwand[ray]'") from error
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        ray.init(
            address="local" if address == LOCAL else address, runtime_env={"env_vars": variables},
            log_to_driver=False, logging_level="ERROR", include_dashboard=False if address == LOCAL else None,
        )  # fmt: skip
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ToolError("The Ray cluster cannot be reached", f"{address}: {error}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


class Log(io.TextIOBase):
    """Takes what Ray prints of dead nodes and the like, in threads of its own, into the log."""

    def write(self, text: str) -> int:
        """Note a text, of one line or several."""
        if text.strip():
            logging.getLogger("termwand.ray").warning(plain(text.strip(), 1000))
        return len(text)


def annotate_all(
    jobs: Sequence[Job], address: str, device: str, heard: Callable[[int, Step], object],
    done: Callable[[int, Outcome], object], stop: threading.Event,
) -> list[Outcome]:  # fmt: skip
    """Do jobs of one request on a cluster; return what came of each. `heard` and `done` are called by threads."""
    with redirect_stdout(Log()), cluster(address) as ray:
        pool = Pool(ray, jobs[0].request, device)
        try:
            with ThreadPoolExecutor(min(OPEN, len(jobs)), "document") as threads:
                going = [threads.submit(_annotate, at, job, pool, heard, done, stop) for at, job in enumerate(jobs)]
                return [one.result() for one in going]
        finally:
            pool.close()


def _annotate(
    at: int, job: Job, pool: Pool, heard: Callable[[int, Step], object], done: Callable[[int, Outcome], object],
    stop: threading.Event,
) -> Outcome:  # fmt: skip
    outcome, began = Outcome(), time.monotonic()
    try:
        if stop.is_set():
            return Outcome(stopped=True)
        labels, group = pool.facts.result()
        with_document(
            job, labels, outcome, lambda step: heard(at, step), stop.is_set,
            lambda opened: _finder(opened, pool, group, stop),
        )  # fmt: skip
    except AppError as error:
        outcome.failure = f"{error.title}. {error.detail}".strip()
    outcome.seconds = time.monotonic() - began
    done(at, outcome)
    return outcome


def _finder(opened: Opened, pool: Pool, group: int, stop: threading.Event) -> Found:
    """Return what finds objects on frames with the actors of a pool, stretch by stretch, in order."""
    reference, step = opened.frames.reference, max(1, STRETCH // group) * group

    def found(frames: Sequence[int], threshold: float) -> Generator[list[Answer]]:
        stretches = deque(list(frames[first : first + step]) for first in range(0, len(frames), step))
        waiting = deque[Future[list[list[Answer]]]]()
        try:
            while stretches or waiting:
                while stretches and len(waiting) < 2 * pool.size + 1:
                    waiting.append(pool.submit(reference, stretches.popleft(), threshold))
                try:
                    yield from waiting[0].result(GLANCE)
                    waiting.popleft()
                except TimeoutError:
                    if stop.is_set():
                        return
        finally:
            for one in waiting:
                one.cancel()

    return found
