"""The letters of object hints."""

from __future__ import annotations

import pytest

from engine.hints import names
from engine.jump import LETTERS


@pytest.mark.parametrize("count", [0, 1, 10, 25, 26, 49, 50, 120, 624, 625])
def test_no_name_begins_another_and_as_few_as_possible_have_two_letters(count: int) -> None:
    found = names(count)
    assert len(found) == len(set(found)) == count
    alone = {name for name in found if len(name) == 1}
    assert not [name for name in found if len(name) == 2 and name[0] in alone]
    firsts = {name[0] for name in found if len(name) == 2}
    assert len(alone) + max(len(firsts) - 1, 0) * len(LETTERS) < count or not firsts
    assert [len(name) for name in found] == sorted(len(name) for name in found)


def test_there_are_no_more_than_pairs_of_letters() -> None:
    assert len(names(10_000)) == len(LETTERS) ** 2
