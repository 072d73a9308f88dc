"""Detections to objects of ours: labels, thresholds, attributes and kinds of shape, by the detector's label table."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from msgspec.structs import replace

from engine.declarations import checked
from engine.detected.overlap import Limits, Region, Rival, cut_off, region_found, strongest
from engine.document import AttributeValue, Document, Label, Shape, ShapeType, TableRow, by_name
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
FAR = 1e6
"""Frame pixels from its corner beyond which nothing can be in a frame."""
THINNEST = 0.5
"""Frame pixels that a box within the frame must measure."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object: shapes without ids, several where its mask falls apart, and where it is."""

    shapes: tuple[Shape, ...]
    region: Region
    number: int = 0
    """Of its detection among those of the frame."""


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
    without: Collection[int] = (),
) -> Made:  # fmt: skip
    """Return the objects of a frame of that size (width, height), what overlaps a better one left out.

    `confidence` is the slider's score, None where it was not moved. Detections whose numbers are in `without` are not
    looked at, nor those whose score or box is no number.
    """
    by_theirs, ours = _by_theirs(rows), [label.name for label in document.labels]
    made, found, rivals = Made(), list[Object](), list[Rival]()
    for number, detection in enumerate(detections):
        if number in without or not is_sound(detection, size):
            continue
        taken = [row for row in _rows(detection.label, by_theirs, ours) if document.label(row.ours) is not None]
        bare = TableRow(detection.label)
        if not taken and bare.theirs not in spec.off and detection.score >= threshold_of(bare, spec, confidence):
            made.unmatched[detection.label] += 1
        for row in (row for row in taken if detection.score >= threshold_of(row, spec, confidence)):
            shapes = _shapes(detection, row, by_name(document.labels)[row.ours], frame, spec.id, size, settings)
            if not shapes:
                made.unfit[row.ours] += 1
                continue
            region = region_found(detection, size)
            found.append(Object(shapes, region, number))
            rivals.append(Rival(region, row.ours, detection.score, number))
    stays = strongest(rivals, limits or Limits())
    return Made(tuple(found[number] for number in stays), made.unmatched, made.unfit)


def rounded_score(score: float) -> float:
    """Return a score, 0..1, as it is saved."""
    return round(min(max(float(score), 0.0), 1.0), PLACES)


def is_sound(detection: Detection, size: Size) -> bool:
    """Say whether a detection has numbers where it must have some, and anything in a frame of that size."""
    if not (isfinite(detection.score) and isfinite(detection.rotation) and all(abs(at) < FAR for at in detection.box)):
        return False
    if detection.mask is not None:
        return bool(cut_off(detection.mask, size).mask.any())
    (x1, y1, x2, y2), (width, height) = detection.box, size
    return x1 < x2 and y1 < y2 and (bool(detection.rotation) or (x1 < width and y1 < height and x2 > 0 and y2 > 0))


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
        0, frame, label.name, "rectangle", source="auto", model=model, score=rounded_score(detection.score),
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
    shapes, _ = shapes_from(cut_off(detection.mask, size), base, size, changed(settings, polygons=kind == "polygon"))
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
