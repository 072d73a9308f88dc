"""History: undo and redo by groups."""

from __future__ import annotations

import pytest

from engine.document import Keyframe, Rle, Shape, Track
from engine.edits import DropTrack, Edit, PutKeyframe, PutKeyframes, PutShape, PutTrack
from engine.history import Group, History, weight


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


def shape(points: int) -> PutShape:
    return PutShape(Shape(1, 0, "car", "polygon", points=tuple((float(i), 0.5) for i in range(points))))


@pytest.mark.parametrize(
    "heavy", [
        shape(1000), PutTrack(Track(1, "car", "polygon", keyframes=(Keyframe(0, shape(1000).shape.points),))),
        PutKeyframe(1, Keyframe(0, shape(1000).shape.points)),
        PutShape(Shape(1, 0, "car", "mask", mask=Rle((9000, 9000), "0" * 112_000))),
    ],
)  # fmt: skip
def test_groups_are_bounded_in_bytes(heavy: Edit) -> None:
    history = History(most_bytes=5 * weight((heavy,)))
    assert 110_000 < weight((heavy,)) < 115_000
    for number in range(20):
        history.push(str(number), (heavy,))
    assert len(history) == 5
    for _ in range(50):  # what is taken back and done again counts once
        assert history.undo(lambda edits: edits) == history.redo(lambda edits: edits) == "19"
    assert len(history) == 5
    history.push("light", (DropTrack(1),))
    assert len(history) == 5


def test_the_newest_step_can_be_taken_back_however_heavy_it_is() -> None:
    history = History(most_bytes=1000)
    history.push("light", (DropTrack(1),))
    history.push("heavy", (shape(1000),))
    assert [history.undo(lambda edits: edits) for _ in range(2)] == ["heavy", None]


def found(track: int, *frames: int) -> Group:
    """Return what takes back a part of a run: keyframes that were put on some frames."""
    return Group("Run", (PutKeyframes(track, drop=frames),), 100, run="1")


def test_parts_of_a_run_are_one_group_that_is_joined_only_when_it_is_taken_back() -> None:
    history = History()
    for frame in range(1000):
        history.add(found(7, frame))
    group = next(history.done())
    assert len(history) == 1 and group.weight == 100_000 and len(group.later) == 999
    assert group.edits == (PutKeyframes(7, drop=tuple(range(999, -1, -1))),)
    assert history.holds("1") and not history.holds("2")


def test_what_a_person_does_with_others_meanwhile_stays_above_the_run() -> None:
    history = History()
    history.add(found(7, 1))
    history.push("draw", (DropTrack(8),))
    history.add(found(7, 2))
    assert [(one.title, len(one.later)) for one in history.done()] == [("draw", 0), ("Run", 1)]
    history.undo(swap)
    history.add(found(7, 3))
    assert history.redo_title == "draw"  # it can still be done again
    history.redo(lambda edits: edits)
    history.push("same track", (DropTrack(7),))
    history.add(found(7, 4))
    assert [one.title for one in history.done()] == ["Run", "same track", "draw", "Run"]


@pytest.mark.parametrize(
    "edit", [PutKeyframe(7, Keyframe(2)), PutKeyframes(7, (Keyframe(2),)), PutKeyframes(7, drop=(2,))]
)
def test_what_touches_one_keyframe_twice_is_not_joined(edit: Edit) -> None:
    group = found(7, 2)
    group.add(Group("Run", (edit,), 1, run="1"))
    assert group.edits == (edit, PutKeyframes(7, drop=(2,)))
