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


def _to_2(values: Values) -> Values:
    """Pictures of a folder have lines (none is the same as before), label maps are tables, a review is a record."""
    values = dict(values)
    if isinstance(maps := values.pop("label_maps", None), dict):
        values["label_tables"] = {
            detector: [{"theirs": theirs, "ours": ours} for theirs, ours in mapping.items()]
            for detector, mapping in maps.items()
            if isinstance(mapping, dict)
        }
    for track in values.get("tracks") or ():
        if isinstance(track, dict) and isinstance(track.get("review"), list):
            track["review"] = [_review(line) for line in track["review"]]
    return values


def _review(line: Any) -> Any:
    """Return a line (first, last, "flagged: why") as a record; what is none stays, to be refused by its name."""
    if not isinstance(line, list) or len(line) != 3 or not isinstance(line[2], str):
        return line
    state, _, comment = line[2].partition(": ")
    return {"first": line[0], "last": line[1], "state": state} | ({"comment": comment} if comment else {})


MIGRATIONS: Mapping[int, Callable[[Values], Values]] = {1: _to_2}


def is_read_as_it_is(version: int, data: bytes) -> bool:
    """Say whether the quick reader can take a file: one of version 1 that has nothing that is written otherwise now."""
    return version == VERSION or (version == 1 and not any(mark in data for mark in (b"label_maps", b"review")))


def version_of(value: Any, name: str, *, line: int = 1, column: int = 1, newest: int = VERSION) -> int:
    """Return the version that a file names; raise FormatError for none, or one that is too new."""
    where = {"line": line, "column": column}
    if type(value) is not int or value < 1:
        raise FormatError(f"{plain(name)} is not an annotation file", "it should begin with `termwand: 1`", **where)
    if value > newest:
        raise FormatError(
            f"{plain(name)} was written by a newer termwand",
            f"its format is version {value}, this program reads up to {newest}; update termwand",
            **where,
        )
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
