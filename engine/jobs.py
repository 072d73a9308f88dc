"""Work that takes time, as data: a Job is a generator of steps. There are no threads here.

The screen's side runs a job in a thread and hands each step to `session.jobs`, which drops it if a newer job of the
same kind has been started meanwhile, else gives it to the job's receiver. Between two steps a job can be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.document import Document, Point, Shape
from engine.errors import AppError
from engine.prompt import Prompt
from engine.requests import Request
from engine.scene import Picture
from engine.tools.base import Prediction

if TYPE_CHECKING:
    from engine.runs.detect import Found
    from engine.runs.follow import Followed


@dataclass(frozen=True)
class Step:
    """What a job yields; `ticket` is the job's."""

    ticket: int


@dataclass(frozen=True)
class Progress(Step):
    """How far it is; total 0 means unknown."""

    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class RunProgress(Progress):
    """How far a run over frames is: from `first` towards `last`, which may lie before it; it is at `at`.

    `tracks` are the ids of those it works on, none of them if it finds objects.
    """

    first: int = 0
    last: int = 0
    at: int = 0
    tracks: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Done(Step):
    """The job's work is done; `text` says so."""

    text: str


@dataclass(frozen=True)
class FrameReady(Step):
    """A frame's pixels: as decoded (for tools) and as shown (after filters)."""

    frame: int
    original: NDArray[np.uint8]
    picture: Picture
    warning: str = ""


@dataclass(frozen=True)
class Answer(Step):
    """An interactor's answer to a prompt."""

    prompt: Prompt
    prediction: Prediction
    seconds: float = 0.0


@dataclass(frozen=True)
class Others(Step):
    """The alternatives to an answer that was given are there now."""


@dataclass(frozen=True)
class OnFrame(Step):
    """What a run has found on one frame; one step a frame, in the run's order."""

    found: Followed | Found


@dataclass(frozen=True)
class RunEnded(Step):
    """A run is through: `frames` were answered for, fewer than were asked for where nothing was left to follow."""

    frames: int
    seconds: float


@dataclass(frozen=True)
class Traced(Step):
    """The scissors' line from one point to another."""

    start: Point
    end: Point
    line: tuple[Point, ...]
    moving: bool = False


@dataclass(frozen=True)
class Sized(Step):
    """The sizes (width, height) of frames that a shape is to be copied to; None where one cannot be read."""

    shape: Shape
    size: tuple[int, int]
    """Of the shape's own frame."""
    sizes: tuple[tuple[int, tuple[int, int] | None], ...]


@dataclass(frozen=True)
class Saved(Step):
    """The document is in the YAML file as of this revision."""

    document: Document
    revision: int
    said: str = ""
    """What to say about it; "" where nobody has asked for it."""


@dataclass(frozen=True)
class Failed(Step):
    """The job ended with a failure that a person can do something about."""

    error: AppError


@dataclass(frozen=True)
class Job:
    """`kind` groups jobs of which only the newest counts; `run` yields steps with this job's ticket."""

    ticket: int
    kind: str
    run: Callable[[], Iterator[Step]]
    request: Request | None = None
    """Goes to the engine process in place of `run`: models live there."""
    receive: Callable[[Any], None] | None = None
    """Takes its steps, but Progress, Done and Failed, which are the same for all."""
    failed: Callable[[AppError], None] | None = None
    """Takes a failure; without it, that is told."""
    lasting: bool = False
    """Its steps count even if a newer job of its kind has been started."""


def steps(job: Job) -> Iterator[Step]:
    """Yield a job's steps, with a failure as its last step.

    A model or a decoder can fail in ways that nobody expected; that must not take the annotator's screen along, so any
    exception becomes a failure that is told, not only those that were foreseen.
    """
    try:
        yield from job.run()
    except AppError as error:
        yield Failed(job.ticket, error)
    except Exception as error:
        detail = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        yield Failed(job.ticket, AppError(f"The {job.kind} job failed unexpectedly", detail))
