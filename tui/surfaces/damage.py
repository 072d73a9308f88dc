"""Rows of the picture that Textual has drawn over, until they are shown again; and cells that messages lie over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.viewport import Rect
    from tui.surfaces.base import Surface

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


class Cover:
    """Cells that messages lie over: `cells` as the event loop has them, told to the surface by its own thread."""

    def __init__(self) -> None:
        self.cells: tuple[Rect, ...] = ()
        self.texts = 0
        """Times that text has come, or come elsewhere, to where pictures are painted."""
        self._told: tuple[Rect, ...] | None = None

    def lie(self, cells: tuple[Rect, ...]) -> None:
        """Take the cells that messages lie over from now on."""
        before, self.cells = self.cells, cells
        self.texts += not set(cells).issubset(before)

    def tell(self, surface: Surface, cells: tuple[Rect, ...]) -> None:
        """Have a surface that paints on cells leave some of them alone, unless it knows."""
        if cells != self._told and surface.paints_cells:
            self._told = cells
            surface.cover(list(cells))

    def forget(self) -> None:
        """Tell it again: the surface has other cells."""
        self._told = None
