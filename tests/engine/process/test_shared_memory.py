"""Pictures in memory without a name: how many are held, and that letting go frees their descriptors."""

from __future__ import annotations

import os
from collections.abc import Container, Hashable

import numpy as np
import pytest

from engine.process.shared_memory import CEILING, MOST, Shelf

SIZE = 4 * 4 * 3


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


class All:
    """Every picture is needed."""

    def __contains__(self, key: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("limit", "needed", "held"), [
        (1 << 20, (), MOST), (3 * SIZE, (), 3), (1 << 20, All(), CEILING), (SIZE, All(), CEILING),
        (SIZE, (0, 1), 3),
    ],
)  # fmt: skip
def test_pictures_held_are_bounded_however_many_a_folder_has(
    limit: int, needed: Container[Hashable], held: int
) -> None:
    shelf, before = Shelf(limit), descriptors()
    for number in range(200):
        shelf.add(number, np.full((4, 4, 3), number, np.uint8), needed)
    assert len(shelf.all()) == descriptors() - before == held
    assert shelf.get(199) is not None
    shelf.clear()
    assert descriptors() == before


def test_what_is_used_again_goes_last() -> None:
    shelf = Shelf(1 << 20)
    for number in range(MOST + 5):
        shelf.add(number, np.zeros((4, 4, 3), np.uint8))
        assert shelf.get(0) is not None
    assert [item.number for item in shelf.all()][-2:] == [MOST + 5, 1] and shelf.get(1) is None
    shelf.clear()
