"""A request that has been made of the engine process, and how it stands. Here is no process and no socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from engine.errors import ToolError
from engine.jobs import Answer, OnFrame, Progress, RunEnded, Step
from engine.process import protocol as wire
from engine.process.conversion import message_of, unwire_found, unwire_mask
from engine.process.steps import Paused, Prepared
from engine.requests import Follow, OfPicture, Pixels, Predict, Prepare, Request, answers
from engine.tools.base import Later

OnStep = Callable[[Step], None]


@dataclass
class Ticket:
    """A request as the caller made it, and how it stands; `number` is its own wherever it is dealt with."""

    number: int
    request: Request
    queue: str
    on_step: OnStep
    done: int = 0
    """Frames for which a run has answered."""
    moved: float = 0.0
    """When the engine last said something about it; 0 while it waits for its turn."""
    patience: float = 0.0
    overdue: bool = False

    @property
    def is_run(self) -> bool:
        """Whether it is about many frames."""
        return not isinstance(self.request, OfPicture)

    @property
    def picture(self) -> tuple[Hashable, Pixels] | None:
        """What its picture is called, and the pixels; None for a run, which opens the media itself."""
        request = self.request
        if not isinstance(request, OfPicture):
            return None
        if callable(request.image):
            raise ToolError("The picture is not there yet", "its pixels have to be fetched first")
        return request.key, request.image

    def message(self, picture: int) -> wire.Request:
        """Return what is sent; `picture` is the number under which its picture was shared."""
        return message_of(self.request, self.number, self.queue, picture)

    # the watchdog's part

    def moves(self) -> None:
        """Note a sign of life."""
        self.moved, self.overdue = time.monotonic(), False

    def waits(self, patience: float | None = None) -> None:
        """Note that something else goes first: until its turn comes nothing is expected of it."""
        self.moved, self.overdue = 0.0, False
        self.patience = self.patience if patience is None else patience

    def give(self, seconds: float) -> None:
        """Let it stand still for so many seconds from now on."""
        self.patience, self.overdue = seconds, False
        self.moved = self.moved and time.monotonic()

    # its steps

    def progress(self) -> Progress:
        """Return how far a run is."""
        text = "Following" if isinstance(self.request, Follow) else "Detecting"
        return Progress(self.number, text, self.done, answers(self.request))

    def paused(self) -> Paused:
        """Return the step that says that a run waits."""
        return Paused(self.number, "Paused", self.done, answers(self.request))

    def on_frame(self, message: wire.OnFrame) -> OnFrame:
        """Return the step for one frame of a run."""
        return OnFrame(self.number, unwire_found(message))

    def end(self, message: wire.Prepared | wire.Answered | wire.Ended, others: Later) -> Step:
        """Return the step that ends it; `others` are alternatives that are still to come."""
        if isinstance(message, wire.Answered) and isinstance(self.request, Predict):
            prediction = unwire_mask(message.mask, others)
            return Answer(self.number, self.request.prompt, prediction, message.seconds)
        if isinstance(message, wire.Ended):
            return RunEnded(self.number, self.done, message.seconds)
        return Prepared(self.number, message.seconds)

    @property
    def remains(self) -> str:
        """How far it was when the engine process died, and what can be done; its caller knows what a run keeps."""
        match self.request:
            case Predict():
                return "the prompt is kept, ask again"
            case Prepare():
                return "the next prompt starts it again"
        return f"it had answered for {self.done} frame(s)"
