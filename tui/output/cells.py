"""Strangers' text in so many columns: Chinese, Japanese and Korean characters take two of them.

Apart because panels and the status line show the same names in little room.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from engine.text import plain


def cut(text: str, width: int) -> str:
    """Return text made safe to show in at most so many columns; what is cut ends in an ellipsis."""
    shown = plain(text)
    if cell_len(shown) <= width:
        return shown
    return set_cell_size(shown, width - 1).rstrip() + "…" if width > 0 else ""


def filled(text: str, width: int) -> str:
    """Return the same in exactly so many columns."""
    return set_cell_size(cut(text, width), max(width, 0))
