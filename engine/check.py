"""`termwand check FILE`: what is wrong with an annotation file, and what looks wrong.

Apart from the reader because it goes on where the reader is content: attributes that their label does not declare,
values out of range, frames beyond the media, label tables with labels that do not exist, findings of `engine.review`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.declarations import in_range
from engine.document import Attribute, AttributeValue, Document, Shape
from engine.errors import FormatError, StoreError, nearest
from engine.formats.base import OWN, find, format_of
from engine.review.base import findings
from engine.text import plain


class Checked(NamedTuple):
    """What a look at a file has found."""

    problems: list[str]
    """Sentences, with the file and the place in it."""
    document: Document | None = None
    """What is in it, None if it cannot be opened at all."""
    format: str = ""
    """Id of the format that it was read as."""


def check(path: Path) -> Checked:
    """Read a file as what it is, and say what is wrong with it; never raise for what is in it.

    Where no format knows it, it is taken for the program's own, whose reader says what it misses.
    """
    found = format_of(path) or find(OWN)
    try:
        read = found.read(path)
    except FormatError as error:
        where = f":{error.line}:{error.column}" if error.line else ""
        return Checked([f"{plain(str(path))}{where}: {error}"], format=found.SPEC.id)
    except StoreError as error:
        return Checked([f"{plain(str(path))}: {error}"], format=found.SPEC.id)
    said = [f"{plain(str(path))}: {plain(note)}" for note in read.notes]
    for number, problem in problems(read.document):
        line = read.line(number)
        where = f":{line}:{3 if number else 1}" if line else ""
        said.append(f"{plain(str(path))}{where}: {plain(problem)}")
    return Checked(said, read.document, found.SPEC.id)


def problems(document: Document) -> Iterator[tuple[int, str]]:
    """Yield (id of a shape or track, or 0; a sentence) for what can be opened and still looks wrong."""
    last = document.media.frames
    for shape in document.all_shapes():
        if last and shape.frame >= last:
            yield shape.id, f"shape {shape.id} is on {_beyond(document, shape.frame)}"
        for problem in _mask(document, shape):
            yield shape.id, f"shape {shape.id}: {problem}"
        for problem in _attributes(document, shape.label, shape.attributes):
            yield shape.id, f"shape {shape.id}: {problem}"
    for track in document.tracks.values():
        if not track.keyframes:
            yield track.id, f"track {track.id} has no keyframe"
        elif last and track.keyframes[-1].frame >= last:
            frame = track.keyframes[-1].frame
            yield track.id, f"track {track.id} goes on to {_beyond(document, frame)}"
        for values in [track.attributes, *(keyframe.attributes for keyframe in track.keyframes)]:
            for problem in _attributes(document, track.label, values):
                yield track.id, f"track {track.id}: {problem}"
    for finding in findings(document):
        yield finding.ids[0], f"{finding.text} on frame {finding.worst} (the file counts from 0)"
    yield from ((0, problem) for problem in _elsewhere(document))


def _beyond(document: Document, frame: int) -> str:
    """Say what a frame beyond the media is."""
    picture = document.pictures.get(frame)
    if picture is not None:
        return f'"{picture.name}", which was not among the pictures when the file was written'
    return f"frame {frame} (the file counts from 0), the media has {document.media.frames} frames"


def _mask(document: Document, shape: Shape) -> Iterator[str]:
    """Yield what is wrong with a mask's size beside its picture's, where the file says what size that is."""
    media, picture = document.media, document.pictures.get(shape.frame)
    size = (picture.height, picture.width) if picture is not None else (media.height, media.width)
    if shape.mask is not None and media.kind != "video" and all(size) and tuple(shape.mask.size) != size:
        height, width = shape.mask.size
        yield f"the mask is {width} x {height} pixels, its picture {size[1]} x {size[0]}"


def _elsewhere(document: Document) -> Iterator[str]:
    names = [label.name for label in document.labels]
    for detector, rows in document.tables.items():
        for row in rows:
            if row.ours and row.ours not in names:
                hint = nearest(row.ours, names)
                yield f'label table of {detector}: "{row.theirs}" goes to "{row.ours}", which is no label: {hint}'
    for frame in document.tags:
        if document.media.frames and frame >= document.media.frames:
            yield f"a tag is on {_beyond(document, frame)}"


def _attributes(document: Document, name: str, values: Mapping[str, AttributeValue]) -> Iterator[str]:
    label = document.label(name)
    declared = {attribute.name: attribute for attribute in label.attributes} if label else {}
    for key, value in values.items():
        if key not in declared:
            yield f'label "{name}" has no attribute "{key}": {nearest(key, declared)}'
        else:
            problem = _value(declared[key], value)
            if problem:
                yield f'attribute "{key}": {problem}'


def _value(attribute: Attribute, value: AttributeValue) -> str:
    """Say what is wrong with an attribute's value."""
    match attribute.kind:
        case "checkbox":
            return "" if isinstance(value, bool) else "true or false is expected"
        case "number":
            if isinstance(value, (bool, str)):
                return "a number is expected"
            ends = f"from {attribute.minimum} to {attribute.maximum}"
            return "" if in_range(attribute, value) else f"{value} is not {ends}"
        case "select" | "radio":
            return "" if value in attribute.values else f'"{value}": {nearest(str(value), attribute.values)}'
        case "text":
            return "" if isinstance(value, str) else "a text is expected"
