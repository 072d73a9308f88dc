"""The steps that only the engine process's client sends, besides Progress, Answer and Failed of `engine.jobs`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.jobs import Step


@dataclass(frozen=True)
class Prepared(Step):
    """What depends on the picture alone is ready: the first click on it will be quick."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Replaced(Step):
    """A newer request of the same queue took this one's place before its turn came."""


@dataclass(frozen=True)
class Overdue(Step):
    """The model has not moved for `seconds`; unless `EngineClient.extend` is called within as long, it is stopped."""

    seconds: float
