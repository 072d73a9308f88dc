"""Which edit is done where; and several of them, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.document import Document
from engine.edit_types import (
    Arrange,
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutCertificate,
    PutKeyframe,
    PutKeyframes,
    PutLabels,
    PutPicture,
    PutReview,
    PutShape,
    PutShapes,
    PutTable,
    PutTags,
    PutTrack,
)
from engine.edits import certificates, labels, pictures, shapes, tracks

_DONE_BY: Mapping[type[Edit], Callable[[Document, Any], tuple[Document, Edit]]] = {
    PutShape: shapes.put_shape, DropShape: shapes.drop_shape, PutShapes: shapes.put_shapes,
    PutTrack: tracks.put_track, DropTrack: tracks.drop_track, PutReview: tracks.put_review,
    PutKeyframe: tracks.put_keyframe, DropKeyframe: tracks.drop_keyframe,
    PutKeyframes: tracks.put_keyframes, CutKeyframes: tracks.cut_keyframes,
    PutLabels: labels.put_labels, PutTags: labels.put_tags, PutTable: labels.put_table,
    PutCertificate: certificates.put_certificate,
    PutPicture: pictures.put_picture, Arrange: pictures.arrange,
}  # fmt: skip


def apply(document: Document, edit: Edit) -> tuple[Document, Edit]:
    """Return the document after the edit, and the edit that takes it back; raise EditError if it does not fit.

    The inverse restores everything but `next_id`, which never falls, so that an id is never given twice, and
    `last_frame`, which only follows.
    """
    return _DONE_BY[type(edit)](document, edit)


def apply_all(document: Document, edits: Iterable[Edit]) -> tuple[Document, tuple[Edit, ...]]:
    """Apply edits one after the other; return the document and the inverses in the order to apply them."""
    inverses: list[Edit] = []
    for edit in edits:
        document, inverse = apply(document, edit)
        inverses.append(inverse)
    return document, tuple(reversed(inverses))
