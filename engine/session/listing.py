"""A review's list as panels show it: what is listed, where in it the entry is that is looked at, how far it is.

Kept by identity, because panels ask at every move of the cursor and there may be thousands of entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.memo import kept
from engine.session.reviewing import all_of, passing

if TYPE_CHECKING:
    from engine.review.queue import Entry
    from engine.session.reviewing import Filters, Reviewing


def listed(review: Reviewing) -> tuple[Entry, ...]:
    """Return `review.listed`, the same tuple as long as it is the same."""
    return _passing(review.entries, review.said, review.filters)


def place(review: Reviewing) -> int | None:
    """Return the place among those listed of the entry that is looked at; None if it is not one of them."""
    return None if review.at is None else _place(listed(review), review.at)


def is_gone(review: Reviewing) -> bool:
    """Say whether the entry that is looked at is suspected no longer, though nobody has said anything of it."""
    at = review.at
    return at is not None and at.state == "unseen" and not review.working and not _holds(review.entries, at)


def total(review: Reviewing) -> int:
    """Return how many entries there are with those that were judged; flagged ones are among both, and count once."""
    return review.judged + _unseen(review.entries)


def everything(review: Reviewing) -> int:
    """Return how many entries there are to choose from: where a state is asked for, those too that left the queue."""
    return len([*all_of(review.entries, review.said, review.filters)])


@kept
def _passing(entries: tuple[Entry, ...], said: tuple[Entry, ...], filters: Filters) -> tuple[Entry, ...]:
    return passing(entries, said, filters)


@kept
def _place(entries: tuple[Entry, ...], at: Entry) -> int | None:
    return _found(entries, at)


@kept
def _holds(entries: tuple[Entry, ...], at: Entry) -> bool:
    return _found(entries, at) is not None


def _found(entries: tuple[Entry, ...], at: Entry) -> int | None:
    wanted = at.ids[0], at.first, at.last
    found = (number for number, one in enumerate(entries) if (one.ids[0], one.first, one.last) == wanted)
    return next(found, None)


@kept
def _unseen(entries: tuple[Entry, ...]) -> int:
    return sum(entry.state == "unseen" for entry in entries)
