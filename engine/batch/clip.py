"""One clip: opened as the app opens it, its tracks followed or filled by `engine.batch.run`, saved, closed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from engine.batch.progress import Clip, Outcome, Step
from engine.batch.run import Run
from engine.errors import AppError
from engine.opening import open_session
from engine.options import Options
from engine.runs.resume import CHECKPOINTS
from engine.tools.cache import TRACKERS, ModelCache
from engine.tools.progress import Stopped


@cache
def models(device: str) -> ModelCache:
    """Return the loaded tools of this process on a device."""
    return ModelCache(device)


def track(clip: Clip, device: str, tell: Callable[[Step], object], stopped: Callable[[], bool]) -> Outcome:
    """Run a tracker over a clip's document and save it; `stopped` is asked on each frame. Failures are in the outcome.

    A person's keyframes never change. Where an earlier run of the same request was cut short, this one goes on with it.
    """
    outcome, began = Outcome(), time.monotonic()
    try:
        with models(device).using(clip.request.tracker, kinds=TRACKERS) as tracker:
            opened = open_session(Options((clip.path,)))
            opened.session.on_message = lambda text, _severity: outcome.notes.append(text)
            outcome.notes += opened.notes
            try:
                Run(opened, clip, tracker, outcome, tell, stopped).run()
            except Stopped:
                outcome.stopped = True
            finally:
                opened.close()
            if not outcome.stopped:
                CHECKPOINTS.forget(CHECKPOINTS.place(opened.path))
    except AppError as error:
        outcome.failure = f"{error.title}. {error.detail}".strip()
    outcome.seconds = time.monotonic() - began
    return outcome
