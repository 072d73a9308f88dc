"""What a detector found on frames, as changes of a document, by the rules of the screen (`engine.detected`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed

from immutables import Map
from msgspec.structs import replace

from engine.batch.auto_request import Request
from engine.batch.pipeline import Answer
from engine.detected import Limits, Object, is_replaceable, limits_of, objects_of, placed, put, threshold_of
from engine.detected.overlap import overlaps, region_of
from engine.document import Document, Label, Shape, TableRow, Track
from engine.edits import Edit, PutLabels, PutShapes
from engine.palette import label_color
from engine.settings import Settings
from engine.specs import DetectorSpec


@dataclass
class Change:
    """Edits for some frames, and what became of the objects that are not in them."""

    edits: list[Edit] = field(default_factory=list)
    shapes: int = 0
    """How many are new."""
    frames: set[int] = field(default_factory=set)
    """Those with new shapes."""
    unmatched: Counter[str] = field(default_factory=Counter)
    """The detector's labels that are matched with nothing -> how many objects."""
    unfit: Counter[str] = field(default_factory=Counter)
    """Labels -> objects of a kind that they do not take."""


@dataclass(frozen=True)
class Rules:
    """By what a run makes shapes: all that stays the same over its frames."""

    request: Request
    spec: DetectorSpec
    rows: Sequence[TableRow]
    settings: Settings

    @property
    def threshold(self) -> float:
        """Return the lowest score that is of any use."""
        rows = [*(row for row in self.rows if row.ours), TableRow("")]
        return min(threshold_of(row, self.spec, self.request.threshold) for row in rows)

    def change(self, document: Document, answers: Iterable[Answer], *, last: bool = False) -> Change:
        """Return what is to be done on some frames; nothing, if that was done before."""
        made, limits = Change(), limits_of(self.settings)
        cleaned, gone = self.cleaned(document, [one.frame for one in answers])
        known = with_labels(document, self.rows)
        stay = dict[int, list[Object]]()
        for one in answers:
            if one.failure:
                continue
            found = objects_of(
                one.detections, self.rows, known, one.frame, self.spec, one.size, self.settings,
                confidence=self.request.threshold, limits=limits,
            )  # fmt: skip
            made.unmatched += found.unmatched
            made.unfit += found.unfit
            objects = placed(found.objects, cleaned, one.frame, self.spec.id, one.size, limits)
            stay[one.frame] = self._beside(objects, cleaned, one, limits) if self.request.keep else objects
        edit = put(cleaned, stay, self.spec.id, replaces=not self.request.keep) or PutShapes()
        edit = replace(edit, drop=(*gone, *edit.drop))
        made.shapes, made.frames = len(edit.shapes), {shape.frame for shape in edit.shapes}
        made.edits = [*new_labels(document, edit.shapes), *([edit] if edit.shapes or edit.drop else [])]
        return made

    def cleaned(self, document: Document, frames: Collection[int]) -> tuple[Document, list[tuple[int, int]]]:
        """Return the document without what is to be cleaned from these frames, and which shapes that is."""
        models = self.request.clean
        if models is None:
            return document, []
        own = self.spec.id  # its results are replaced all the same, and those found again stay
        gone = {
            (frame, shape.id)
            for frame in frames for shape in document.shapes(frame)
            if (not models or shape.model in models) and is_replaceable(shape, shape.model)
            and (shape.model != own or self.request.keep)
        }  # fmt: skip
        touched = {
            frame: tuple(shape for shape in document.shapes(frame) if (frame, shape.id) not in gone)
            for frame in {frame for frame, _ in gone}
        }
        return replace(document, frames=document.frames.update(Map(touched))), sorted(gone)

    def _beside(self, objects: Iterable[Object], document: Document, one: Answer, limits: Limits) -> list[Object]:
        """Return the objects that overlap nothing of their label that the detector found before."""
        before = [
            (shape, region) for shape in document.shapes(one.frame)
            if is_replaceable(shape, self.spec.id) and (region := region_of(shape, one.size)) is not None
        ]  # fmt: skip
        return [
            made for made in objects
            if not any(
                shape.label == made.shapes[0].label and overlaps(region, made.region, limits.models)
                for shape, region in before
            )
        ]  # fmt: skip


def settings_of(request: Request) -> Settings:
    """Return the settings by which shapes are made: the defaults, which no person's choice makes another."""
    return changed(Settings(), polygons=request.polygons)


def with_labels(document: Document, rows: Iterable[TableRow]) -> Document:
    """Return the document with every label of a table: those that are not there yet come with their first object."""
    names = dict.fromkeys(row.ours for row in rows if row.ours and document.label(row.ours) is None)
    return replace(document, labels=(*document.labels, *map(Label, names))) if names else document


def new_labels(document: Document, shapes: Iterable[Shape | Track]) -> list[Edit]:
    """Return the edit that makes the labels of shapes or tracks, if any is not there."""
    labels = list(document.labels)
    for name in dict.fromkeys(shape.label for shape in shapes):
        if document.label(name) is None:
            labels.append(Label(name, color=label_color(len(labels))))
    return [] if len(labels) == len(document.labels) else [PutLabels(tuple(labels))]
