"""Results that are kept as long as what they were computed from is the very same object.

Shapes, tuples of them and documents are never changed in place, but many cannot be hashed (they hold dictionaries), and
comparing thousands of them by value costs as much as computing anew. Apart because everything above may need it.
"""

from __future__ import annotations

import functools
import weakref
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
    """What was computed of many objects, found by the objects themselves; when full it begins anew.

    A result goes with its object, where that allows weak references; the result must not hold it.
    """

    def __init__(self, function: Callable[[Thing], Result], most: int) -> None:
        self._function, self._most = function, most
        self._known: dict[int, tuple[Callable[[], Thing | None], Result]] = {}

    def __call__(self, thing: Thing) -> Result:
        """Return the result for an object, computed at its first coming."""
        key = id(thing)
        found = self._known.get(key)
        if found is None or found[0]() is not thing:  # an id is another object's when the first one is gone
            if len(self._known) >= self._most:
                self._known.clear()
            held = reference(thing, functools.partial(self._known.pop, key))
            found = self._known[key] = (held, self._function(thing))
        return found[1]

    def __len__(self) -> int:
        """Return how many results are kept."""
        return len(self._known)


def reference(thing: Thing, gone: Callable[[Any], object]) -> Callable[[], Thing | None]:
    """Return what gives an object again as long as it lives, and calls `gone` after; it lives on if it must be held."""
    try:
        return weakref.ref(thing, gone)
    except TypeError:  # tuples, and structures without `weakref=True`
        return lambda: thing


def _is(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) is int and one == other)  # equal numbers may be two objects
