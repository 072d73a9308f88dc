"""When the crosshair is moved: at once, but at most sixty times a second, and always to where it is wanted last.

Apart from `scheduler.py`, because it lives on the event loop while the rest of that works in a thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

INTERVAL = 1 / 60
Point = tuple[float, float]


class Crosshair:
    """Where the crosshair should be; `quick` ones are written on the loop, others left to the worker thread."""

    def __init__(self, write: Callable[[Point | None], bool], worker: threading.Condition, *, quick: bool) -> None:
        self.point: Point | None = None
        self._write, self._worker, self._quick = write, worker, quick
        self._due = False
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether the worker thread has to draw it."""
        return self._due and not self._quick

    def move(self, point: Point | None) -> None:
        """Move it on the event loop: now, or when a sixtieth of a second has passed since the last time."""
        if point == self.point:
            return
        self.point = point
        if self._timer is None:
            wait = self._last + INTERVAL - time.monotonic()
            self._later(wait) if wait > 0 else self._now()

    def take(self) -> Point | None:
        """Return the point for the worker thread, which is about to draw it."""
        self._due = False
        return self.point

    def again(self) -> None:
        """Have it drawn again by the worker thread, as what was shown is forgotten."""
        self._due = True

    def stop(self) -> None:
        """Move it no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _later(self, wait: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait, self._now)

    def _now(self) -> None:
        self._timer, self._last = None, time.monotonic()
        if not self._quick:
            with self._worker:
                self._due = True
                self._worker.notify()
        elif not self._write(self.point):
            self._later(3 * INTERVAL)
