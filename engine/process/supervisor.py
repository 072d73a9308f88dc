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
from collections import deque
from collections.abc import Callable, Hashable

import numpy as np

from engine.errors import AppError, ToolError
from engine.process import protocol as wire
from engine.process.ledger import Ledger
from engine.process.shared_memory import Shared, Shelf
from engine.process.spawn import Child, launch
from engine.process.ticket import Ticket
from engine.requests import Pixels

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
        self._ledger = Ledger(self.log)
        self._ready = False
        """The engine has begun to listen; until then everybody waits for that."""
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

    def ask(self, ticket: Ticket) -> None:
        """Send a request; its steps follow."""
        if self.child is None:
            self._spawn()
        self._ledger.open(ticket, self.timeout)
        if not self._ready:
            ticket.moves()
            ticket.patience = max(self.timeout, self.starting)
        try:
            picture = ticket.picture
            number = self._share(*picture).number if picture is not None else 0
            if ticket.number not in self._ledger.asked:
                return  # the engine died of the picture; the caller knows
            self.send(ticket.message(number))
        except Exception as error:  # what cannot be sent must not end the thread that everybody else depends on
            told = error if isinstance(error, AppError) else ToolError("The request cannot be sent", repr(error)[:200])
            self._ledger.fail(ticket, told)
            return
        if self.child is None and ticket.number in self._ledger.asked:
            self._ledger.lost("it could not be started", [ticket])

    def cancel(self, number: int, *, hung: bool = False) -> None:
        """Drop a request; `hung`: end the engine that hangs on it, or on what holds it up, and start another."""
        ticket = self._ledger.leave(number, running=self.child is not None)
        if ticket is None or self.child is None:
            return
        if hung:
            self._died(f"{ticket.request.tool} did not answer and was stopped")
        else:
            self.send(wire.Cancel(number))

    def taken(self, number: int) -> None:
        """Let a run go on by one answer."""
        if number in self._ledger.asked:
            self.send(wire.Taken(number))

    def extend(self, number: int, seconds: float) -> None:
        """Give a request more time, and whatever holds it up."""
        self._ledger.extend(number, seconds)

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
            wait = self._ledger.pause()
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

    def _share(self, key: Hashable, image: Pixels) -> Shared:
        shared = self._shelf.get(key)
        if shared is None:
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
                raise ToolError("The picture cannot be sent to a model", f"{image.dtype} {image.shape}")
            needed = [ticket.picture for ticket in self._ledger.asked.values()]
            shared, gone = self._shelf.add(key, image, {picture[0] for picture in needed if picture is not None})
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
            self._ready = self._ready or isinstance(message, wire.Ready)
            self._ledger.heard(message, self.timeout)

    def _watch(self) -> None:
        """End the engine when a request has stood still for twice its patience."""
        ticket = self._ledger.watch()
        if ticket is not None:
            self._died(f"{ticket.request.tool} did not answer for {2 * ticket.patience:.0f} s and was stopped")

    def _died(self, reason: str = "") -> None:
        """Clean up after the engine, start it again unless it keeps dying, tell everybody who waited."""
        ended, self.child = end(self.child, self.log), None
        self._ledger.died()
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) < MANY_DEATHS or now - self._deaths[0] > SHORT_TIME:
            self._spawn()
        self._ledger.lost(reason or ended, list(self._ledger.asked.values()))


def end(child: Child | None, log: deque[str]) -> str:
    """End the engine process if it lives; return how it ended."""
    return child.end(log) if child else "it could not be started"
