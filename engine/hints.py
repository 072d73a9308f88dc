"""The letters of object hints: one for each proposal, two only where one is not enough."""

from __future__ import annotations

from math import ceil

from engine.jump import LETTERS


def names(count: int, letters: str = LETTERS) -> list[str]:
    """Return so many names, the shortest first, none of which begins as another one is called.

    As few letters as needed are kept for names of two; there are at most the square of the letters.
    """
    many = len(letters)
    count = min(count, many * many)
    firsts = ceil(max(count - many, 0) / (many - 1))
    alone, before = letters[: many - firsts], letters[many - firsts :]
    return [*alone, *(first + second for first in before for second in letters)][:count]
