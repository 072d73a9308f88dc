"""Reading a second journal together with the first: which commits of the two belong to the YAML that is there.

Apart from `engine.safekeeping`, which writes them, because reading is pure: contents in, content out.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.journal import Content, Record


class Joined(NamedTuple):
    """What two journals say together."""

    content: Content | None
    """The first, with what only the second has."""
    added: int = 0
    """How many commits only the second has."""
    is_apart: bool = False
    """The second tells another story than the first, or is about another YAML: neither joined nor to be lost."""


def join(first: Content | None, second: Content | None, digest: str) -> Joined:
    """Return what the journals beside a YAML of this digest and in the state folder say together."""
    if second is None:
        return Joined(first)
    theirs, ours = second.after(digest), None if first is None else first.after(digest)
    if theirs is None:
        known = {} if first is None else _commits(first)
        return Joined(first, is_apart=any(known.get(n) != record for n, record in _commits(second).items()))
    if first is None or (ours is None and newest(first) <= newest(second)):
        return Joined(second._replace(good=0), len(theirs))
    mine, further = _commits(first), _commits(second)
    if ours is None or any(further[number] != mine[number] for number in mine.keys() & further.keys()):
        return Joined(first, is_apart=True)
    added = [record for record in theirs if record.number not in mine]
    if not added:
        return Joined(first)
    both = [*first.records, *(record for record in second.records if record.saving), *added]
    return Joined(first._replace(records=sorted(both, key=lambda record: record.number)), len(added))


def _commits(content: Content) -> dict[int, Record]:
    return {record.number: record for record in content.records if not record.saving}


def newest(content: Content) -> int:
    """Return the highest number in a journal, 0 if it is empty."""
    return max((record.number for record in content.records), default=0)
