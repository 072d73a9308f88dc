"""What tools have made is committed: ids, groups of parts, the place of what was redrawn."""

from __future__ import annotations

import msgspec
import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.errors import EditError
from engine.gestures import Drawing, Idle
from engine.gestures.making import put_shapes, record_of
from engine.prompt import Prompt

NEW = Shape(0, 0, "car", "polygon", ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)))


@pytest.mark.parametrize(
    ("count", "group", "ids", "groups"),
    [
        (1, None, [1], [0]),
        (3, None, [1, 2, 3], [4, 4, 4]),  # parts of one object: a group of the next number
        (1, 0, [1], [0]),
        (1, 7, [1], [7]),
        (2, 0, [1, 3], [4, 4]),
        (2, 7, [1, 9], [7, 7]),
    ],
)
def test_ids_are_fresh_and_parts_are_of_one_group(bench, count, group, ids, groups):
    if group is not None:
        bench.session.commit("x", PutShape(msgspec.structs.replace(NEW, id=1, group=group)))
    bench.session.take(Drawing("polygon"))
    put_shapes(bench.session, [NEW] * count, None if group is None else 1)
    assert [shape.id for shape in bench.session.shapes] == ids
    assert [shape.group for shape in bench.session.shapes] == groups
    title = next(bench.session.history.done()).title
    assert title == ("Draw car 1" if group is None else "Redraw car 1")
    assert (bench.session.gesture, bench.session.selection.selected) == (Idle(), 1)


def test_where_the_commit_is_refused_the_gesture_and_the_selection_stay(bench):
    held = Drawing("polygon", NEW.points)
    bench.session.take(held)
    bench.session.read_only = True
    with pytest.raises(EditError):
        put_shapes(bench.session, [NEW], None)
    assert (bench.session.gesture, bench.session.selection.selected) == (held, None)


def test_a_prompt_is_saved_point_by_point():
    prompt = Prompt().add((1.0, 2.0)).add((3.0, 4.0), positive=False).with_box((0.0, 0.0, 9.0, 9.0))
    record = record_of("sam", prompt)
    assert record.points == ((1.0, 2.0, True), (3.0, 4.0, False)) and record.box == prompt.box and record.tool == "sam"
