"""Rows of the picture that Textual has drawn over, until they are shown again."""

from __future__ import annotations

import time

DRAWING = 0.04
"""Seconds without another drawing after which rows are shown again: Textual draws a screen twice or more."""


class Damage:
    """Gathers rows. Calls come from two threads: whoever owns it locks."""

    def __init__(self) -> None:
        self.rows = range(0)
        self._last = 0.0

    def add(self, rows: range) -> None:
        """Take more rows, and all between."""
        if rows:
            both = (*self.rows, *rows)
            self.rows, self._last = range(min(both), max(both) + 1), time.monotonic()

    def drop(self) -> None:
        """Forget them."""
        self.rows = range(0)

    def is_due(self) -> bool:
        """Whether there are rows, and Textual has drawn no more for a moment."""
        return bool(self.rows) and time.monotonic() - self._last >= DRAWING

    def take(self) -> range:
        """Return the rows if they are due, else none."""
        rows = self.rows if self.is_due() else range(0)
        if rows:
            self.drop()
        return rows
