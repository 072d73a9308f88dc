"""Detections to objects of ours: labels, thresholds, attributes and kinds of shape, by the detector's label table."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.declarations import checked
from engine.detected.overlap import Limits, Region, Rival, strongest
from engine.document import AttributeValue, Document, Label, Shape, ShapeType, TableRow
from engine.errors import EditError
from engine.geometry import Size, clamped, rounded_angle
from engine.label_match import equal, match, table
from engine.rounding import rounded
from engine.settings import Settings
from engine.shapes_from import shapes_from
from engine.specs import DetectorSpec
from engine.tools.base import Detection

Counts = Counter[str]
PLACES = 4
"""Decimals of a score that is saved."""
THINNEST = 0.5
"""Frame pixels that a box within the frame must measure."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object: shapes without ids, several where its mask falls apart, and where it is."""

    shapes: tuple[Shape, ...]
    region: Region


@dataclass(frozen=True)
class Made:
    """What became of the detections of a frame."""

    objects: tuple[Object, ...] = ()
    """The highest score first."""
    unmatched: Counts = field(default_factory=Counter)
    """Theirs -> objects that no label of ours is matched with."""
    unfit: Counts = field(default_factory=Counter)
    """Ours -> objects of a kind that the label does not take."""


def rows_of(document: Document, spec: DetectorSpec, labels: Sequence[str]) -> tuple[TableRow, ...]:
    """Return a detector's label table: what the document holds, completed by equal names for all of `labels`."""
    kept = document.tables.get(spec.id, ())
    known, ours = {row.theirs for row in kept}, [label.name for label in document.labels]
    return (*kept, *(row for row in table(labels, ours, off=spec.off) if row.theirs not in known))


def threshold_of(row: TableRow, spec: DetectorSpec, confidence: float | None) -> float:
    """Return the lowest score that a row takes: the row's own, raised by the slider, which else stands for all."""
    if row.threshold is None:
        return spec.threshold if confidence is None else confidence
    return row.threshold if confidence is None else max(row.threshold, confidence)


def objects_of(
    detections: Iterable[Detection], rows: Iterable[TableRow], document: Document, frame: int, spec: DetectorSpec,
    size: Size, settings: Settings, *, confidence: float | None = None, limits: Limits | None = None,
) -> Made:  # fmt: skip
    """Return the objects of a frame of that size (width, height), what overlaps a better one left out.

    `confidence` is the slider's score, None where it was not moved.
    """
    by_theirs, ours = _by_theirs(rows), [label.name for label in document.labels]
    made, found, rivals = Made(), list[Object](), list[Rival]()
    for number, detection in enumerate(detections):
        if not all(map(math.isfinite, (detection.score, *detection.box))):
            continue
        taken = [row for row in _rows(detection.label, by_theirs, ours) if row.ours]
        wanted = [row for row in taken if detection.score >= threshold_of(row, spec, confidence)]
        if (
            not taken
            and detection.label not in spec.off
            and detection.score >= threshold_of(TableRow(detection.label), spec, confidence)
        ):
            made.unmatched[detection.label] += 1
        for row in wanted:
            label = document.label(row.ours)
            shapes = () if label is None else _shapes(detection, row, label, frame, spec.id, size, settings)
            if not shapes:
                made.unfit[row.ours] += 1
                continue
            region = Region(detection.box, detection.mask)
            found.append(Object(shapes, region))
            rivals.append(Rival(region, row.ours, detection.score, number))
    stays = strongest(rivals, limits or Limits())
    return Made(tuple(found[number] for number in stays), made.unmatched, made.unfit)


def _by_theirs(rows: Iterable[TableRow]) -> dict[str, list[TableRow]]:
    found = dict[str, list[TableRow]]()
    for row in rows:
        found.setdefault(row.theirs, []).append(row)
    return found


def _rows(theirs: str, by_theirs: Mapping[str, list[TableRow]], ours: Sequence[str]) -> list[TableRow]:
    """Return the rows of a label; one that the table does not know is matched by its name."""
    return by_theirs.get(theirs) or [TableRow(theirs, match(theirs, ours))]


def _shapes(
    detection: Detection, row: TableRow, label: Label, frame: int, model: str, size: Size, settings: Settings
) -> tuple[Shape, ...]:
    """Return the shapes of a detection as a label takes them, () if it takes none of its kinds."""
    base = Shape(
        0, frame, label.name, "rectangle", source="auto", model=model, score=round(float(detection.score), PLACES),
        attributes=values(detection.attributes, row, label),
    )  # fmt: skip
    for kind in _kinds(detection, settings):
        if label.types and kind not in label.types:
            continue
        made = (
            [_box(detection, base, size)] if kind == "rectangle" else _outlined(detection, base, size, kind, settings)
        )
        if shapes := tuple(rounded(shape) for shape in made if shape is not None):
            return shapes
    return ()


def _kinds(detection: Detection, settings: Settings) -> tuple[ShapeType, ...]:
    """Return the kinds that a detection can become, the wanted one first."""
    if detection.mask is None:
        return ("rectangle",)
    return ("polygon", "mask", "rectangle") if settings.polygons else ("mask", "polygon", "rectangle")


def _outlined(detection: Detection, base: Shape, size: Size, kind: ShapeType, settings: Settings) -> list[Shape]:
    """Return the mask's shapes, but none of another kind than asked for: one with holes may stay a mask."""
    from dataclasses import replace as changed

    if detection.mask is None:
        return []
    shapes, _ = shapes_from(detection.mask, base, size, changed(settings, polygons=kind == "polygon"))
    return [shape for shape in shapes if shape.type == kind]


def _box(detection: Detection, base: Shape, size: Size) -> Shape | None:
    x1, y1, x2, y2 = map(float, detection.box)
    if not detection.rotation:
        (x1, y1), (x2, y2) = clamped((x1, y1), size), clamped((x2, y2), size)
    if x2 - x1 < THINNEST or y2 - y1 < THINNEST:
        return None
    return replace(base, points=((x1, y1), (x2, y2)), rotation=rounded_angle(detection.rotation))


def values(theirs: Mapping[str, str], row: TableRow, label: Label) -> dict[str, AttributeValue]:
    """Return what a detector says of an object as a label's attributes keep it; what they do not take is left out.

    The row says which attribute of theirs is which of ours, "" for none; a row that names none goes by equal names.
    """
    found = dict[str, AttributeValue]()
    for name, value in theirs.items():
        own = row.attributes.get(name, "") if row.attributes else name
        declared = next(
            (item for item in label.attributes if own and (item.name == own or equal(item.name, own))), None
        )
        if declared is not None:
            with contextlib.suppress(EditError):
                found[declared.name] = checked(declared, value)
    return found
