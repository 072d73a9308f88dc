"""When the session is shown: at the next turn of the loop, or a moment later while a change is just being written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App

GRACE = 0.05
"""Seconds that a good disk never needs for a line of the journal; after them a slow one is seen to be slow."""


class Refresh:
    """Calls `prepare` and `show` once for many changes; `age` says how long a change has waited for the disk."""

    def __init__(
        self, app: App[Any], prepare: Callable[[], Awaitable[None]], show: Callable[[], None], age: Callable[[], float]
    ) -> None:
        self._app, self._prepare, self._show, self._age = app, prepare, show, age
        self._due = self._waits = False

    def soon(self) -> None:
        """Show at the next turn of the loop."""
        if not self._due:
            self._due = True
            self._app.call_later(self._turn)

    async def _turn(self) -> None:
        self._due = False
        if not self._app.is_running:
            return
        await self._prepare()
        if 0 < self._age() < GRACE:  # what was in hand need not vanish before what became of it can be seen
            self._wait()
        else:
            self._show()

    def _wait(self) -> None:
        if not self._waits:
            self._waits = True
            self._app.set_timer(GRACE, self._again)

    def _again(self) -> None:
        self._waits = False
        self.soon()
