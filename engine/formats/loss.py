"""What a format cannot carry of a document: said, with numbers, before it is dropped.

A part is something that a document may have and a format may lack a place for. Every field of what is saved belongs to
a part or is what every format has (a test compares), so nothing can be dropped that nobody asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from msgspec.structs import fields

from engine.document import SHAPE_TYPES, Document, Keyframe, Label, Shape, Tag, Track
from engine.formats.base import FormatSpec

Item = Shape | Track | Keyframe | Tag | Label
KINDS: tuple[type[Item], ...] = (Shape, Track, Keyframe, Tag, Label)
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


@dataclass(frozen=True)
class Part:
    """Something that a format may have no place for."""

    words: str
    """What it is, in the plural."""
    count: Callable[[Document], int]
    """Returns how many of a document's things have it."""


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
    missing = ((name, part, part.count(document)) for name, part in PARTS.items() if name not in target.carries)
    return [Loss(name, part.words, count) for name, part, count in missing if count]


def _items(document: Document) -> Iterable[Item]:
    yield from document.all_shapes()
    for track in document.tracks.values():
        yield track
        yield from track.keyframes
    for tags in document.tags.values():
        yield from tags
    yield from document.labels


def _having(names: tuple[str, ...], document: Document) -> int:
    """Count the things of which one of these fields is not what it is where nothing was said."""
    usual = {kind: [(field.name, field.default) for field in fields(kind) if field.name in names] for kind in KINDS}
    return sum(any(_says(getattr(item, name), default) for name, default in usual[type(item)])
               for item in _items(document))  # fmt: skip


def _says(value: object, default: object) -> bool:
    return value != default and value not in ({}, ())


def _of_type(kind: str, document: Document) -> int:
    shapes = sum(shape.type == kind for shape in document.all_shapes())
    return shapes + sum(track.type == kind for track in document.tracks.values())


PARTS: dict[str, Part] = {
    **{kind: Part(f"shapes of the type {kind}", partial(_of_type, kind)) for kind in SHAPE_TYPES},
    "tracks": Part("tracks (objects over frames)", lambda document: len(document.tracks)),
    "tags": Part("tags of frames", lambda document: sum(map(len, document.tags.values()))),
    "label tables": Part("label tables of detectors", lambda document: len(document.tables)),
    **{name: Part(words, partial(_having, names)) for name, (words, names) in FIELDS.items()},
}
"""Every part by the name that a format's `carries` has for it."""
