"""Edits of what is known of a folder's pictures, and of their numbers."""

from __future__ import annotations

from msgspec.structs import replace

from engine import rules
from engine.document import Document
from engine.edit_types import Arrange, Edit, PutPicture
from engine.edits.common import must
from engine.pictures.numbering import inverse_of, moved, renumbered, with_beyond


def put_picture(document: Document, edit: PutPicture) -> tuple[Document, Edit]:
    """Say which picture a frame is."""
    must(rules.number_problem(edit.frame, "frame", lowest=0, highest=rules.LARGEST_FRAME), "The picture")
    old = document.pictures.get(edit.frame)
    if edit.picture is not None:
        must(rules.picture_problem(edit.picture), "The picture")
        pictures = document.pictures.set(edit.frame, replace(edit.picture, frame=edit.frame))
    else:
        pictures = document.pictures if old is None else document.pictures.delete(edit.frame)
    return replace(document, pictures=pictures), PutPicture(edit.frame, old)


def arrange(document: Document, edit: Arrange) -> tuple[Document, Edit]:
    """Take the media as it is now."""
    for picture in edit.pictures:
        must(rules.picture_problem(picture), "The picture")
    lines = document.pictures.mutate()
    forgotten = [lines.pop(frame) for frame in edit.forgotten if frame in lines]
    kept = replace(document, pictures=lines.finish())
    after, back = renumbered(kept, edit.moves), inverse_of(kept, edit.moves)
    replaced = [after.pictures[line.frame] for line in edit.pictures if line.frame in after.pictures]
    new = tuple(sorted(line.frame for line in edit.pictures if line.frame not in after.pictures))
    old = (*(moved(line, back) for line in replaced), *forgotten)
    pictures = after.pictures.update({line.frame: line for line in edit.pictures})
    after = with_beyond(replace(after, media=edit.media, pictures=pictures))
    return after, Arrange(document.media, back, old, new)
