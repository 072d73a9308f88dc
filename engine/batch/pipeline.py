"""A detector over many frames as fast as it runs: frames are decoded ahead of it, and its answers behind it.

Three stages, each with threads of its own: frames are decoded and fitted, one thread runs the network, others make
detections and masks of what it says. A group of frames passes through all three, and only so many groups are on the
way that memory stays within bounds. Answers come in order. Which frames go through the network together depends on
their places in the list alone, so that a run that goes on at a group's beginning gives the very same numbers.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from engine.document import Picture
from engine.errors import AppError, MediaError, ToolError
from engine.runs.detect import detect
from engine.text import plain
from engine.tools.base import Detection, Detector, Image, Watcher

AHEAD = 4
"""Groups on the way, at most."""
BUDGET = 512 << 20
"""Bytes of frames or inputs on the way, about; one group may always be."""
TOGETHER = 4
"""Frames of a group for a detector that takes them one by one."""
WATCHED = 128
"""Frames of a group for one that has to see the frames before: it begins anew at each group."""


@dataclass(frozen=True)
class Answer:
    """What a detector found on one frame, best first; `size` is the frame's width and height."""

    frame: int
    size: tuple[int, int] = (0, 0)
    detections: tuple[Detection, ...] = ()
    failure: str = ""
    """Why nothing is known of the frame, in a sentence; "" if it was read and looked at."""
    fault: bool = False
    """It is the detector that failed on it, not the file."""
    picture: Picture | None = None
    """What is known of its file, where another process has read it."""


@dataclass(frozen=True)
class Fitted:
    """A frame before the detector: `given` is the network's input, or the frame itself for one without stages."""

    frame: int
    size: tuple[int, int] = (0, 0)
    given: Any = None
    nbytes: int = 0
    failure: str = ""
    fault: bool = False


Read = Callable[[int], Image]


def group_size(detector: Any, batch: int) -> int:
    """Return how many frames pass through a detector as a group; a run can go on at the beginning of each."""
    if hasattr(detector, "history"):
        return WATCHED
    if not hasattr(detector, "prepare"):
        return TOGETHER
    own = int(detector.batch)
    return batch if own == 0 else own if own > 1 else TOGETHER


def answers(
    detector: Any, read: Read, frames: Sequence[int], threshold: float, *, batch: int, readers: int
) -> Generator[list[Answer]]:
    """Yield the answers of each group of frames, in order; what scores less than `threshold` is left out.

    `read` is called in `readers` threads. A frame that cannot be read, or on which the detector fails, is told in its
    answer; what a Watcher raises is raised here: it would have missed that frame.
    """
    if hasattr(detector, "history"):
        return _watched(detector, read, frames, threshold)
    return _staged(Stages(detector, read, threshold), frames, group_size(detector, batch), readers)


