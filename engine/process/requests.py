"""What has been asked of the engine process: a request as the caller made it, how it stands, the step that ends it.

Apart from the supervisor, which moves requests along; here is no process and no socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Answer, Step
from engine.process import protocol as wire
from engine.process.steps import Prepared
from engine.prompt import Prompt
from engine.tools.base import Later, Prediction

Picture = tuple[Hashable, NDArray[np.uint8]]
"""What identifies the picture (its content must never change under one key), and its RGB pixels."""
OnStep = Callable[[Step], None]


@dataclass
class Request:
    """A request as the caller made it, and how it stands."""

    ticket: int
    tool: str
    picture: Picture
    lane: wire.Lane
    queue: str
    on_step: OnStep
    number: int | None = None
    """What the steps carry in place of the ticket."""
    prompt: Prompt | None = None
    previous: Prediction | None = None
    options: dict[str, str] = field(default_factory=dict)
    moved: float = 0.0
    """When the engine last said something about it; 0 while it waits for its turn."""
    patience: float = 0.0
    overdue: bool = False

    @property
    def label(self) -> int:
        """The ticket of its steps."""
        return self.ticket if self.number is None else self.number

    def moves(self) -> None:
        """Note a sign of life."""
        self.moved, self.overdue = time.monotonic(), False

    def give(self, seconds: float) -> None:
        """Let it stand still for so many seconds from now on."""
        self.patience, self.overdue = seconds, False
        self.moved = self.moved and time.monotonic()


def ask_of(request: Request, picture: int) -> wire.Ask:
    """Return what is sent for a request about the picture of that number."""
    previous = None if request.previous is None else wire.wire_mask(request.previous)
    prompt = None if request.prompt is None else wire.wire_prompt(request.prompt)
    return wire.Ask(
        request.ticket, request.queue, request.tool, picture, request.lane, prompt, previous, request.options
    )


def turn_begins(requests: Iterable[Request], patience: float) -> None:
    """Note that the engine listens: from now on each request waits for its turn, not for the engine."""
    for request in requests:
        request.moved, request.patience = 0.0, patience


def watched(
    asked: Mapping[int, Request], left: Mapping[int, Request], coming: Mapping[int, tuple[Request, Later]]
) -> Iterator[Request]:
    """Return all requests that the engine may be at work on: asked, cancelled, or answered but for alternatives."""
    return chain(asked.values(), left.values(), (request for request, _ in coming.values()))


def pause(requests: Iterable[Request]) -> float | None:
    """Return the seconds until a request is overdue; None: nothing runs."""
    due = [request.moved + request.patience for request in requests if request.moved]
    return max(0.0, min(due) - time.monotonic()) if due else None


def answer(request: Request, message: wire.Answered, others: Later) -> Step:
    """Return the step for what the engine answered; `others` are the alternatives that are still to come."""
    if request.prompt is None or message.mask is None:
        return Prepared(request.label, message.seconds)
    return Answer(request.label, request.prompt, wire.unwire_mask(message.mask, others), message.seconds)


def makers(message: wire.Others) -> list[Callable[[], Prediction]]:
    """Return what unpacks the alternatives."""
    return [partial(wire.unwire_mask, mask) for mask in message.masks]
