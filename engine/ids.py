"""Which shape and track ids are taken, as a persistent set of bits; and the number that nobody has yet.

Apart from the document because it is derived: it is never saved and never makes two documents differ. With it, an
edit can refuse an id that is in use on another frame without looking at the other frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Self

from immutables import Map

STRANGE = 2**52
"""Groups from here on come from other programs, which number them at will: counting on would leave no number."""
_BITS = 1024
"""Ids per entry of the map: a million consecutive ids are a thousand entries."""


def following(next_id: int, number: int, group: int) -> int:
    """Return the next fresh number after an item of that number and group; shapes, tracks and groups share them."""
    return max(next_id, number + 1, group + 1 if group < STRANGE else 0)


class Ids:
    """A set of ids that shares structure with the sets it was made from."""

    __slots__ = ("_chunks",)

    def __init__(self, chunks: Map[int, int] | None = None) -> None:
        self._chunks: Map[int, int] = Map() if chunks is None else chunks

    @classmethod
    def of(cls, ids: list[int]) -> Self:
        """Return the set of these ids, no two of them equal."""
        count = len(ids)
        if count and min(ids) == 1 and max(ids) == count:
            # the usual file, from which nothing was ever removed: every bit but that of 0, up to the last id
            high, low = divmod(count, _BITS)
            full = (1 << _BITS) - 1
            dense = dict.fromkeys(range(high), full) | {high: (1 << (low + 1)) - 1}
            return cls(Map(dense | {0: dense[0] ^ 1}))
        chunks: dict[int, int] = {}
        for number in ids:
            high, low = divmod(number, _BITS)
            chunks[high] = chunks.get(high, 0) | (1 << low)
        return cls(Map(chunks))

    def __contains__(self, number: int) -> bool:
        high, low = divmod(number, _BITS)
        return bool(self._chunks.get(high, 0) >> low & 1)

    def with_id(self, number: int) -> Ids:
        """Return the set with one id more."""
        high, low = divmod(number, _BITS)
        return Ids(self._chunks.set(high, self._chunks.get(high, 0) | (1 << low)))

    def changed(self, added: Iterable[int], removed: Iterable[int] = ()) -> Ids:
        """Return the set with some ids more and some, which must be in it, less; none may be both."""
        chunks: dict[int, int] = {}
        for number in chain(added, removed):
            high, low = divmod(number, _BITS)
            chunks[high] = chunks.get(high, 0) ^ (1 << low)
        after = self._chunks.mutate()
        for high, bits in chunks.items():
            if rest := after.get(high, 0) ^ bits:
                after[high] = rest
            else:
                after.pop(high, None)
        return Ids(after.finish())

    def without_id(self, number: int) -> Ids:
        """Return the set with one id less; the id must be in it."""
        high, low = divmod(number, _BITS)
        rest = self._chunks[high] & ~(1 << low)
        return Ids(self._chunks.set(high, rest) if rest else self._chunks.delete(high))

    def __eq__(self, other: object) -> bool:
        """Always equal: documents are compared by what they hold, not by whether they were indexed."""
        return other is None or isinstance(other, Ids)

    __hash__ = None  # type: ignore[assignment]
