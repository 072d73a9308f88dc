"""The slow part of an interactor, done before it is needed: for the frame that is shown, then for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.errors import AppError
from engine.jobs import Step
from engine.requests import Prepare
from engine.session import Session
from engine.tools.registry import interactors

AHEAD = ("prepare even frame", "prepare odd frame")
"""Kinds of job. The shown frame and the next one never share a kind, and a frame's kind stays the same when the
annotator steps on to it: what has been begun for it goes on. Other frames, or letting go of the tool, end it."""


def prepare(session: Session) -> None:
    """Begin to prepare the shown frame for the interactor in hand, and the next frame for a model."""
    tool = session.gesture.interactor
    image = session.media.original
    if not tool or image is None:
        stop(session)
        return
    spec = interactors()[tool]
    if spec.process == "engine":
        _model(session, tool, session.frame, image)
        if session.frame + 1 < len(session.media.frames):
            _model(session, tool, session.frame + 1, None)
        return
    key, tools, pixels = (session.frame, "original"), session.tools, image

    def run(ticket: int) -> Iterator[Step]:
        tools.features(tool, key, pixels)
        yield from ()

    session.jobs.cancel(AHEAD[(session.frame + 1) % 2])  # a model's, which was in hand before
    session.jobs.start(AHEAD[session.frame % 2], run, failed=partial(failed, session))


def stop(session: Session) -> None:
    """Let go of what is being prepared."""
    for kind in AHEAD:
        session.jobs.cancel(kind)


def file_of(session: Session, tool: str) -> str:
    """Return the name of the weights file that a tool uses now, "" if it has none; note it for the screen."""
    from engine.weights import named

    name, session.hand.variants[tool] = named(interactors()[tool])
    return name


def _model(session: Session, tool: str, frame: int, image: NDArray[np.uint8] | None) -> None:
    frames, kind, key = session.media.frames, AHEAD[frame % 2], (frame, "original")
    about = (tool, file_of(session, tool), key)

    def pixels() -> NDArray[np.uint8]:
        return image if image is not None else frames.get(frame)

    if not session.jobs.runs(kind, about):
        request = Prepare(tool, key, pixels, weights=about[1])
        session.jobs.start(kind, failed=partial(failed, session), request=request, about=about)


def failed(session: Session, error: AppError) -> None:
    """Tell why a picture could not be prepared, if that is news.

    A request for an answer tells it itself, and so does the other picture that is being prepared.
    """
    if not session.gesture.is_asking and not any(kind in session.jobs.running for kind in AHEAD):
        session.jobs.tell_failure(error)
