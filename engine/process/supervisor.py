"""The thread that keeps the engine process: starts it, talks to it, watches it, starts it again when it dies.

One thread owns the process, the socket and all bookkeeping, so nothing here needs a lock; other threads put commands
in its box. Steps are delivered in this thread. It lives as long as the client, which matters: Linux ends the engine
together with the thread that started it.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial

import numpy as np

from engine import errors
from engine.errors import AppError, ToolError
from engine.jobs import Failed, Others, Progress, Step
from engine.process import protocol as wire
from engine.process.requests import Picture, Request, answer, ask_of, makers, pause, turn_begins, watched
from engine.process.shared_memory import Shared, Shelf
from engine.process.spawn import Child, launch
from engine.process.steps import Overdue, Replaced
from engine.tools.base import Later

KEPT = 4
"""Requests kept for `resend` after the engine died."""
MANY_DEATHS = 3
STARTING = 60.0
"""Seconds that the engine process has at least to begin to listen."""
SHORT_TIME = 30.0
"""After so many deaths in so many seconds the engine is started again only when it is asked for something."""


class Supervisor:
    """The engine process and what has been asked of it."""

    def __init__(self, device: str, timeout: float, memory: int, environment: dict[str, str]) -> None:
        self.device = device
        self.timeout, self.starting = timeout, STARTING
        self.environment = environment
        self.child: Child | None = None
        self.log: deque[str] = deque(maxlen=200)
        self._box: deque[Callable[[], None]] = deque()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)  # a full pipe wakes just as well
        self._requests: OrderedDict[int, Request] = OrderedDict()
        self._left: dict[int, Request] = {}
        """Cancelled, but the engine still works on them: one that hangs holds up all others."""
        self._coming: dict[int, tuple[Request, Later]] = {}
        """Answered, but alternatives to the answer are still to come."""
        self._watched = partial(watched, self._requests, self._left, self._coming)
        self._ready = False
        """The engine has begun to listen; until then everybody waits for that."""
        self._kept: OrderedDict[int, Request] = OrderedDict()
        self._shelf = Shelf(memory)
        self._deaths: deque[float] = deque(maxlen=MANY_DEATHS)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine-supervisor", daemon=True)

    # what other threads call

    def start(self) -> None:
        """Start the thread, which starts the engine process."""
        self._thread.start()

    def do(self, command: Callable[[], None]) -> None:
        """Have a command run in the thread; before `start` it waits, after `stop` it is dropped."""
        self._box.append(command)
        with contextlib.suppress(OSError):
            self._wake.send(b".")

    def stop(self) -> None:
        """End the engine process and the thread."""
        if self._thread.is_alive():
            self._closing = True
            self.do(lambda: None)
            self._thread.join(timeout=10)

    # commands, run in the thread

    def ask(self, request: Request) -> None:
        """Send a request; its steps follow."""
        if self.child is None:
            self._spawn()
        request.moved, request.patience, request.overdue = 0.0, self.timeout, False
        if not any(other.moved for other in self._watched()):
            request.moves()  # nothing holds it up: it begins at once, or the engine stands still
        if not self._ready:
            request.moves()
            request.patience = max(self.timeout, self.starting)
        self._requests[request.ticket] = request
        try:
            shared = self._share(request.picture)
            if request.ticket not in self._requests:
                return  # the engine died of the picture; the caller knows
            self.send(ask_of(request, shared.number))
        except Exception as error:  # what cannot be sent must not end the thread that everybody else depends on
            told = error if isinstance(error, AppError) else ToolError("The request cannot be sent", repr(error)[:200])
            self._finish(request, Failed(request.label, told))
            return
        if self.child is None and request.ticket in self._requests:
            self._lost("it could not be started", [request])

    def cancel(self, ticket: int, *, hung: bool = False) -> None:
        """Drop a request; `hung`: end the engine that hangs on it, or on what holds it up, and start another."""
        self._kept.pop(ticket, None)
        request = self._requests.pop(ticket, None)
        if ticket in self._coming:
            self._left[ticket] = self._coming.pop(ticket)[0]
        if request is None or self.child is None:
            return
        if hung:
            self._died(f"{request.tool} did not answer and was stopped")
        else:
            self._left[ticket] = request
            self.send(wire.Cancel(ticket))

    def extend(self, ticket: int, seconds: float) -> None:
        """Give a request more time, and whatever holds it up."""
        if ticket in self._requests:
            for request in self._watched():
                if request.ticket == ticket or request.ticket not in self._requests:
                    request.give(seconds)

    def resend(self, ticket: int) -> None:
        """Send a request again that was lost."""
        request = self._kept.pop(ticket, None)
        if request is not None:
            self.ask(request)

    def send(self, message: wire.ToEngine, descriptor: int | None = None) -> None:
        """Send a message, unless the engine is down."""
        if self.child is None:
            return
        try:
            wire.send(self.child.link, message, descriptor)
        except OSError:
            self._died()

    # the thread

    def _run(self) -> None:
        self._spawn()
        try:
            while not self._closing:
                self._turn()
        finally:
            end(self.child, self.log)
            self.child = None
            self._shelf.clear()
            self._wake.close()
            self._woken.close()

    def _turn(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            child = self.child
            if child is not None:
                selector.register(child.link, selectors.EVENT_READ)
                if not child.silent:
                    selector.register(child.output, selectors.EVENT_READ)
            wait = pause(self._watched())
            ready = {key.fileobj for key, _events in selector.select(wait)}
        if child is not None and child.output in ready:
            child.read_output(self.log)
        if child is not None and child.link in ready:
            self._receive(child)
        if self._woken in ready:
            self._woken.recv(4096)
        while self._box:
            try:
                self._box.popleft()()
            except Exception as error:
                self.log.append(f"a request could not be taken: {type(error).__name__}: {error}")
        self._watch()

    def _spawn(self) -> None:
        try:
            self._ready = False
            self.child = launch(self.device, self.environment)
        except OSError as error:
            self.child = None
            self.log.append(f"the engine process cannot be started: {error}")

    def _share(self, picture: Picture) -> Shared:
        key, image = picture
        shared = self._shelf.get(key)
        if shared is None:
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
                raise ToolError("The picture cannot be sent to a model", f"{image.dtype} {image.shape}")
            shared, gone = self._shelf.add(key, image, {request.picture[0] for request in self._requests.values()})
            for item in gone:
                self.send(wire.Forget(item.number))
        if self.child is not None and shared.number not in self.child.pictures:
            self.child.pictures.add(shared.number)
            self.send(wire.Share(shared.number, shared.rows, shared.columns), shared.descriptor)
        return shared

    def _receive(self, child: Child) -> None:
        try:
            messages = child.inbox.receive(child.link)
        except Exception:  # whatever it sent, the two no longer understand each other
            messages = None
        if messages is None:
            self._died()
            return
        for message in messages:
            self._heard(message)

    def _heard(self, message: object) -> None:
        if isinstance(message, wire.Ready):
            self._ready = True
            turn_begins(self._requests.values(), self.timeout)
        ticket = getattr(message, "ticket", 0)
        if isinstance(message, wire.Others) and ticket in self._coming:
            answered, others = self._coming.pop(ticket)
            others.come(makers(message))
            self._pass(answered, Others(answered.label))
            return
        request = self._requests.get(ticket) or self._left.get(ticket)
        if request is None:
            return
        request.moves()
        if ticket in self._left:
            more = isinstance(message, wire.Answered) and message.more
            if isinstance(message, wire.Answered | wire.Others | wire.Dropped | wire.Refused) and not more:
                del self._left[ticket]
            return
        match message:
            case wire.Paused():
                request.moved = 0.0
            case wire.Progressed():
                self._pass(request, Progress(request.label, message.text, message.done, message.total))
            case wire.Answered():
                others = Later()
                if message.more:
                    self._coming[ticket] = (request, others)
                self._finish(request, answer(request, message, others))
            case wire.Dropped():
                self._finish(request, Replaced(request.label))
            case wire.Refused():
                kind = getattr(errors, message.kind, ToolError)
                self._finish(request, Failed(request.label, kind(message.title, message.detail)))

    def _finish(self, request: Request, step: Step) -> None:
        self._requests.pop(request.ticket, None)
        self._pass(request, step)

    def _pass(self, request: Request, step: Step) -> None:
        try:
            request.on_step(step)
        except Exception as error:  # a caller's fault must not end the thread that everybody else depends on
            self.log.append(f"a step could not be delivered: {type(error).__name__}: {error}")

    def _watch(self) -> None:
        """Tell of requests that stand still; end the engine when one has done so for twice its patience."""
        now = time.monotonic()
        for request in list(self._watched()):
            if not request.moved or now < request.moved + request.patience:
                continue
            if request.overdue:
                self._died(f"{request.tool} did not answer for {2 * request.patience:.0f} s and was stopped")
                return
            request.overdue, request.moved = True, now
            others = [other for other in self._requests.values() if other.lane == "ask"]
            for other in [request] if request.ticket in self._requests else others:
                self._pass(other, Overdue(other.label, request.patience))

    def _died(self, reason: str = "") -> None:
        """Clean up after the engine, start it again unless it keeps dying, tell everybody who waited."""
        ended, self.child = end(self.child, self.log), None
        self._left.clear()
        self._coming.clear()
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) < MANY_DEATHS or now - self._deaths[0] > SHORT_TIME:
            self._spawn()
        self._lost(reason or ended, list(self._requests.values()))

    def _lost(self, reason: str, requests: list[Request]) -> None:
        for request in requests:
            self._kept[request.ticket] = request
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            error = ToolError("The engine process stopped", f"{reason}; the prompt is kept, ask again")
            self._finish(request, Failed(request.label, error))


def end(child: Child | None, log: deque[str]) -> str:
    """End the engine process if it lives; return how it ended."""
    return child.end(log) if child else "it could not be started"
