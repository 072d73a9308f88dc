"""Trackers played on clips, each piece of it a job of its own that a process of a pool does.

A job says which tracker follows which clip, and how: `helped` as a person works, `alone` from the first true box to
the end, `cut` alone with frames of another clip between. Each gives the same wherever and in whatever order it is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from benchmarks.clips import Clip
from engine.errors import AppError, ToolError
from engine.geometry import box_iou
from engine.runs.follow import Followed, follow
from engine.runs.resume import repeatable
from engine.tools.base import Target, Tracker
from engine.tools.packages import lacking
from engine.tools.registry import find
from engine.weights.choices import weights_for

RIGHT = 0.5
"""Overlap below which a person puts the truth."""
STAND_BY = {"nano": ("nanotrack_v2_backbone.onnx",), "vit": ("object_tracking_vittrack_2023sep.onnx",)}
"""What weights are called in the folder of weights."""
What = Literal["helped", "alone", "cut"]


@dataclass(frozen=True)
class Job:
    """What one process plays at a time."""

    tracker: str
    clip: Clip
    what: What
    check: bool
    seed: int
    weights: Path


@dataclass(frozen=True)
class Outcome:
    """What came of a job; of `helped` the frames corrected, of the others the rest."""

    corrected: tuple[int, ...] = ()
    overlaps: tuple[float, ...] = ()
    """IoU on each frame with a truth after the first; 0 where nothing is said."""
    absent: int = 0
    """Frames without a truth after the first with one."""
    empty: int = 0
    """Of these, those on which nothing is said."""


def quiet() -> None:
    """Have this process compute in one thread, and OpenCV say nothing but errors."""
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


def done(job: Job) -> Outcome:
    """Do a job; its tracker could be loaded before."""
    tracker = loaded(job.tracker, job.weights)
    if tracker is None:
        raise ToolError(f"{job.tracker} cannot run here", "it has no weights or packages")
    if draws(job.tracker):
        find(job.tracker).SEED = job.seed
    return (helped if job.what == "helped" else alone)(tracker, job.clip, job.check)


@cache
def loaded(name: str, folder: Path) -> Tracker | None:
    """Return a tracker, with installed weights or those in a folder; None if it cannot run here."""
    module = find(name)
    if lacking(module.SPEC):
        return None
    path = None
    if module.SPEC.weights:
        path = next((folder / file for file in STAND_BY.get(name, ()) if (folder / file).is_file()), None)
        with suppress(AppError):
            path = path or weights_for(module.SPEC)
        if path is None:
            return None
    try:
        return module.load(path, "cpu")
    except AppError:
        return None


def draws(name: str) -> bool:
    """Say whether a tracker draws lots, so that one run says little."""
    return hasattr(find(name), "SEED")


def played(tracker: Tracker, one: Clip, first: int, check: bool) -> Iterator[Followed]:
    """Follow from a true box to the clip's end, the same each time; nothing comes where the tracker cannot begin."""
    repeatable(0)
    starts = {1: Target(one.truth[first])}
    run = follow(tracker, one.image, range(first, len(one.files)), starts, check=check)
    with closing(run), suppress(ToolError):
        yield from run


def alone(tracker: Tracker, one: Clip, check: bool) -> Outcome:
    """Follow from the first true box without help."""
    first, *rest = range(min(one.truth), len(one.files))
    said = {step.frame: step.targets.get(1) for step in played(tracker, one, first, check)}
    places = [(said.get(frame), one.truth.get(frame)) for frame in rest]
    overlaps = [box_iou(there.box, true) if there else 0.0 for there, true in places if true]
    missing = [there for there, true in places if not true]
    return Outcome((), tuple(overlaps), len(missing), missing.count(None))


def helped(tracker: Tracker, one: Clip, check: bool) -> Outcome:
    """Follow with a person's help; where the tracker cannot begin, the next frame is corrected, too."""
    at, last, corrected = min(one.truth), len(one.files) - 1, list[int]()
    while at < last:
        begun, at = at, last
        with closing(played(tracker, one, begun, check)) as run:
            for frame in range(begun + 1, last + 1):
                step = next(run, None)
                said = step.targets if step else {}
                if frame not in one.truth:
                    if 1 in said:  # the person ends the track, and begins another when it is back
                        back = next((i for i in range(frame + 1, last + 1) if i in one.truth), None)
                        at = back if back is not None else last
                        corrected += [frame] if back is None else [frame, back]
                        break
                elif 1 not in said or box_iou(said[1].box, one.truth[frame]) < RIGHT:
                    corrected.append(frame)
                    at = frame
                    break
    return Outcome(tuple(corrected))


def success(values: tuple[float, ...]) -> float:
    """Return the area under the curve of success of a clip's overlaps."""
    return float(np.mean([(np.array(values) > limit).mean() for limit in np.linspace(0, 1, 21)]))
