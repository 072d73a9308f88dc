"""One change to a document, as data, and how it is done: `apply(document, edit) -> (document, inverse edit)`.

Apart from the document because edits are also what the journal holds and what undo keeps. The cost of an edit depends
on the frames or the track that it touches, not on the document, which shares all that was not touched. Coordinates are
rounded here, once, so that memory, journal and file hold the same numbers.

    base  which edit is done where      shapes, tracks, labels, pictures, certificates  how
    common  what these share
"""

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
from engine.edits.base import apply, apply_all
from engine.edits.common import indexed

__all__ = [
    "Arrange", "CutKeyframes", "DropKeyframe", "DropShape", "DropTrack", "Edit", "PutCertificate", "PutKeyframe",
    "PutKeyframes", "PutLabels", "PutPicture", "PutReview", "PutShape", "PutShapes", "PutTable", "PutTags", "PutTrack",
    "apply", "apply_all", "indexed",
]  # fmt: skip
