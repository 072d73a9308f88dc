"""Objects that were found put into a document, in place of what the same detector put there before.

Only what nobody has touched is replaced: `source` is still `auto` (a person's change makes it `semi-auto`), it is not
verified, flagged or locked. An object that is found again exactly as it stands keeps its id, so that a second run which
finds the same changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from msgspec.structs import replace

from engine import items
from engine.detected.found import Object
from engine.detected.overlap import Boxes, Limits, Region, overlaps, region_of, united
from engine.document import Document, Shape
from engine.edit_types import PutShapes
from engine.geometry import Size


def is_replaceable(shape: Shape, detector: str, locked: Collection[int] = ()) -> bool:
    """Say whether a shape is a result of a detector that nobody has touched since."""
    untouched = not _is_persons(shape) and shape.id not in locked
    return untouched and shape.model == detector


def placed(
    objects: Iterable[Object], document: Document, frame: int, detector: str, size: Size, limits: Limits,
    locked: Collection[int] = (),
) -> list[Object]:  # fmt: skip
    """Return the objects that stay beside what stands on the frame and is not replaced: rules 3 and 4 of `overlap`."""
    others = regions(_standing(document, frame, detector, locked), size)
    boxes = Boxes([region.box for _, region in others])
    kept = list[Object]()
    for one in objects:
        label, near = one.shapes[0].label, (others[place] for place in boxes.touching(one.region.box))
        if not any(overlaps(region, one.region, _limit(shape, label, limits)) for shape, region in near):
            kept.append(one)
    return kept


def regions(shapes: Iterable[Shape], size: Size) -> list[tuple[Shape, Region]]:
    """Return where shapes are, those without an inside left out; parts of one object also as the whole that they are.

    Such parts have one group and one label. For the whole stands a part that a person has made or verified, if any.
    """
    found = [(shape, region) for shape in shapes if (region := region_of(shape, size)) is not None]
    parts = dict[tuple[int, str], list[tuple[Shape, Region]]]()
    for shape, region in found:
        if shape.group:
            parts.setdefault((shape.group, shape.label), []).append((shape, region))
    for some in parts.values():
        if len(some) > 1:
            stands = next((shape for shape, _ in some if _is_persons(shape)), some[0][0])
            found.append((stands, united([region for _, region in some])))
    return found


def _standing(document: Document, frame: int, detector: str, locked: Collection[int]) -> Iterable[Shape]:
    """Return what stays on a frame: a track does, even the detector's own."""
    shapes = (shape for shape in document.shapes(frame) if not is_replaceable(shape, detector, locked))
    return chain(shapes, items.tracked(document, frame))


def _is_persons(shape: Shape) -> bool:
    return shape.source != "auto" or shape.verified or shape.review is not None


def _limit(shape: Shape, label: str, limits: Limits) -> float:
    """Return how much a shape may be overlapped by what is new; 1 where it may be wholly."""
    if _is_persons(shape):
        return limits.people
    return limits.models if shape.label == label else 1.0


@dataclass(frozen=True)
class Placement:
    """How objects come into a document."""

    edit: PutShapes | None = None
    """None where nothing would be different."""
    ids: dict[int, dict[int, tuple[int, ...]]] = field(default_factory=dict)
    """Frame -> number of a detection -> the ids of its shapes, new ones and those that stood there already."""


def placement(
    document: Document, found: Mapping[int, Iterable[Object]], detector: str, *, locked: Collection[int] = (),
    replaces: bool = True,
) -> Placement:  # fmt: skip
    """Return how what was found comes on each frame, in place of the same detector's untouched results there.

    Without `replaces`, what is there stays and only new objects come.
    """
    new, gone, number = list[Shape](), list[tuple[int, int]](), document.next_id
    known = dict[int, dict[int, tuple[int, ...]]]()
    for frame, objects in found.items():
        ids = known.setdefault(frame, {})
        old = _Old(shape for shape in document.shapes(frame) if is_replaceable(shape, detector, locked))
        for one in objects:
            own = old.taken(one)
            if not own:
                count = len(one.shapes)
                own, group = tuple(range(number, number + count)), number + count if count > 1 else 0
                new += [replace(shape, id=at, group=group) for at, shape in zip(own, one.shapes, strict=True)]
                number += count + (group > 0)
            ids[one.number] = (*ids.get(one.number, ()), *own)
        gone += [(frame, number) for number in old.left() if replaces]
    return Placement(PutShapes(tuple(new), drop=tuple(gone)) if new or gone else None, known)


def put(
    document: Document, found: Mapping[int, Iterable[Object]], detector: str, *, locked: Collection[int] = (),
    replaces: bool = True,
) -> PutShapes | None:  # fmt: skip
    """Return the edit of `placement`."""
    return placement(document, found, detector, locked=locked, replaces=replaces).edit


class _Old:
    """A detector's shapes on a frame, each of which one object that is found again may take."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._known = dict[tuple[Any, ...], list[Shape]]()
        for shape in shapes:
            self._known.setdefault(_key(shape), []).append(shape)

    def taken(self, one: Object) -> tuple[int, ...]:
        """Take all shapes of an object out and return their ids, () and none of them if one is not there."""
        found = list[Shape]()
        for shape in one.shapes:
            there = self._known.get(_key(shape), [])
            same = next((other for other in there if replace(other, id=0, group=0) == shape), None)
            if same is None:
                for other in found:
                    self._known[_key(other)].append(other)
                return ()
            found.append(same)
            there.remove(same)
        return tuple(shape.id for shape in found)

    def left(self) -> list[int]:
        """Return the ids of what no object has taken."""
        return sorted(shape.id for some in self._known.values() for shape in some)


def _key(shape: Shape) -> tuple[Any, ...]:
    """Return what equal shapes have in common: there may be thousands, and comparing each with each takes seconds."""
    return shape.type, shape.label, shape.points, shape.score
