"""Results that are kept as long as what they were computed from is the very same object.

Shapes, tuples of them and documents are never changed in place, but many cannot be hashed (they hold dictionaries), and
comparing thousands of them by value costs as much as computing anew. Apart because everything above may need it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
Thing = TypeVar("Thing")


def kept(function: Callable[..., Result]) -> Callable[..., Result]:
    """Return a function that gives its last result again while all its arguments are the same objects, or numbers."""
    last: list[tuple[tuple[Any, ...], Result]] = []

    @functools.wraps(function)
    def call(*arguments: Any) -> Result:
        for known, result in last:  # one entry at most; another thread may put its own there meanwhile
            if len(known) == len(arguments) and all(map(_is, known, arguments)):
                return result
        result = function(*arguments)
        last[:] = [(arguments, result)]
        return result

    return call


class ByIdentity(Generic[Thing, Result]):
    """What was computed of many objects, found by the objects themselves; when full it begins anew."""

    def __init__(self, function: Callable[[Thing], Result], most: int) -> None:
        self._function, self._most = function, most
        self._known: dict[int, tuple[Thing, Result]] = {}

    def __call__(self, thing: Thing) -> Result:
        """Return the result for an object, computed at its first coming."""
        found = self._known.get(id(thing))
        if found is None or found[0] is not thing:  # the object is kept with the result, so its id is nobody else's
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[id(thing)] = (thing, self._function(thing))
        return found[1]


def _is(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) is int and one == other)  # equal numbers may be two objects
