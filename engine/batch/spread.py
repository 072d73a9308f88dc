"""One media for several workers: they find objects on stretches of its frames, this process commits, in order.

So there is one writer for each document, with its lock and journal, and no frame is lost or done twice, whatever a
worker does. Stretches begin where groups of frames do: the document is byte for byte that of a single worker.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

from engine.batch.auto import with_document
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request
from engine.batch.auto_run import Found
from engine.batch.clip import models
from engine.batch.pipeline import Answer, answers, group_size, readers_for
from engine.batch.progress import Step
from engine.errors import AppError
from engine.media import Media
from engine.media.reference import Reference, reopen
from engine.opening import Opened
from engine.runs.detect import on_tiles
from engine.tools.cache import DETECTORS

STRETCH = 256
"""Frames that a worker gets at a time, about."""
DEATHS = 3
"""How many workers may die of a stretch before it is given up."""
OPEN = 8
"""Documents that are open at once, and media that a worker keeps open."""
GLANCE = 0.5
"""Seconds between two looks at whether all shall stop."""


class Pool(Protocol):
    """Workers, each with a `Finder`."""

    size: int
    facts: Future[tuple[tuple[str, ...], int]]
    """What `Finder.facts` says, once a worker is there."""

    def submit(self, *arguments: Any) -> Future[list[list[Answer]]]:
        """Have a stretch of frames done; see `Finder.find`."""


class Finder:
    """What a worker does: holds a detector, and finds objects on stretches of frames."""

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
        groups = [[replace(one, picture=media.picture(one.frame)) for one in group] for group in found]
        media.forget(frames)
        return groups

    def _opened(self, reference: Reference) -> Media:
        if reference not in self._media:
            self._media[reference] = reopen(reference)
            if len(self._media) > OPEN:
                self._media.popitem(last=False)[1].close()
        self._media.move_to_end(reference)
        return self._media[reference]


def annotate_by(
    pool: Pool, at: int, job: Job, heard: Callable[[int, Step], object], done: Callable[[int, Outcome], object],
    stop: threading.Event,
) -> Outcome:  # fmt: skip
    """Annotate a media by the workers of a pool; return what came of it. `heard` and `done` get its number, `at`."""
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
    """Return what finds objects on frames with the workers of a pool, stretch by stretch, in order."""
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
