"""What two journals say together: each commit once, none that the YAML holds, nothing of another story."""

from __future__ import annotations

import pytest

from engine.edits import DropShape
from engine.journal import Content, Head, Record
from engine.second import join


def commits(*numbers: int, frame: int = 0) -> list[Record]:
    return [Record(number, "drop", (DropShape(frame, number),)) for number in numbers]


def journal(base: str, *records: Record, lost: int = 0) -> Content:
    return Content(Head(base=base), list(records), 500, lost, torn=False)


SAVED = Record(3, saving="new")
OTHER = commits(2, 3, frame=9)
CASES = {
    "no second": (journal("new", *commits(4)), None, [4], 0, False),
    "no first": (None, journal("new", *commits(4, 5)), [4, 5], 2, False),
    "neither": (None, None, None, 0, False),
    "the second goes on": (
        journal("new", *commits(1, 2)), journal("new", *commits(1, 2, 3, 4)), [1, 2, 3, 4], 2, False),
    "the first goes on": (journal("new", *commits(1, 2, 3)), journal("new", *commits(1, 2)), [1, 2, 3], 0, False),
    "the first has no line of the YAML": (
        journal("old", *commits(1, 2, 3)), journal("old", *commits(1, 2, 3), SAVED, *commits(4)), [4], 1, False),
    "the second has no line of the YAML": (
        journal("new", *commits(4)), journal("old", *commits(1, 2, 3)), [4], 0, True),
    "the second is of before the YAML and says so": (
        journal("new", *commits(4)), journal("old", *commits(1, 2, 3), SAVED), [4], 0, False),
    "one number, two commits": (journal("new", *commits(1, 2)), journal("new", *commits(1), *OTHER), [1, 2], 0, True),
    "the second fills a hole": (
        journal("new", *commits(1, 4)), journal("new", *commits(1, 2, 3)), [1, 2, 3, 4], 2, False),
    "neither is about the YAML": (journal("a", *commits(1)), journal("b", *commits(1)), None, 0, False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_two_journals_are_read_as_one(case: str) -> None:
    first, second, expected, added, apart = CASES[case]
    joined = join(first, second, "new")
    records = None if joined.content is None else joined.content.after("new")
    assert (None if records is None else [record.number for record in records]) == expected
    assert (joined.added, joined.is_apart) == (added, apart)
    if first is not None and joined.content is not None and expected is not None:
        assert joined.content.good in (first.good, 0), "what is written on is the first, or nothing"
