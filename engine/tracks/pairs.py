"""Results kept for pairs of objects that never change, as `engine.memo.ByIdentity` keeps them for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

One = TypeVar("One")
Other = TypeVar("Other")
Result = TypeVar("Result")


class ByPair(Generic[One, Other, Result]):
    """What was computed of two objects, found by the objects themselves; when full it begins anew."""

    def __init__(self, function: Callable[[One, Other], Result], most: int) -> None:
        self._function, self._most = function, most
        self._known: dict[tuple[int, int], tuple[One, Other, Result]] = {}

    def __call__(self, one: One, other: Other) -> Result:
        """Return the result for two objects, computed at their first coming."""
        key = id(one), id(other)
        found = self._known.get(key)
        if found is None or found[0] is not one or found[1] is not other:  # held with the result: the ids are theirs
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[key] = (one, other, self._function(one, other))
        return found[2]
