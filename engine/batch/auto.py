"""One media: opened as the app opens it, annotated by a detector in `engine.batch.auto_run`, saved, closed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job
from engine.batch.auto_resume import CHECKPOINTS
from engine.batch.auto_run import Found, Run
from engine.batch.auto_shapes import settings_of
from engine.batch.clip import models
from engine.batch.pipeline import Answer, answers, readers_for
from engine.batch.progress import Step
from engine.errors import AppError
from engine.opening import Opened, open_session
from engine.options import Options
from engine.runs.detect import on_tiles
from engine.tools.cache import DETECTORS
from engine.tools.progress import Stopped

CACHE_MB = 64
"""Frames kept beside those on the way: of a video the last ones."""


def annotate(job: Job, device: str, tell: Callable[[Step], object], stopped: Callable[[], bool]) -> Outcome:
    """Run a detector over a media and save what it finds; failures are in the outcome.

    `stopped` is asked after each group of frames. Where an earlier run of the same request was cut short, this one
    goes on with it.
    """
    outcome, began = Outcome(), time.monotonic()
    try:
        request = job.request
        with models(device).using(request.detector, request.weights, kinds=DETECTORS) as bare:
            detector = on_tiles(bare, request.detector, request.tiles)
            with_document(job, detector.labels, outcome, tell, stopped, lambda opened: finder(opened, detector, job))
    except AppError as error:
        outcome.failure = f"{error.title}. {error.detail}".strip()
    outcome.seconds = time.monotonic() - began
    return outcome


def with_document(
    job: Job, labels: Sequence[str], outcome: Outcome, tell: Callable[[Step], object], stopped: Callable[[], bool],
    found: Callable[[Opened], Found],
) -> None:  # fmt: skip
    """Open a media's document, put what `found` finds into it, save it; raise AppError where that cannot be done."""
    opened = opened_for(job)
    opened.session.on_message = lambda text, _severity: outcome.notes.append(text)
    outcome.notes += opened.notes
    try:
        Run(opened, job, labels, outcome, tell, stopped).run(found(opened))
    except Stopped:
        outcome.stopped = True
    finally:
        opened.close()
    if not outcome.stopped:
        CHECKPOINTS.forget(CHECKPOINTS.place(opened.path))


def opened_for(job: Job) -> Opened:
    """Return the open document of a media, with the settings that the request asks for."""
    settings = replace(settings_of(job.request), cache_mb=CACHE_MB)
    return open_session(Options(job.paths, labels=job.request.labels, settings=settings))


def finder(opened: Opened, detector: object, job: Job) -> Found:
    """Return what finds objects on frames with a detector of this process."""
    readers, batch = readers_for(opened.session.document.media.kind), job.request.batch

    def found(frames: Sequence[int], threshold: float) -> Generator[list[Answer]]:
        return answers(detector, opened.frames.decode, frames, threshold, batch=batch, readers=readers)

    return found
