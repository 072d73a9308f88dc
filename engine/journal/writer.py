"""The thread that writes the journal: whoever commits goes on at once and is told when the line is on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.journal.safekeeping import Outcome


class Writer:
    """Flushes when it is woken; what was added meanwhile is written in one piece. `told` is called in its thread."""

    def __init__(self, flush: Callable[[], Outcome], told: Callable[[Outcome], object]) -> None:
        self._flush, self._told = flush, told
        self._woken = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have what was added written."""
        self._woken.set()

    def close(self) -> None:
        """Write what is left and wait for the end."""
        self._closing = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._woken.wait()
            closing = self._closing
            self._woken.clear()
            self._told(self._flush())
