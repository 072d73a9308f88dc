"""`termwand check FILE`: what is wrong with an annotation file, and what looks wrong.

Apart from the reader because it goes on where the reader is content: attributes that their label does not declare,
values out of range, frames beyond the media, label tables with labels that do not exist, findings of `engine.review`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.document import Attribute, AttributeValue, Document, Shape
from engine.errors import FormatError, StoreError, nearest
from engine.review.base import findings
from engine.store.files import read
from engine.store.read import decode
from engine.text import plain
from engine.textfile import as_utf8


def check(path: Path) -> list[str]:
    """Return the problems of a file as sentences, the first with line and column if it cannot be opened at all."""
    try:
        data = as_utf8(read(path)[0], path.name)
        document = decode(data, path.name)
    except FormatError as error:
        where = f":{error.line}:{error.column}" if error.line else ""
        return [f"{plain(str(path))}{where}: {error}"]
    except StoreError as error:
        return [str(error)]
    found = _Places(data)
    return [
        f"{plain(str(path))}:{found.line(number)}:{3 if number else 1}: {plain(problem)}"
        for number, problem in problems(document)
    ]


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
            low, high = attribute.minimum, attribute.maximum
            inside = (low is None or value >= low) and (high is None or value <= high)
            return "" if inside else f"{value} is not from {low} to {high}"
        case "select" | "radio":
            return "" if value in attribute.values else f'"{value}": {nearest(str(value), attribute.values)}'
        case "text":
            return "" if isinstance(value, str) else "a text is expected"


class _Places:
    """Finds the line of an id in a file of one line per item."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def line(self, number: int) -> int:
        """Return the line of the shape or track of that id, or 1 in a file of another style."""
        at = self._data.find(b'\n- {"id":%d,' % number) if number else -1
        return self._data.count(b"\n", 0, at + 1) + 1 if at >= 0 else 1
