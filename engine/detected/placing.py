"""Objects that were found put into a document, in place of what the same detector put there before.

Only what nobody has touched is replaced: `source` is still `auto` (a person's change makes it `semi-auto`), it is not
verified and not locked. An object that is found again exactly as it stands keeps its id, so that a second run which
finds the same changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from msgspec.structs import replace

from engine import items
from engine.detected.found import Object
from engine.detected.overlap import Limits, overlaps, region_of
from engine.document import Document, Shape
from engine.edit_types import PutShapes
from engine.geometry import Size


def is_replaceable(shape: Shape, detector: str, locked: Collection[int] = ()) -> bool:
    """Say whether a shape is a result of a detector that nobody has touched since."""
    untouched = shape.source == "auto" and not shape.verified and shape.id not in locked
    return untouched and shape.model == detector


def placed(
    objects: Iterable[Object], document: Document, frame: int, detector: str, size: Size, limits: Limits,
    locked: Collection[int] = (),
) -> list[Object]:  # fmt: skip
    """Return the objects that stay beside what stands on the frame and is not replaced: rules 3 and 4 of `overlap`."""
    others = [
        (shape, region) for shape in _standing(document, frame, detector, locked)
        if (region := region_of(shape, size)) is not None
    ]  # fmt: skip
    kept = list[Object]()
    for one in objects:
        label = one.shapes[0].label
        if not any(overlaps(region, one.region, _limit(shape, label, limits)) for shape, region in others):
            kept.append(one)
    return kept


def _standing(document: Document, frame: int, detector: str, locked: Collection[int]) -> Iterable[Shape]:
    """Return what stays on a frame: a track does, even the detector's own."""
    shapes = (shape for shape in document.shapes(frame) if not is_replaceable(shape, detector, locked))
    return chain(shapes, items.tracked(document, frame))


def _limit(shape: Shape, label: str, limits: Limits) -> float:
    """Return how much a shape may be overlapped by what is new; 1 where it may be wholly."""
    if shape.source != "auto" or shape.verified:
        return limits.people
    return limits.models if shape.label == label else 1.0


def put(
    document: Document, found: Mapping[int, Iterable[Object]], detector: str, *, locked: Collection[int] = (),
    replaces: bool = True,
) -> PutShapes | None:  # fmt: skip
    """Return the edit that puts what was found on each frame, in place of the same detector's untouched results there.

    None where nothing would be different. Without `replaces`, what is there stays and only new objects come.
    """
    new, gone, number = list[Shape](), list[tuple[int, int]](), document.next_id
    for frame, objects in found.items():
        old = [shape for shape in document.shapes(frame) if is_replaceable(shape, detector, locked)]
        for one in objects:
            again = _again(one, old)
            if again:
                old = [shape for shape in old if shape.id not in again]
                continue
            group = number + len(one.shapes) if len(one.shapes) > 1 else 0
            new += [replace(shape, id=number + place, group=group) for place, shape in enumerate(one.shapes)]
            number += len(one.shapes) + (group > 0)
        gone += [(frame, shape.id) for shape in old if replaces]
    return PutShapes(tuple(new), drop=tuple(gone)) if new or gone else None


def _again(one: Object, old: Iterable[Shape]) -> set[int]:
    """Return the ids under which all shapes of an object stand there already, none if one does not."""
    standing, found = list(old), set[int]()
    for shape in one.shapes:
        same = next((other for other in standing if replace(other, id=0, group=0) == shape), None)
        if same is None:
            return set()
        found.add(same.id)
        standing.remove(same)
    return found


def stands(one: Object, shapes: Iterable[Shape]) -> bool:
    """Say whether all shapes of an object are among these, whatever their ids."""
    return bool(_again(one, shapes))
