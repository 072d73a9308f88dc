"""Groups: whose number they have, when one ends and the next begins, and what joining takes together."""

from __future__ import annotations

import pytest

from engine.document import Document, Label, MediaInfo, Shape, Track
from engine.edits import PutShape, PutTrack, apply_all
from engine.gestures.making import put_shapes
from engine.ids import STRANGE
from engine.store import decode, encode

LEFT, SIDE = 10.0, 20.0


def box(x, **more):
    return Shape(0, 0, "car", "rectangle", ((x, LEFT), (x + SIDE, LEFT + SIDE)), **more)


def made(bench, *places):
    """Draw boxes; return their ids."""
    ids = []
    for x in places:
        put_shapes(bench.session, [box(x)], None)
        ids.append(bench.session.selection.selected)
    return ids


def grouped(bench, ids):
    for number in ids:
        bench.session.selection.selected = number
        bench.do("shape.group")
    return groups(bench, ids)


def groups(bench, ids):
    found = {bench.session.shape(number).group for number in ids}
    return found.pop() if len(found) == 1 else found


@pytest.mark.parametrize("hand_first", [True, False])
@pytest.mark.parametrize("parts", [2, 3])
def test_a_group_by_hand_is_never_that_of_an_answers_parts(bench, hand_first, parts):
    ids = made(bench, 10.0, 50.0)
    if hand_first:
        grouped(bench, ids)
    put_shapes(bench.session, [box(100.0 + 30 * part) for part in range(parts)], None)
    answer = bench.session.shapes[-1].group
    if not hand_first:
        bench.do("tool.cancel")
        grouped(bench, ids)
    assert answer and groups(bench, ids) not in (0, answer)
    bench.session.selection.selected = ids[0]
    bench.do("shape.join")
    assert sorted(shape.type for shape in bench.session.shapes) == ["mask", *["rectangle"] * parts]


def test_letting_go_of_the_selection_begins_another_group(bench):
    ids = made(bench, 10.0, 40.0, 70.0, 100.0)
    first = grouped(bench, ids[:2])
    assert "group" in bench.said[-1].lower()
    bench.do("tool.cancel")
    second = grouped(bench, ids[2:])
    assert first and second and first != second
    bench.session.selection.selected = ids[0]
    bench.do("shape.join")
    assert groups(bench, ids[2:]) == second and len(bench.session.shapes) == 3


def test_another_frame_begins_another_group(bench):
    ids = made(bench, 10.0, 40.0)
    first = grouped(bench, ids[:1])
    bench.do("frames.step 1", "frames.step -1")
    assert grouped(bench, ids[1:]) not in (0, first)


def test_a_group_that_was_undone_or_released_is_not_joined_again(bench):
    ids = made(bench, 10.0, 40.0)
    first = grouped(bench, ids[:1])
    bench.do("history.undo")
    second = grouped(bench, ids[:1])
    bench.do("shape.group")
    third = grouped(bench, ids[1:])
    assert len({first, second, third, 0}) == 4


def test_a_fresh_id_is_no_groups_number_and_a_fresh_group_no_ids(bench):
    ids = made(bench, 10.0)
    group = grouped(bench, ids)
    more = made(bench, 40.0, 70.0)
    assert group not in more
    bench.do("tool.cancel")
    assert grouped(bench, more) not in {shape.id for shape in bench.session.shapes}


def test_parts_of_a_redrawn_object_are_in_its_group_and_what_it_was(bench):
    ids = made(bench, 10.0, 40.0)
    group = grouped(bench, ids)
    put_shapes(bench.session, [box(100.0), box(130.0)], ids[0])
    assert {shape.group for shape in bench.session.shapes} == {group}


MEDIA = MediaInfo("x", "video", 10, 320, 200)


@pytest.mark.parametrize(
    ("group", "following"), [(0, 6), (3, 6), (40, 41), (STRANGE, 6), (2**53 - 1, 6)]
)  # fmt: skip
@pytest.mark.parametrize("of", ["shape", "track"])
def test_groups_in_a_file_and_in_edits_are_not_given_again(group, following, of):
    start = Document(MEDIA, (Label("car"),))
    shape = Shape(5, 0, "car", "points", ((1.0, 1.0),), group=group)
    edit = PutShape(shape) if of == "shape" else PutTrack(Track(5, "car", "points", group=group))
    document, _ = apply_all(start, [edit])
    assert document.next_id == following
    text = encode(document).decode().replace(f"next_id: {following}", "next_id: 1")
    assert decode(text.encode()).next_id == following
