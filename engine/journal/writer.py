"""The thread that writes the journal: whoever commits goes on at once and is told when the line is on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from engine.journal.safekeeping import EVERY, Outcome


class Keep(Protocol):
    """Writes what is not written yet, see `engine.journal.safekeeping.Safekeeping.keep`."""

    def __call__(self, *, lazily: bool = False) -> Outcome | None:
        """Write; return None where the disk is still to be waited for."""


class Writer:
    """Writes when it is woken; what was added meanwhile is written in one piece. `told` is called in its thread."""

    def __init__(self, keep: Keep, told: Callable[[Outcome], object]) -> None:
        self._keep, self._told = keep, told
        self._woken = threading.Event()
        self._closing = self._at_once = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def wake(self, *, lazily: bool = False) -> None:
        """Have what was added written; the disk is waited for at once, or lazily within a moment."""
        self._at_once = self._at_once or not lazily
        self._woken.set()

    def close(self) -> None:
        """Write what is left and wait for the end."""
        self._closing = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        closing = is_due = False
        while not closing:
            in_time = self._woken.wait(EVERY if is_due else None)
            closing = self._closing
            self._woken.clear()
            at_once, self._at_once = self._at_once, False  # whoever sets it meanwhile has added before, and wakes again
            outcome = self._keep(lazily=in_time and not (at_once or closing))
            is_due = outcome is None
            if outcome is not None:
                self._told(outcome)
