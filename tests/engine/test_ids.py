"""The set of taken ids holds what it was made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ids import Ids


@pytest.mark.parametrize("count", [1, 2, 1022, 1023, 1024, 1025, 2047, 2048, 5000])
def test_consecutive_ids(count: int) -> None:
    taken = Ids.of(list(range(count, 0, -1)))
    assert all(number in taken for number in range(1, count + 1))
    assert not any(number in taken for number in (0, *range(count + 1, count + 3000)))


@given(st.sets(st.integers(1, 5000) | st.integers(1, 2**53 - 1)), st.integers(1, 5000))
def test_any_ids(numbers: set[int], other: int) -> None:
    taken = Ids.of(list(numbers))
    assert all(number in taken for number in numbers)
    assert (other in taken) == (other in numbers)
    more = taken.with_id(other)
    assert other in more and other not in more.without_id(other)
    assert (other in taken) == (other in numbers), "the first set is as it was"
