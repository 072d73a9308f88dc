"""What answers requests in the engine process: with its models, the pictures that were shared, the media that it opens.

Each kind of request is a generator of messages, closed when nobody wants more. Nothing is known here of the socket.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Any, TypeVar, cast

from engine.errors import ToolError
from engine.process import conversion
from engine.process import protocol as wire
from engine.process.lanes import Lanes
from engine.process.open_media import OpenMedia
from engine.process.shared_memory import Pixels
from engine.runs.onward import Onward
from engine.tools.base import Prediction
from engine.tools.cache import DETECTORS, TRACKERS, ModelCache

Messages = Generator[wire.ToScreen, None, None]
PAUSE = 0.02
"""Seconds after an answer before its alternatives are made: somebody may ask again at once."""
Answer = TypeVar("Answer")


class Desk:
    """Answers one request in each lane at a time."""

    def __init__(self, models: ModelCache, lanes: Lanes) -> None:
        self.models, self.lanes = models, lanes
        self.pictures: dict[int, Pixels] = {}
        self._media = OpenMedia()
        self._onward = Onward()

    def answers(self, request: wire.Request) -> Messages:
        """Yield all messages that a request has for an answer; raise what a tool, or reading its weights, raises."""
        match request:
            case wire.Prepare():
                return self._prepare(request)
            case wire.Predict():
                return self._predict(request)
            case wire.Follow():
                return self._follow(request)
            case wire.Detect():
                return self._detect(request)

    def forget(self, picture: int) -> None:
        """Let go of a picture, and of what was computed for it."""
        self.pictures.pop(picture, None)
        self.models.forget(picture)

    def clear(self) -> None:
        """Let go of all models that nobody is at work with, and of all that they have learned."""
        self._onward.clear()
        self.models.clear()

    # about one picture

    def _prepare(self, request: wire.Prepare) -> Messages:
        began = time.perf_counter()
        with self._features(request):
            yield wire.Prepared(request.ticket, time.perf_counter() - began)

    def _predict(self, request: wire.Predict) -> Messages:
        began = time.perf_counter()
        with self._features(request) as (tool, features):
            previous = None if request.previous is None else conversion.unwire_mask(request.previous)
            best = tool.predict(features, conversion.unwire_prompt(request.prompt), previous)
            mask, more = conversion.wire_mask(best), bool(best.alternatives)
            yield wire.Answered(request.ticket, mask, time.perf_counter() - began, more)
            if more:
                yield wire.Others(request.ticket, self._others(best.alternatives, request.queue))

    def _features(self, request: wire.Prepare | wire.Predict) -> AbstractContextManager[tuple[Any, Any]]:
        image = self.pictures.get(request.picture)
        if image is None:
            raise ToolError("The picture is not there any more", "show the frame again")
        urgent = self.lanes.urgently if isinstance(request, wire.Predict) else nullcontext
        return self.models.prepared(request.tool, request.picture, image, request.weights, urgent)

    def _others(self, others: Sequence[Prediction], queue: str) -> list[wire.WireMask]:
        """Return the alternatives to an answer; none where a newer prompt waits, for which they would be in the way."""
        found: list[wire.WireMask] = []
        try:
            for number in range(len(others)):
                if self.lanes.overtaken(queue, 0 if found else PAUSE):
                    return []
                found.append(conversion.wire_mask(others[number]))  # made only now
        except Exception:
            traceback.print_exc()  # the answer itself is there: its alternatives are missing, no more
            return []
        return found

    # over many frames

    def _follow(self, request: wire.Follow) -> Messages:
        began = time.perf_counter()
        starts = {target.key: conversion.unwire_target(target) for target in request.starts}
        with self.models.using(request.tool, request.weights, TRACKERS) as tracker:
            media = conversion.unwire_media(request.media)
            frames = self._media.frames(media, request.frames)
            with ending(self._onward.follow(
                request.ticket, media, tracker, frames.get, request.frames, starts, request.after, check=request.check
            )) as run:  # fmt: skip
                for found in run:
                    yield conversion.followed(request.ticket, found)
        yield wire.Ended(request.ticket, time.perf_counter() - began)

    def _detect(self, request: wire.Detect) -> Messages:
        from engine.runs.detect import detect, on_tiles

        began = time.perf_counter()
        with self.models.using(request.tool, request.weights, DETECTORS) as bare:
            detector = on_tiles(bare, request.tool, request.tiles)
            frames = self._media.frames(conversion.unwire_media(request.media), request.frames)
            with ending(detect(detector, frames.get, request.frames, request.threshold)) as run:
                for found in run:
                    yield conversion.found_on(request.ticket, found)
        yield wire.Ended(request.ticket, time.perf_counter() - began)


def ending(run: Iterator[Answer]) -> closing[Generator[Answer, None, None]]:
    """Let a run end with the block, wherever it is: runs are generators."""
    return closing(cast(Generator[Answer, None, None], run))
