"""Who works on what in the engine process, and who gives way to whom.

A thread a lane. Prompts go first: a run that is under way waits between two frames, one that is not does not begin.
What is prepared ahead gives way to runs, and to a picture that somebody waits for: it is begun again afterwards.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.process import protocol as wire
from engine.process.request_queue import RequestQueue
from engine.requests import Lane
from engine.tools.progress import Stopped

BEAT = 0.5
"""Seconds between two progress messages of the same text."""


@dataclass(eq=False)
class Running:
    """The request that a thread works on."""

    request: wire.Request
    began: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    interrupted: bool = False
    """It has to give way, and to be begun again."""
    ahead: int = 0
    """Answers of a run that the screen has not taken yet."""
    told: tuple[str, float] = ("", 0.0)

    def is_news(self, text: str) -> bool:
        """Say whether a report is to be told: another text, or the same after a while."""
        now = time.monotonic()
        if text == self.told[0] and now - self.told[1] <= BEAT:
            return False
        self.told = (text, now)
        return True


class Lanes:
    """What waits and what runs. Any thread may call any method."""

    def __init__(self) -> None:
        self._waiting = RequestQueue()
        self._running: dict[Lane, Running] = {}
        self._urgent = 0
        """Threads that prepare a picture which somebody waits for: preparing ahead pauses."""
        self._changed = threading.Condition()

    # the thread that reads

    def put(self, request: wire.Request) -> int | None:
        """Let a request wait for its turn; return the ticket of the one that it replaces."""
        with self._changed:
            replaced = self._waiting.put(request)
            ahead = self._running.get("ahead")
            if ahead is not None and superseded(ahead.request, request):
                ahead.cancelled = True  # the annotator has moved on: nobody needs the picture being prepared
            self._changed.notify_all()
            return replaced

    def cancel(self, ticket: int) -> bool:
        """Let nobody work on a request any longer; say whether it was still waiting."""
        with self._changed:
            for running in self._running.values():
                if running.request.ticket == ticket:
                    running.cancelled = True
            self._changed.notify_all()
            return self._waiting.cancel(ticket)

    def taken(self, ticket: int) -> None:
        """Note that the screen has taken an answer of a run."""
        with self._changed:
            running = self._running.get("runs")
            if running is not None and running.request.ticket == ticket:
                running.ahead -= 1
            self._changed.notify_all()

    # the threads that work

    def take(self, lane: Lane) -> Running:
        """Wait for a request whose turn it is, and return it as what the lane works on."""
        with self._changed:
            while (request := self._next(lane)) is None:
                self._changed.wait()
            running = self._running[lane] = Running(request)
            if lane == "runs" and "ahead" in self._running:
                self._running["ahead"].interrupted = True
            return running

    def _next(self, lane: Lane) -> wire.Request | None:
        if lane == "runs" and self._prompted():
            return None
        if lane == "ahead" and (self._urgent or "runs" in self._running):
            return None
        return self._waiting.take(lane)

    def _prompted(self) -> bool:
        return "prompts" in self._running or self._waiting.waits("prompts")

    def leave(self, running: Running) -> None:
        """Note that the work on a request is over, and all is told of it."""
        with self._changed:
            if self._running.get(running.request.lane) is running:
                del self._running[running.request.lane]
            self._changed.notify_all()

    def back(self, running: Running) -> bool:
        """Let a request that was interrupted wait again; say False if nobody wants it any more."""
        with self._changed:
            self._running.pop(running.request.lane)
            return running.interrupted and not running.cancelled and self._waiting.back(running.request)

    def between_frames(self, running: Running, pause: Callable[[bool], None]) -> bool:
        """Count an answer of a run, and wait while that has to; say whether it waited. Stopped if it was cancelled.

        It waits for prompts, and while the screen has not taken its answers; `pause` is called first, and told whether
        it is for that alone.
        """
        with self._changed:
            running.ahead += 1
            held, prompted = self._held(running), self._prompted()
        if held:
            pause(not prompted)
            with self._changed:
                self._changed.wait_for(lambda: not self._held(running))
        if running.cancelled:
            raise Stopped
        return held

    def _held(self, running: Running) -> bool:
        if running.cancelled:
            return False
        return self._prompted() or running.ahead >= wire.WINDOW

    @contextlib.contextmanager
    def urgently(self) -> Iterator[None]:
        """Stop preparing other pictures while one is computed that somebody waits for."""
        with self._changed:
            self._urgent += 1
            if "ahead" in self._running:
                self._running["ahead"].interrupted = True
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def overtaken(self, queue: str, seconds: float) -> bool:
        """Say whether a newer prompt of a queue waits, or comes within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting.waits("prompts", queue), seconds)


def superseded(old: wire.Request, new: wire.Request) -> bool:
    """Say whether a picture that is being prepared gives way to another of the same queue."""
    if not isinstance(old, wire.Prepare) or not isinstance(new, wire.Prepare):
        return False
    return old.queue == new.queue and (old.picture, old.tool, old.weights) != (new.picture, new.tool, new.weights)
