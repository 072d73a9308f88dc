"""What a format cannot carry of a document: said, with numbers, before it is dropped.

A part is something that a document may have and a format may lack a place for. Every field of what is saved belongs to
a part or is what every format has (a test compares), so nothing can be dropped that nobody asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from msgspec import NODEFAULT
from msgspec.structs import fields

from engine.document import SHAPE_TYPES, Document, Keyframe, Label, Shape, Tag, Track
from engine.formats.base import FormatSpec

Item = Shape | Track | Keyframe | Tag | Label
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rotation": ("turned boxes and ellipses", ("rotation",)),
    "occluded": ("marks of what is hidden by something", ("occluded",)),
    "outside": ("frames on which a track is away", ("outside",)),
    "order": ("order of what lies over what", ("z",)),
    "groups": ("groups", ("group",)),
    "attributes": ("attributes", ("attributes",)),
    "source": ("marks of who made a shape, a person or a model", ("source", "by")),
    "model": ("names of models and trackers", ("model", "tracker", "pinned")),
    "score": ("scores", ("score", "agreement")),
    "review": ("what reviewers said", ("verified", "review")),
    "prompt": ("prompts that made a shape", ("prompt",)),
    "label colors": ("colours of labels", ("color",)),
    "label keys": ("hot keys of labels", ("hotkey",)),
    "label types": ("shape types that a label allows", ("types",)),
}
"""Part -> its words, and the fields that are it: a shape, track, keyframe, tag or label that has one of them has it."""
ALWAYS = {"id", "frame", "label", "type", "points", "mask", "keyframes", "name"}
"""Fields that need no part: a format that has the object has them."""
PARTS: dict[str, str] = {
    **{kind: f"shapes of the type {kind}" for kind in SHAPE_TYPES},
    "tracks": "tracks (objects over frames)",
    "tags": "tags of frames",
    "label tables": "label tables of detectors",
    **{name: words for name, (words, _) in FIELDS.items()},
}
"""Part, as a format's `carries` names it -> what it is, in the plural."""


@dataclass(frozen=True)
class Loss:
    """A part that is in a document and not in a format."""

    part: str
    words: str
    count: int

    def text(self, target: str) -> str:
        """Return a sentence; `target` is the format's name."""
        return f"{target} cannot carry {self.words}: {self.count} would be dropped"


def losses(document: Document, target: FormatSpec) -> list[Loss]:
    """Return what a format would drop of a document, in the order of PARTS; nothing where it carries all of it."""
    found = counts(document)
    return [Loss(part, PARTS[part], found[part]) for part in PARTS if found[part] and part not in target.carries]


def counts(document: Document) -> Counter[str]:
    """Return how many of a document's things have each part, in one pass: there may be a million shapes."""
    tracks = document.tracks.values()
    found = Counter[str](tracks=len(tracks), tags=sum(map(len, document.tags.values())))
    found["label tables"] = len(document.tables)
    found.update(shape.type for shape in document.all_shapes())
    found.update(track.type for track in tracks)
    found += _having(Shape, document.all_shapes())
    found += _having(Track, tracks)
    found += _having(Keyframe, (keyframe for track in tracks for keyframe in track.keyframes))
    found += _having(Tag, (tag for tags in document.tags.values() for tag in tags))
    return found + _having(Label, document.labels)


def _having(kind: type[Item], items: Iterable[Item]) -> Counter[str]:
    """Count the items of which a field is not what it is where nothing was said, by the part that the field is."""
    usual = {field.name: _default(field) for field in fields(kind)}
    parts = {name: part for part, (_, names) in FIELDS.items() for name in names if name in usual}
    said, nothing = attrgetter(*parts), tuple(usual[name] for name in parts)
    found: Counter[str] = Counter()
    for item in items:
        values = said(item)
        if values != nothing:  # most have nothing at all: they cost one comparison
            pairs = zip(parts.values(), values, nothing, strict=True)
            found.update({part for part, value, default in pairs if value != default})
    return found


def _default(field: Any) -> object:
    if field.default is not NODEFAULT:
        return field.default
    return None if field.default_factory is NODEFAULT else field.default_factory()
