"""The thread that writes the journal: whoever commits goes on at once and is told when the line is on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from engine.journal.safekeeping import EVERY, Outcome


class Keeps(Protocol):
    """Writes a journal: `engine.journal.safekeeping.Safekeeping` does."""

    @property
    def is_behind(self) -> bool:
        """Whether the disk is still to be waited for."""

    def keep(self, *, lazily: bool = False) -> Outcome | None:
        """Write what is not written yet; return None where there is nothing to tell."""


class Writer:
    """Writes when it is woken; what was added meanwhile is written in one piece. `told` is called in its thread."""

    def __init__(self, keeps: Keeps, told: Callable[[Outcome], object]) -> None:
        self._keeps, self._told = keeps, told
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
        closing = False
        while not closing:
            in_time = self._woken.wait(EVERY if self._keeps.is_behind else None)
            closing = self._closing
            self._woken.clear()
            at_once, self._at_once = self._at_once, False  # whoever sets it meanwhile has added before, and wakes again
            outcome = self._keeps.keep(lazily=in_time and not (at_once or closing))
            if outcome is not None:
                self._told(outcome)