class Stages:
    """The three stages of a detector, as functions for threads; one that has none is run as a whole in the second."""

    def __init__(self, detector: Any, read: Read, threshold: float) -> None:
        self._detector, self._read, self._threshold = detector, read, threshold
        self._apart = hasattr(detector, "prepare")

    def fitted(self, frame: int) -> Fitted:
        """Decode a frame, and fit it into the network's input."""
        try:
            image = self._read(frame)
        except MediaError as error:
            return Fitted(frame, failure=f"{error.title}. {error.detail}".strip())
        size = image.shape[1], image.shape[0]
        try:
            given = self._detector.prepare(image) if self._apart else image
        except Exception as error:
            return _failed(Fitted(frame, size), error)
        pixels = getattr(given, "pixels", None)
        return Fitted(frame, size, given, int(getattr(pixels, "nbytes", 0)) if self._apart else image.nbytes)

    def inferred(self, waited: Sequence[Future[Fitted]]) -> tuple[list[Fitted], list[Any]]:
        """Run the network on the frames of a group, or the whole detector; what failed has no answer.

        Where it fails on the group, each frame goes through alone, so that one keeps no other from being done.
        """
        items = [one.result() for one in waited]
        good = [item for item in items if not item.failure]
        try:
            return items, self._said(good)
        except Exception as error:
            if len(good) == 1:
                return [item if item.failure else _failed(item, error) for item in items], []
        found = list[Any]()
        for at, item in enumerate(items):
            try:
                found += [] if item.failure else self._said([item])
            except Exception as error:
                items[at] = _failed(item, error)
        return items, found

    def _said(self, good: Sequence[Fitted]) -> list[Any]:
        """Return what the network says of each frame, or the whole detector; raise ToolError where that is not one."""
        if not self._apart:
            found = list(self._detector.detect([item.given for item in good], self._threshold)) if good else []
        else:
            found, most = list[Any](), self._detector.batch or len(good) or 1
            for _, same in groupby(good, key=lambda item: np_shape(item.given)):
                inputs = [item.given for item in same]
                for first in range(0, len(inputs), most):
                    found += self._detector.infer(inputs[first : first + most])
        if len(found) != len(good):
            raise ToolError("The detector does not answer for each frame", f"{len(found)} answers, {len(good)} frames")
        return found

    def decoded(self, waited: Future[tuple[list[Fitted], list[Any]]]) -> tuple[list[Answer], int]:
        """Return the answers of a group, and the bytes of what went into the network."""
        items, said = waited.result()
        each = iter(said)
        found = [self._answer(item, None if item.failure else next(each)) for item in items]
        return found, sum(item.nbytes for item in items)

    def _answer(self, item: Fitted, said: Any) -> Answer:
        if not item.failure:
            try:
                found = self._detector.decode(said, item.given, self._threshold) if self._apart else said
                return Answer(item.frame, item.size, tuple(found))
            except Exception as error:
                item = _failed(item, error)
        return Answer(item.frame, failure=item.failure, fault=item.fault)


def _failed(item: Fitted, error: Exception) -> Fitted:
    """Return a frame as one on which the detector has failed, with where in its code that was."""
    if isinstance(error, AppError):
        what = f"{error.title}. {error.detail}".strip()
    else:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}, line {place.lineno})"
    return Fitted(item.frame, item.size, failure=f"The detector failed on it: {plain(what, 300)}", fault=True)


def np_shape(given: Any) -> Any:
    """Return the shape of a network's input: only those of one shape go through it together."""
    return getattr(getattr(given, "pixels", None), "shape", None)


def _staged(stages: Stages, frames: Sequence[int], size: int, readers: int) -> Generator[list[Answer]]:
    before = ThreadPoolExecutor(readers, "decode")
    network, after = ThreadPoolExecutor(1, "network"), ThreadPoolExecutor(2, "answers")
    waiting, ahead = deque[Future[tuple[list[Answer], int]]](), AHEAD
    try:
        for first in range(0, len(frames), size):
            fitted = [before.submit(stages.fitted, frame) for frame in frames[first : first + size]]
            waiting.append(after.submit(stages.decoded, network.submit(stages.inferred, fitted)))
            while len(waiting) > ahead:
                found, nbytes = waiting.popleft().result()
                ahead = max(1, min(AHEAD, BUDGET // max(nbytes, 1)))
                yield found
        while waiting:
            yield waiting.popleft().result()[0]
    finally:
        for pool in (before, network, after):
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in (before, network, after):
            pool.shutdown()


def _watched(detector: Watcher, read: Read, frames: Sequence[int], threshold: float) -> Generator[list[Answer]]:
    sizes, failures = dict[int, tuple[int, int]](), dict[int, str]()
    last: list[Image] = []

    def pixels(frame: int) -> Image:
        try:
            image = read(frame)
        except MediaError as error:
            failures[frame] = f"{error.title}. {error.detail}".strip()
            if not last:
                raise
            image = last[0]  # as if nothing had moved: the others need not suffer
        sizes[frame] = image.shape[1], image.shape[0]
        last[:] = [image]
        return image

    for first in range(0, len(frames), WATCHED):
        some = frames[first : first + WATCHED]
        found = list(detect(cast("Detector | Watcher", detector), pixels, some, threshold))
        yield [
            Answer(one.frame, failure=failures[one.frame])
            if one.frame in failures
            else Answer(one.frame, sizes[one.frame], one.detections)
            for one in found
        ]
        sizes.clear()
        failures.clear()


def readers_for(kind: str) -> int:
    """Return how many threads decode: one for a video, which is read in order; more for files apart."""
    return 1 if kind == "video" else max(2, min(8, os.cpu_count() or 2))
