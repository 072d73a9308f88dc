"""Commits that a job has applied: taken over as they are, or applied anew; those of a run undone in one step."""

from __future__ import annotations

import pytest

from engine.document import Document, Keyframe, Label, MediaInfo, Picture, Shape, Track
from engine.edits import Edit, PutKeyframe, PutShape, PutShapes, PutTrack, apply_all
from engine.errors import EditError
from engine.ready import ready
from tests.engine.actions.conftest import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def shapes(document: Document) -> tuple[Edit, ...]:
    """Return an edit that puts three shapes with fresh ids."""
    first = document.next_id
    return (PutShapes(tuple(Shape(first + i, i, "car", "points", ((1.0, 2.0),)) for i in range(3))),)


def ids(bench: Bench) -> list[int]:
    return [shape.id for shape in bench.session.document.all_shapes()]


def none(frame: int, *, look: bool = False) -> None:
    return None


def test_it_is_taken_over_as_it_is(bench: Bench) -> None:
    made = ready("Find", bench.session.document, shapes, none)
    bench.session.take_over(made)
    assert bench.session.document is made.document and ids(bench) == [1, 2, 3] and bench.session.revision == 1
    bench.do("history.undo")
    assert ids(bench) == []
    bench.do("history.redo")
    assert ids(bench) == [1, 2, 3]


def test_it_is_made_anew_where_somebody_has_drawn_meanwhile(bench: Bench) -> None:
    made = ready("Find", bench.session.document, shapes, none)
    bench.session.commit("Draw", PutShape(Shape(1, 0, "car", "points", ((5.0, 5.0),))))
    bench.session.take_over(made)
    assert ids(bench) == [1, 2, 3, 4]


def test_what_does_not_fit_any_more_changes_nothing(bench: Bench) -> None:
    made = ready(
        "Drop", bench.session.document, lambda document: (PutShape(Shape(7, 0, "car", "points", ((1.0, 2.0),))),), none
    )
    bench.session.commit("Draw", PutShape(Shape(7, 3, "car", "points", ((5.0, 5.0),))))
    before = bench.session.document
    with pytest.raises(EditError, match="id 7 is used"):
        bench.session.take_over(made)
    assert bench.session.document is before and len(bench.session.history) == 1


def test_the_commits_of_a_run_are_one_step(bench: Bench) -> None:
    for _ in range(4):
        bench.session.take_over(ready("Run", bench.session.document, shapes, none, run="7"))
    assert len(bench.session.history) == 1 and len(ids(bench)) == 12
    bench.do("history.undo")
    assert ids(bench) == []
    bench.do("history.redo")
    assert len(ids(bench)) == 12
    bench.session.take_over(ready("Run", bench.session.document, shapes, none, run="8"))
    assert len(bench.session.history) == 2
    bench.session.commit("Draw", PutShape(Shape(90, 0, "car", "points", ((5.0, 5.0),))))
    bench.session.take_over(ready("Run", bench.session.document, shapes, none, run="8"))
    assert len(bench.session.history) == 4


def test_nothing_to_do_is_no_step_and_read_only_refuses(bench: Bench) -> None:
    bench.session.take_over(ready("Nothing", bench.session.document, lambda document: (), none))
    assert len(bench.session.history) == 0
    bench.session.read_only = True
    with pytest.raises(EditError, match="read-only"):
        bench.session.take_over(ready("Find", bench.session.document, shapes, none))


def test_a_run_names_the_pictures_of_a_folder(bench: Bench) -> None:
    from engine.document import Picture

    folder = Document(MediaInfo(".", "folder", 10), (Label("car"),))
    made = ready("Find", folder, shapes, lambda frame, **_: Picture(frame, f"{frame}.png"))
    assert sorted(made.document.pictures) == [0, 1, 2]


def test_a_picture_stays_known_as_long_as_another_step_has_something_on_it(bench: Bench) -> None:
    session = bench.session
    media = MediaInfo("pictures", "folder", 10, 320, 200)
    session.document = Document(media, labels=(Label("car"),))
    session.media.frames.picture = lambda index, *, look=False: Picture(index, f"{index}.png")
    box = ((10.0, 20.0), (60.0, 50.0))
    session.commit("Draw", PutTrack(Track(1, "car", "rectangle", keyframes=(Keyframe(0, box),))))
    both = PutShape(Shape(3, 6, "car", "rectangle", box)), PutShape(Shape(4, 7, "car", "rectangle", box))
    session.commit("Mine", *both)
    session.document, _ = apply_all(session.document, (PutKeyframe(1, Keyframe(6, box, by="csrt")),))
    undone = session.undo()
    assert undone is not None and sorted(session.document.pictures) == [0, 6]
    session.redo()
    assert sorted(session.document.pictures) == [0, 6, 7]
    assert [item.id for frame in (6, 7) for item in session.document.shapes(frame)] == [3, 4]
