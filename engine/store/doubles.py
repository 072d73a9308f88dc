"""Finds keys that stand twice in a line of JSON, which msgspec reads without a word (the last one wins).

Apart from the reader because it is an argument more than code. In a text without backslashes every quotation mark
opens or closes a key or a text. What was decoded tells how many marks there must be at least: those of the keys and
texts whose values are not the defaults. If there are no more than that, no key stands twice. Counting is three times
as fast as looking at each line; lines that are written in another way than ours are looked at one by one.
"""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()
_NUMBERS = {
    "id",
    "frame",
    "track",
    "points",
    "rotation",
    "occluded",
    "z",
    "group",
    "score",
    "verified",
    "outside",
    "width",
    "height",
    "bytes",
}
_TEXTS = {"label", "type", "source", "model", "by", "name", "digest"}


def surely_none(text: bytes, values: list[Any]) -> bool:
    """Say whether no key stands twice in lines that were decoded to these values; False means: look closer."""
    if not values or b"\\" in text:
        return not values
    least = sum(_pairs(field, values) for field in msgspec.structs.fields(values[0]))
    return text.count(b'"') == 2 * least


def _pairs(field: Any, values: list[Any]) -> int:
    """Return how many pairs of quotation marks a field's keys and values need at least."""
    column = list(map(attrgetter(field.name), values))
    if field.required:
        default, count = None, len(column)
    else:
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        count = len(column) - column.count(default)
    if not count or field.name in _NUMBERS:
        return count
    if field.name in _TEXTS:
        return 2 * count
    return count + sum(_ENCODER.encode(value).count(b'"') for value in column if value != default) // 2


def has_double(line: bytes) -> bool:
    """Say whether a key stands twice in one line, or it is not JSON at all."""
    doubles: list[bool] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        doubles.append(len({key for key, _ in pairs}) != len(pairs))

    try:
        json.loads(line, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return True
    return any(doubles)
