"""The edits themselves: one change to a document each, as plain data.

Apart from `engine.edits`, which applies them, because the journal, undo and the matching of pictures only carry them.
"""

from __future__ import annotations

import msgspec

from engine.document import Certificate, Keyframe, Label, MediaInfo, Picture, Review, Shape, TableRow, Tag, Track


class _Edit(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag_field="do", tag=True
):
    """What all edits have in common: the name of their class as the tag.

    `gc=False` as in `engine.document`: undo and the journal hold those of every frame of a run.
    """


class PutShape(_Edit, frozen=True, tag="PutShape"):
    """Insert a shape, or replace the one of that id on that frame; `at` is its place there, None the end or its own."""

    shape: Shape
    at: int | None = None


class DropShape(_Edit, frozen=True, tag="DropShape"):
    """Remove a shape."""

    frame: int
    id: int


class PutShapes(_Edit, frozen=True, tag="PutShapes"):
    """Insert or replace many shapes, and remove some; new ones come at the end of their frames, in this order."""

    shapes: tuple[Shape, ...] = ()
    at: tuple[int, ...] = ()
    """For each of `shapes` its place on its frame once all are there, rising within a frame; () where they come."""
    drop: tuple[tuple[int, int], ...] = ()
    """(frame, id) of shapes to remove."""


class PutTrack(_Edit, frozen=True, tag="PutTrack"):
    """Insert a track with its keyframes, or replace the one of that id."""

    track: Track


class DropTrack(_Edit, frozen=True, tag="DropTrack"):
    """Remove a track."""

    id: int


class PutKeyframe(_Edit, frozen=True, tag="PutKeyframe"):
    """Insert a keyframe into a track, or replace the one on that frame."""

    track: int
    keyframe: Keyframe


class DropKeyframe(_Edit, frozen=True, tag="DropKeyframe"):
    """Remove a keyframe from a track."""

    track: int
    frame: int


class PutKeyframes(_Edit, frozen=True, tag="PutKeyframes"):
    """Insert or replace many keyframes of a track, and remove those on some frames; each is on a frame of its own."""

    track: int
    keyframes: tuple[Keyframe, ...] = ()
    drop: tuple[int, ...] = ()
    """Frames of keyframes to remove."""


class CutKeyframes(_Edit, frozen=True, tag="CutKeyframes"):
    """Remove a track's keyframes from a first frame to a last one."""

    track: int
    first: int
    last: int


class PutReview(_Edit, frozen=True, tag="PutReview"):
    """Replace the review states of a track."""

    track: int
    review: tuple[Review, ...] = ()


class PutLabels(_Edit, frozen=True, tag="PutLabels"):
    """Replace the labels; one that is in use cannot be left out."""

    labels: tuple[Label, ...]


class PutTags(_Edit, frozen=True, tag="PutTags"):
    """Replace the tags of a frame."""

    frame: int
    tags: tuple[Tag, ...]


class PutTable(_Edit, frozen=True, tag="PutTable"):
    """Replace a detector's label table; None removes it."""

    detector: str
    rows: tuple[TableRow, ...] | None = None


class PutCertificate(_Edit, frozen=True, tag="PutCertificate"):
    """Insert a certificate, or replace the one of that id; None removes it."""

    id: int
    certificate: Certificate | None = None


class PutPicture(_Edit, frozen=True, tag="PutPicture"):
    """Say which picture a frame is; None forgets it."""

    frame: int
    picture: Picture | None = None


class Arrange(_Edit, frozen=True, tag="Arrange"):
    """Take the media as it is now: its facts, and the numbers that its pictures have now."""

    media: MediaInfo
    moves: tuple[tuple[int, int, int], ...] = ()
    """(first, last, by): what is on these frames goes to the frames so many further on."""
    pictures: tuple[Picture, ...] = ()
    """Lines that are new or different, by the new numbers."""
    forgotten: tuple[int, ...] = ()
    """Frames, by the old numbers, whose lines go."""


Edit = (
    PutShape
    | DropShape
    | PutShapes
    | PutTrack
    | DropTrack
    | PutKeyframe
    | DropKeyframe
    | PutKeyframes
    | CutKeyframes
    | PutReview
    | PutLabels
    | PutTags
    | PutTable
    | PutCertificate
    | PutPicture
    | Arrange
)
