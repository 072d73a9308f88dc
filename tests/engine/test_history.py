"""History: undo and redo by groups."""

from __future__ import annotations

import pytest

from engine.edits import DropTrack, Edit
from engine.history import History


def swap(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Stand for applying: the inverse of dropping track n is dropping track -n."""
    return tuple(DropTrack(-edit.id) for edit in edits if isinstance(edit, DropTrack))


def test_undo_and_redo_exchange_groups() -> None:
    history, done = History(), []

    def perform(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        done.append(edits)
        return swap(edits)

    history.push("one", (DropTrack(1),))
    history.push("two", (DropTrack(2), DropTrack(3)))
    assert (history.undo_title, history.redo_title, len(history)) == ("two", None, 2)
    assert history.undo(perform) == "two" and done[-1] == (DropTrack(2), DropTrack(3))
    assert history.redo(perform) == "two" and done[-1] == (DropTrack(-2), DropTrack(-3))
    assert [history.undo(perform), history.undo(perform), history.undo(perform)] == ["two", "one", None]
    assert history.redo_title == "one"
    history.push("three", (DropTrack(4),))
    assert history.redo(perform) is None


def test_a_group_that_fails_stays() -> None:
    history = History()
    history.push("one", (DropTrack(1),))

    def fail(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        raise ValueError

    with pytest.raises(ValueError):
        history.undo(fail)
    assert (history.undo_title, history.redo_title) == ("one", None)


def test_old_groups_are_forgotten() -> None:
    history = History(limit=3)
    for number in range(5):
        history.push(str(number), (DropTrack(number),))
    assert [history.undo(swap) for _ in range(4)] == ["4", "3", "2", None]
