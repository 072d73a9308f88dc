"""Pieces of the line of state, and which of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text


@dataclass(frozen=True)
class Part:
    """A piece of the line; of those that are not vital (0), the highest are left out first where it is too long."""

    text: Text
    rank: int = 0
    brief: Text | None = None
    follows_cursor: bool = False


def fitted(parts: Sequence[Part], width: int) -> Text:
    """Return the pieces that fit, brief ones first of all: what is in hand and under way is seen also in 80 columns."""

    def length(kept: Sequence[Part]) -> int:
        return sum(part.text.cell_len for part in kept)

    kept = list(parts)
    if length(kept) > width:
        kept = [replace(part, text=part.brief) if part.brief is not None else part for part in kept]
    for rank in sorted({part.rank for part in kept if part.rank}, reverse=True):
        if length(kept) > width:
            kept = [part for part in kept if part.rank != rank]
    line = Text.assemble(*(part.text for part in kept))
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
