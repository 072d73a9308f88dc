"""What ends the program from outside: a dropped link (SIGHUP), Ctrl+C from elsewhere (SIGINT), a shutdown (SIGTERM).

Whenever one comes, the terminal is given back, the work saved, the lock freed, and the exit status says which it was.
"""

from __future__ import annotations

import signal

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: this is imported before anything else
    from collections.abc import Callable

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def status(number: int) -> int:
    """Return the exit status of a program that a signal has ended, as shells have it."""
    return 128 + number


_come: list[int] = []
"""Signals that have come: an exception raised where Python lets none out, as in a callback, ends nothing."""


def unwind() -> None:
    """Let a signal end the program by an exception, so that whatever was begun is put right on the way out."""
    for number in ENDING:
        if _is_heard(number):
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    _come.append(number)
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(status(number))


def hear(take: Callable[[int], object]) -> None:
    """Hand signals to the running event loop from now on: between two of its steps, not within one."""
    import asyncio
    import contextlib

    loop = asyncio.get_running_loop()
    for number in ENDING:
        if _is_heard(number):
            with contextlib.suppress(RuntimeError, ValueError):  # tests run the app where no signal arrives
                loop.add_signal_handler(number, take, number)
    for come in _come:
        loop.call_soon(take, come)


def _is_heard(number: signal.Signals) -> bool:
    """Say whether a signal counts: who started the program may have it ignored, as `nohup` does."""
    return signal.getsignal(number) is not signal.SIG_IGN
