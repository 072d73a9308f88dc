"""What to do with files of older versions of the format.

`MIGRATIONS[n]` takes the plain values of a file of version n (texts, numbers, lists, dictionaries) and returns those of
version n + 1. Apart so that an old version's rules are kept in one place and never touch the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import FormatError
from engine.store.lines import VERSION
from engine.text import plain

Values = dict[str, Any]
MIGRATIONS: Mapping[int, Callable[[Values], Values]] = {1: lambda values: values}
"""From 1 to 2: the pictures of a folder are named; where no line names them, they are known by number as before."""
READ_AS_THEY_ARE = frozenset({1, VERSION})
"""Versions whose lines the quick reader can take: what the older ones lack has a default."""


def version_of(value: Any, name: str, *, line: int = 1, column: int = 1, newest: int = VERSION) -> int:
    """Return the version that a file names; raise FormatError for none, or one that is too new."""
    where = {"line": line, "column": column}
    if type(value) is not int or value < 1:
        raise FormatError(f"{plain(name)} is not an annotation file", "it should begin with `termwand: 1`", **where)
    if value > newest:
        raise FormatError(f"{plain(name)} was written by a newer termwand",
                          f"its format is version {value}, this program reads up to {newest}; update termwand", **where)
    return value


def migrate(
    values: Values,
    version: int,
    *,
    newest: int = VERSION,
    steps: Mapping[int, Callable[[Values], Values]] = MIGRATIONS,
) -> Values:
    """Return a file's values in the newest version."""
    for number in range(version, newest):
        values = {**steps[number](values), "termwand": number + 1}
    return values
