"""All requests that the engine process has to do with, and what each message from it means for them.

Apart from the supervisor, which keeps the process and the socket; steps are delivered here. One thread uses it.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import chain

from engine import errors
from engine.errors import AppError, ToolError
from engine.jobs import Failed, Others, Progress, Step
from engine.process import protocol as wire
from engine.process.conversion import makers
from engine.process.steps import Overdue, Replaced
from engine.process.ticket import Ticket
from engine.tools.base import Later


class Ledger:
    """Open tickets: asked, left but perhaps still worked on, answered but for alternatives."""

    def __init__(self, log: deque[str]) -> None:
        self.asked: OrderedDict[int, Ticket] = OrderedDict()
        self._log = log
        self._left: dict[int, Ticket] = {}
        """Cancelled, but the engine still works on them: one that hangs holds up all others."""
        self._coming: dict[int, tuple[Ticket, Later]] = {}
        """Answered, but alternatives to the answer are still to come."""

    def open(self, ticket: Ticket, patience: float) -> None:
        """Take a request that is about to be sent."""
        ticket.waits(patience)
        ticket.done = 0
        runs = ticket.request.lane != "prompts" and any(other.is_run for other in self._watched())
        if not runs and not any(other.moved for other in self._watched()):
            ticket.moves()  # nothing holds it up: it begins at once, or the engine stands still
        self.asked[ticket.number] = ticket

    def leave(self, number: int, *, running: bool) -> Ticket | None:
        """Let a request go, which gets no more steps; return it if it was open. `running`: there is an engine."""
        ticket = self.asked.pop(number, None)
        if number in self._coming:
            self._left[number] = self._coming.pop(number)[0]
        if ticket is not None and running:
            self._left[number] = ticket
        return ticket

    def extend(self, number: int, seconds: float) -> None:
        """Give a request more time, and whatever holds it up."""
        if number in self.asked:
            for ticket in self._watched():
                if ticket.number == number or ticket.number not in self.asked:
                    ticket.give(seconds)

    # what the engine says

    def heard(self, message: object, patience: float) -> None:
        """Take a message."""
        if isinstance(message, wire.Ready):
            for ticket in self.asked.values():
                ticket.waits(patience)  # from now on each waits for its turn, not for the engine
        number = getattr(message, "ticket", 0)
        if isinstance(message, wire.Others) and number in self._coming:
            ticket, others = self._coming.pop(number)
            others.come(makers(message))
            self.deliver(ticket, Others(number))
        elif number in self._left:
            self._left[number].moves()
            if isinstance(message, wire.End | wire.Others) and not getattr(message, "more", False):
                del self._left[number]
        elif number in self.asked:
            self.asked[number].moves()
            self._said(self.asked[number], message)

    def _said(self, ticket: Ticket, message: object) -> None:
        number = ticket.number
        match message:
            case wire.Paused():
                ticket.waits()
                if ticket.is_run and not message.full:  # a screen that is behind is nothing to tell a person of
                    self.deliver(ticket, ticket.paused())
            case wire.Progressed():
                self.deliver(ticket, Progress(number, message.text, message.done, message.total))
            case wire.Followed() | wire.Found():
                ticket.done += 1
                self.deliver(ticket, ticket.progress())
                self.deliver(ticket, ticket.on_frame(message))
            case wire.Prepared() | wire.Answered() | wire.Ended():
                others = Later()
                if isinstance(message, wire.Answered) and message.more:
                    self._coming[number] = (ticket, others)
                self.finish(ticket, ticket.end(message, others))
            case wire.Dropped():
                self.finish(ticket, Replaced(number))
            case wire.Refused():
                kind = getattr(errors, message.kind, ToolError)
                self.fail(ticket, kind(message.title, message.detail))

    # ends

    def finish(self, ticket: Ticket, step: Step) -> None:
        """Deliver the last step of a request."""
        self.asked.pop(ticket.number, None)
        self.deliver(ticket, step)

    def fail(self, ticket: Ticket, error: AppError) -> None:
        """Let a request end with a failure."""
        self.finish(ticket, Failed(ticket.number, error))

    def lost(self, reason: str, tickets: list[Ticket]) -> None:
        """Tell those who wait that the engine has stopped."""
        for ticket in tickets:
            self.fail(ticket, ToolError("The engine process stopped", f"{reason}; {ticket.remains}"))

    def died(self) -> None:
        """Forget what the engine was at work on that nobody waits for."""
        self._left.clear()
        self._coming.clear()

    def deliver(self, ticket: Ticket, step: Step) -> None:
        """Hand a step to whoever asked."""
        try:
            ticket.on_step(step)
        except Exception as error:  # a caller's fault must not end the thread that everybody else depends on
            self._log.append(f"a step could not be delivered: {type(error).__name__}: {error}")

    # the watchdog's part

    def _watched(self) -> Iterator[Ticket]:
        """Return all requests that the engine may be at work on."""
        return chain(self.asked.values(), self._left.values(), (ticket for ticket, _ in self._coming.values()))

    def pause(self) -> float | None:
        """Return the seconds until a request is overdue; None: nothing runs."""
        due = [ticket.moved + ticket.patience for ticket in self._watched() if ticket.moved]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def watch(self) -> Ticket | None:
        """Tell of requests that stand still; return one that has done so for twice its patience."""
        now = time.monotonic()
        for ticket in list(self._watched()):
            if not ticket.moved or now < ticket.moved + ticket.patience:
                continue
            if ticket.overdue:
                return ticket
            ticket.overdue, ticket.moved = True, now
            others = [other for other in self.asked.values() if other.request.lane != "ahead"]
            for other in [ticket] if ticket.number in self.asked else others:
                self.deliver(other, Overdue(other.number, ticket.patience))
        return None
