"""What a person changes of a detector's results becomes theirs: a later run of the detector leaves it alone."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from engine.document import Document, Shape
from engine.edit_types import Edit, PutShape, PutShapes, PutTrack


def touched(document: Document, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits with `semi-auto` for each shape or track that was `auto`, unverified, and is changed by them."""
    return tuple(_touched(document, edit) for edit in edits)


def _touched(document: Document, edit: Edit) -> Edit:
    match edit:
        case PutShape(shape=shape) if _is_machines(shape):
            return replace(edit, shape=_of_person(shape, document.shape(shape.frame, shape.id)))
        case PutShapes(shapes=shapes) if any(map(_is_machines, shapes)):
            frames = {shape.frame for shape in shapes}
            known = {(frame, old.id): old for frame in frames for old in document.shapes(frame)}
            new = (_of_person(one, known.get((one.frame, one.id))) if _is_machines(one) else one for one in shapes)
            return replace(edit, shapes=tuple(new))
        case PutTrack(track=track) if track.source == "auto" and document.tracks.get(track.id) != track:
            return replace(edit, track=replace(track, source="semi-auto"))  # a new one, too: a person made it of others
        case _:
            return edit


def _is_machines(shape: Shape) -> bool:
    return shape.source == "auto" and not shape.verified


def _of_person(shape: Shape, old: Shape | None) -> Shape:
    """Return a shape as a person has left it; one that is new, put as it was or only judged is nobody's change."""
    same = old is None or replace(old, review=shape.review, verified=False) == shape
    return shape if same else replace(shape, source="semi-auto")
