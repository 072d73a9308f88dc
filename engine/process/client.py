"""The engine process as the screen sees it: ask for an answer, have a picture prepared, cancel, close.

Every method returns at once and may be called from any thread; what has to be done is done by the supervisor's
thread, which also delivers the steps. Nothing heavy is imported: models, torch and onnxruntime live on the other side.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from engine.process.requests import OnStep, Picture, Request
from engine.process.supervisor import Supervisor
from engine.prompt import Prompt
from engine.tools.base import Prediction


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

    def predict(
        self, tool: str, picture: Picture, prompt: Prompt, previous: Prediction | None = None,
        options: Mapping[str, str] | None = None, on_step: OnStep = ignore, *,
        queue: str = "", label: int | None = None,
    ) -> int:  # fmt: skip
        """Ask for the answer to a prompt: Progress, then one of Answer, Failed, Replaced; return the ticket.

        In one `queue` (default: the tool's) a newer request replaces the one that still waits. Steps carry `label`
        in place of the ticket if it is given. `options["weights"]` names a weights file, default the one in use.
        """
        request = Request(next(self._tickets), tool, picture, "ask", queue or tool, on_step, label)
        request.prompt, request.previous, request.options = prompt, previous, dict(options or {})
        return self._ask(request)

    def prepare(
        self, tool: str, picture: Picture, options: Mapping[str, str] | None = None, on_step: OnStep = ignore, *,
        queue: str = "", label: int | None = None,
    ) -> int:  # fmt: skip
        """Prepare a picture while nobody waits: Progress, then one of Prepared, Failed, Replaced; return the ticket.

        Prompts go first. Cancel it when the annotator leaves; the default queue is the picture's own.
        """
        queue = queue or f"{tool} {picture[0]!r}"
        request = Request(next(self._tickets), tool, picture, "ahead", queue, on_step, label)
        request.options = dict(options or {})
        return self._ask(request)

    def cancel(self, ticket: int) -> None:
        """Drop a request: it gets no more steps, and the engine stops working on it as soon as it can."""
        self._supervisor.do(lambda: self._supervisor.cancel(ticket))

    def extend(self, ticket: int, seconds: float) -> None:
        """Give a model that is overdue, or any other, this much time from now on."""
        self._supervisor.do(lambda: self._supervisor.extend(ticket, seconds))

    def abandon(self, ticket: int) -> None:
        """Give up a model that hangs: the request gets no more steps, and another engine process is started."""
        self._supervisor.do(lambda: self._supervisor.cancel(ticket, hung=True))

    def resend(self, ticket: int) -> None:
        """Ask again what was in flight when the engine died, under the same ticket."""
        self._supervisor.do(lambda: self._supervisor.resend(ticket))

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

    def _ask(self, request: Request) -> int:
        self._supervisor.do(lambda: self._supervisor.ask(request))
        return request.ticket
