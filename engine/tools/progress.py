"""How a tool at work says how far it is, and learns that nobody waits for it any longer.

Apart from the engine process because tools call `report` wherever they run: in the engine process somebody listens,
in a thread of the screen's process or in a test nobody does and the call does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Takes (text, done, total); raises Stopped to end the work."""
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


class Stopped(BaseException):
    """Nobody waits for the result; no Exception, so that a tool's own `except Exception` lets it pass."""


def report(text: str = "", done: int = 0, total: int = 0) -> None:
    """Say how far the tool is (total 0: unknown); call it between layers, where stopping is harmless."""
    listener = _listener.get()
    if listener is not None:
        listener(text, done, total)


@contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Let `listener` hear what tools report inside the block, in this thread."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
