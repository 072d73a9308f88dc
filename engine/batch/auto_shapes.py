"""What a detector found on a frame, as changes of a document: new shapes, and earlier results that go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from engine.batch.auto_request import Request
from engine.document import AttributeValue, Shape, TableRow
from engine.geometry import box_iou
from engine.outlines import shape_box
from engine.rounding import rounded
from engine.settings import Settings
from engine.shapes_from import shapes_from
from engine.tools.base import Detection

NONE: dict[str, AttributeValue] = {}
"""No attributes: one for all shapes, there may be millions."""
SAME = 0.5
"""Overlap from which a find is what stands there already."""


@dataclass
class Change:
    """What is put on a frame, a list for each object (several: its parts), and the ids of what goes."""

    put: list[list[Shape]] = field(default_factory=list)
    drop: list[int] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    """The detector's labels that are matched with nothing -> how many objects."""


def change(
    there: Sequence[Shape], found: Iterable[Detection], rows: Mapping[str, Sequence[TableRow]], request: Request,
    frame: int, size: tuple[int, int], threshold: float, settings: Settings,
) -> Change:  # fmt: skip
    """Return what is to be done on a frame where some shapes stand; nothing, if that was done before."""
    made, fresh = Change(), list[list[Shape]]()
    for one in found:
        mine = [row for row in rows.get(one.label, ()) if row.ours]
        if not mine and one.score >= threshold:
            made.dropped[one.label] += 1
        for row in mine:
            if one.score >= lowest(row, threshold) and (shapes := shapes_of(one, row, request, frame, size, settings)):
                fresh.append(shapes)
    going = [shape for shape in there if goes(shape, request)]
    staying = [shape for shape in there if not goes(shape, request)]
    fresh = [shapes for shapes in fresh if not any(stands(shapes[0], shape, request) for shape in staying)]
    again = {bare(shape): shape.id for shape in reversed(going)}
    held = set[int]()
    for key, shapes in {tuple(map(bare, shapes)): shapes for shapes in fresh}.items():  # the very same twice is one
        if all(part in again for part in key):
            held.update(again[part] for part in key)
        else:
            made.put.append(shapes)
    made.drop = [shape.id for shape in going if shape.id not in held]
    return made


def bare(shape: Shape) -> bytes:
    """Return a shape without its numbers, to be compared: what is found again stays as it is."""
    return msgspec.json.encode(replace(shape, id=1, group=min(shape.group, 1)))


def goes(shape: Shape, request: Request) -> bool:
    """Say whether an earlier result makes room: never what a person has drawn, changed or verified."""
    if shape.source != "auto" or shape.verified:
        return False
    if request.clean is not None and (not request.clean or shape.model in request.clean):
        return True
    return shape.model == request.detector and not request.keep


def stands(fresh: Shape, there: Shape, request: Request) -> bool:
    """Say whether a find is an object that a person, or with `keep` an earlier run, has marked already."""
    own = there.source == "auto" and not there.verified
    if own and not (request.keep and there.model == request.detector and there.label == fresh.label):
        return False
    one, other = shape_box(fresh), shape_box(there)
    return one is not None and other is not None and box_iou(one, other) >= SAME


def lowest(row: TableRow, threshold: float) -> float:
    """Return the score from which objects of a row are taken."""
    return threshold if row.threshold is None else row.threshold


def shapes_of(
    found: Detection, row: TableRow, request: Request, frame: int, size: tuple[int, int], settings: Settings
) -> list[Shape]:
    """Return the shapes of an object as a document keeps them: one, or the parts of a mask; none without extent."""
    score = round(float(found.score), 4)
    base = Shape(1, frame, row.ours, "rectangle", attributes=NONE, source="auto", model=request.detector, score=score)
    if found.mask is not None:
        shapes, _ = shapes_from(found.mask, base, size, settings)
        if len(shapes) > 1:
            shapes = [replace(shape, group=1) for shape in shapes]
        return [rounded(shape) for shape in shapes]
    x1, y1, x2, y2 = (float(value) for value in found.box)
    x1, x2 = (min(max(value, 0.0), float(size[0])) for value in (x1, x2))
    y1, y2 = (min(max(value, 0.0), float(size[1])) for value in (y1, y2))
    if x2 <= x1 or y2 <= y1:
        return []
    return [rounded(replace(base, points=((x1, y1), (x2, y2)), rotation=found.rotation % 360))]
