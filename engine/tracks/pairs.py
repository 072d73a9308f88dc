"""Results kept for pairs of objects that never change, as `engine.memo.ByIdentity` keeps them for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from engine.memo import reference

One = TypeVar("One")
Other = TypeVar("Other")
Result = TypeVar("Result")


class ByPair(Generic[One, Other, Result]):
    """What was computed of two objects, found by the objects themselves; when full it begins anew."""

    def __init__(self, function: Callable[[One, Other], Result], most: int) -> None:
        self._function, self._most = function, most
        self._known: dict[tuple[int, int], tuple[Callable[[], One | None], Callable[[], Other | None], Result]] = {}

    def __call__(self, one: One, other: Other) -> Result:
        """Return the result for two objects, computed at their first coming."""
        key = id(one), id(other)
        found = self._known.get(key)
        if found is None or found[0]() is not one or found[1]() is not other:  # ids are given again
            if len(self._known) >= self._most:
                self._known.clear()
            gone = partial(self._known.pop, key)
            found = self._known[key] = (reference(one, gone), reference(other, gone), self._function(one, other))
        return found[2]

    def __len__(self) -> int:
        """Return how many results are kept."""
        return len(self._known)
