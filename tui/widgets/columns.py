"""How many columns the titles of rows take that stand for frames: those behind them lie one below the other.

Apart because several widgets are such rows.
"""

from __future__ import annotations

TITLE = " Frames "
WITH_TRACKS, ROOMY = 16, 24
"""Columns of the rows' titles where there are tracks: of a name more can be read where the terminal has room."""
WIDE = 120
"""Columns from which it has."""


def left_of(width: int, *, tracks: bool) -> int:
    """Return the columns of the titles on a screen of so many."""
    return len(TITLE) if not tracks else ROOMY if width >= WIDE else WITH_TRACKS
