"""The steps that only the engine process's client sends, besides those of `engine.jobs`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.jobs import Answer, Failed, Progress, RunEnded, Step


@dataclass(frozen=True)
class Prepared(Step):
    """What depends on the picture alone is ready: the first click on it will be quick."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Replaced(Step):
    """A newer request of the same queue took this one's place before its turn came."""


@dataclass(frozen=True)
class Paused(Progress):
    """A run waits for a prompt; its next answer says that it goes on."""


@dataclass(frozen=True)
class Overdue(Step):
    """The model has not moved for `seconds`; unless `EngineClient.extend` is called within as long, it is stopped."""

    seconds: float


ENDS = (Prepared, Answer, RunEnded, Failed, Replaced)
"""The last step of a request is one of these; alternatives to an Answer may follow it."""
