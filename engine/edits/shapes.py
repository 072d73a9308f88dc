"""Edits of shapes: one, or many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from msgspec.structs import replace

from engine import rules
from engine.document import Document, Shape
from engine.edit_types import DropShape, Edit, PutShape, PutShapes
from engine.edits.common import frame_problem, indexed, must, round_region, taken_problem
from engine.errors import EditError
from engine.ids import following


def put_shape(document: Document, edit: PutShape) -> tuple[Document, Edit]:
    """Insert or replace a shape."""
    document = indexed(document)
    shape = _fitting(document, edit.shape)
    shapes = document.frames.get(shape.frame, ())
    found = next((place for place, old in enumerate(shapes) if old.id == shape.id), None)
    if found is None:
        must(taken_problem(document, shape.id), "The shape")
    rest = shapes if found is None else (*shapes[:found], *shapes[found + 1 :])
    at = edit.at if edit.at is not None else (len(rest) if found is None else found)
    _must_be_place(at, rest)
    assert document.ids is not None
    after = replace(
        document,
        frames=document.frames.set(shape.frame, (*rest[:at], shape, *rest[at:])),
        ids=document.ids if found is not None else document.ids.with_id(shape.id),
        next_id=following(document.next_id, shape.id, shape.group),
    )
    if found is None:
        return after, DropShape(shape.frame, shape.id)
    return after, PutShape(shapes[found], None if found == at else found)


def drop_shape(document: Document, edit: DropShape) -> tuple[Document, Edit]:
    """Remove a shape."""
    document = indexed(document)
    shapes = document.frames.get(edit.frame, ())
    found = next((place for place, old in enumerate(shapes) if old.id == edit.id), None)
    if found is None:
        raise EditError("There is nothing to remove", f"no shape {edit.id} on frame {edit.frame}")
    rest = (*shapes[:found], *shapes[found + 1 :])
    assert document.ids is not None
    after = replace(
        document,
        frames=document.frames.set(edit.frame, rest) if rest else document.frames.delete(edit.frame),
        ids=document.ids.without_id(edit.id),
    )
    return after, PutShape(shapes[found], None if found == len(rest) else found)


def put_shapes(document: Document, edit: PutShapes) -> tuple[Document, Edit]:
    """Change many shapes; the cost is that of the frames that they are on."""
    document = indexed(document)
    frames, added, removed = document.frames.mutate(), list[tuple[int, int]](), list[int]()
    restored = list[tuple[Shape, int]]()
    for frame, change in _by_frame(document, edit).items():
        old = document.frames.get(frame, ())
        before, new = {shape.id for shape in old}, change.applied(frame, old)
        added += [(frame, number) for number in change.put if number not in before]
        removed += change.drop
        restored += [(shape, at) for at, shape in enumerate(old) if shape.id in change.put or shape.id in change.drop]
        if new:
            frames[frame] = new
        elif old:
            del frames[frame]
    for _, number in added:
        must(taken_problem(document, number), "The shape")
    assert document.ids is not None
    numbers = [following(0, shape.id, shape.group) for shape in edit.shapes]
    after = replace(
        document,
        frames=frames.finish(),
        ids=document.ids.changed([number for _, number in added], removed),
        next_id=max([document.next_id, *numbers]),
    )
    places = tuple(at for _, at in restored) if removed or edit.at else ()
    return after, PutShapes(tuple(shape for shape, _ in restored), places, tuple(added))


@dataclass
class _Change:
    """What is to be done to the shapes of a frame, by their ids."""

    put: dict[int, tuple[Shape, int | None]] = field(default_factory=dict)
    drop: set[int] = field(default_factory=set)

    def applied(self, frame: int, old: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of a frame after the change."""
        before = {shape.id for shape in old}
        if missing := self.drop - before:
            raise EditError("There is nothing to remove", f"no shape {min(missing)} on frame {frame}")
        placed = [(shape, at) for shape, at in self.put.values() if at is not None]
        stay = [shape for shape in old if shape.id not in self.drop]
        if not placed:
            return (
                *(self.put[shape.id][0] if shape.id in self.put else shape for shape in stay),
                *(shape for shape, _ in self.put.values() if shape.id not in before),
            )
        new = [shape for shape in stay if shape.id not in self.put]
        for shape, at in placed:
            _must_be_place(at, new)
            new.insert(at, shape)
        return tuple(new)


def _by_frame(document: Document, edit: PutShapes) -> dict[int, _Change]:
    """Return what is to be done on each frame; raise EditError for what fits on none."""
    changes: defaultdict[int, _Change] = defaultdict(_Change)
    for frame, number in edit.drop:
        changes[frame].drop.add(number)
    if len(edit.at) not in (0, len(edit.shapes)):
        raise EditError("The shapes do not fit", f"there are {len(edit.at)} places for {len(edit.shapes)} shapes")
    seen = {number for _, number in edit.drop}
    must("a shape is removed twice" if len(seen) < len(edit.drop) else "", "The change")
    for given, at in zip_longest(edit.shapes, edit.at):
        shape = _fitting(document, given)
        must(f"shape {shape.id} stands in it twice" if shape.id in seen else "", "The change")
        seen.add(shape.id)
        changes[shape.frame].put[shape.id] = shape, at
    return changes


def _fitting(document: Document, given: Shape) -> Shape:
    """Return a shape as it is kept; raise EditError if it does not fit."""
    shape: Shape = round_region(given, "The shape")
    must(rules.shape_problem(shape, document.labels), "The shape")
    must(frame_problem(document, shape.frame), "The shape")
    return shape


def _must_be_place(at: int, shapes: Sequence[Shape]) -> None:
    if not 0 <= at <= len(shapes):
        raise EditError("The shape does not fit", f"there is no place {at} among {len(shapes)} shapes")
