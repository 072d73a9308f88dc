"""The engine process as the screen sees it: ask for something, cancel, close.

Every method returns at once and may be called from any thread; what has to be done is done by the supervisor's
thread, which also delivers the steps. Nothing heavy is imported: models, torch and onnxruntime live on the other side.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping

from engine.process.supervisor import Supervisor
from engine.process.ticket import OnStep, Ticket
from engine.prompt import Prompt
from engine.requests import Pixels, Predict, Prepare, Request
from engine.tools.base import Prediction

Picture = tuple[Hashable, Pixels]
"""What identifies the picture (its content must never change under one key), and its RGB pixels."""


def ignore(step: object) -> None:
    """Take no notice of a step."""


class EngineClient:
    """One engine process, started again when it dies."""

    def __init__(
        self, device: str = "auto", *, timeout: float = 60.0, memory: int = 512 << 20,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`timeout` is how long a model may stand still, `memory` the bytes of pictures kept for it."""
        self._tickets = itertools.count(1)
        self._supervisor = Supervisor(device, timeout, memory, dict(environment or {}))

    def start(self) -> None:
        """Start the engine process; it is ready when it is needed."""
        self._supervisor.start()

    def ask(self, request: Request, on_step: OnStep = ignore, *, queue: str = "", ticket: int | None = None) -> int:
        """Ask for something: Progress, then one of ENDS; of a run an OnFrame each frame before it. Return the ticket.

        In one `queue` (default: the tool's; for what is prepared the picture's own) a newer request replaces the one
        that still waits. `ticket` is the caller's own number, if it has one for every request. Whoever has done with an
        OnFrame says so by `taken`: a run goes only a few answers ahead of that. A picture's pixels must be there.
        """
        number = next(self._tickets) if ticket is None else ticket
        own = f"{request.tool} {request.key!r}" if isinstance(request, Prepare) else request.tool
        asked = Ticket(number, request, queue or own, on_step)
        self._supervisor.do(lambda: self._supervisor.ask(asked))
        return number

    def predict(
        self, tool: str, picture: Picture, prompt: Prompt, previous: Prediction | None = None,
        on_step: OnStep = ignore, *, weights: str = "", queue: str = "",
    ) -> int:  # fmt: skip
        """Ask for the answer to a prompt, in short."""
        return self.ask(Predict(tool, *picture, prompt, previous, weights), on_step, queue=queue)

    def prepare(
        self, tool: str, picture: Picture, on_step: OnStep = ignore, *, weights: str = "", queue: str = ""
    ) -> int:  # fmt: skip
        """Have a picture prepared while nobody waits, in short; cancel it when the annotator leaves."""
        return self.ask(Prepare(tool, *picture, weights), on_step, queue=queue)

    def taken(self, ticket: int) -> None:
        """Say that an answer of a run has been dealt with: the run may go on by one more."""
        self._supervisor.do(lambda: self._supervisor.taken(ticket))

    def cancel(self, ticket: int) -> None:
        """Drop a request: it gets no more steps, and the engine stops working on it as soon as it can."""
        self._supervisor.do(lambda: self._supervisor.cancel(ticket))

    def extend(self, ticket: int, seconds: float) -> None:
        """Give a model that is overdue, or any other, this much time from now on."""
        self._supervisor.do(lambda: self._supervisor.extend(ticket, seconds))

    def abandon(self, ticket: int) -> None:
        """Give up a model that hangs: the request gets no more steps, and another engine process is started."""
        self._supervisor.do(lambda: self._supervisor.cancel(ticket, hung=True))

    def log(self) -> tuple[str, ...]:
        """Return the last lines that the engine process printed, control characters removed."""
        return tuple(self._supervisor.log)

    @property
    def pid(self) -> int | None:
        """Process number of the engine while it runs."""
        child = self._supervisor.child
        return child.process.pid if child else None

    def close(self) -> None:
        """End the engine process and free the pictures; open requests get no more steps."""
        self._supervisor.stop()
