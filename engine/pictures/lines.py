"""The lines of a document's pictures while it is open: made when something is put on a picture for the first time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from msgspec.structs import replace

from engine.document import Document, Keyframe, Picture
from engine.edit_types import (
    Edit,
    PutCertificate,
    PutKeyframe,
    PutKeyframes,
    PutPicture,
    PutReview,
    PutShape,
    PutShapes,
    PutTags,
    PutTrack,
)
from engine.pictures.numbering import is_judged, used_frames

PictureOf = Callable[..., Picture | None]
"""What is known of a frame's file (`Media.picture`)."""


def introductions(document: Document, edits: Iterable[Edit], picture_of: PictureOf) -> tuple[Edit, ...]:
    """Return edits that name the pictures on which others are about to put something for the first time."""
    if document.media.kind != "folder":
        return ()
    frames = sorted({frame for edit in edits for frame in _touched(edit) if frame not in document.pictures})
    pictures = [picture_of(frame) for frame in frames if 0 <= frame < document.media.frames]
    return tuple(PutPicture(picture.frame, picture) for picture in pictures if picture is not None)


def _touched(edit: Edit) -> list[int]:
    match edit:
        case PutShape():
            return [edit.shape.frame]
        case PutShapes():
            return [shape.frame for shape in edit.shapes]
        case PutTags():
            return [edit.frame]
        case PutKeyframe():
            return [edit.keyframe.frame]
        case PutKeyframes():
            return [keyframe.frame for keyframe in edit.keyframes]
        case PutReview():
            return [end for review in edit.review for end in (review.first, review.last)]
        case PutCertificate(certificate=certificate) if certificate is not None:
            return [frame for _, frame in certificate.crops]
        case PutTrack():
            ends = [end for review in edit.track.review for end in (review.first, review.last)]
            return [keyframe.frame for keyframe in edit.track.keyframes] + ends
    return []


def forgotten(document: Document, edits: Iterable[PutPicture]) -> tuple[PutPicture, ...]:
    """Return, of edits that forget pictures, those on whose frames nothing stands by another step than theirs."""
    return tuple(edit for edit in edits if not _stands(document, edit.frame))


def without_unused(document: Document, frames: Iterable[int]) -> Document:
    """Return the document without the lines of those pictures of some frames on which nothing stands any more.

    Opening it forgets them as well: so a run that was cut short and went on ends as one that was not.
    """
    bare = {frame for frame in frames if frame in document.pictures and frame not in document.frames}
    unused = bare - used_frames(document) if bare else bare
    if not unused:
        return document
    lines = document.pictures.mutate()
    for frame in unused:
        del lines[frame]
    return replace(document, pictures=lines.finish())


def _stands(document: Document, frame: int) -> bool:
    """Say whether a shape, a tag, a keyframe, an end of a review, a judgement or a crop is on a frame."""
    if frame in document.frames or frame in document.tags or is_judged(document, frame):
        return True
    if any(frame == at for one in document.certificates.values() for _, at in one.crops):
        return True
    return any(
        _has_keyframe(track.keyframes, frame) or any(frame in (one.first, one.last) for one in track.review)
        for track in document.tracks.values()
    )


def _has_keyframe(keys: Sequence[Keyframe], frame: int) -> bool:
    if not keys or not keys[0].frame <= frame <= keys[-1].frame:
        return False
    return keys[bisect_left(keys, frame, key=attrgetter("frame"))].frame == frame


def completed(document: Document, picture_of: PictureOf, most: int = 256) -> Document:
    """Return a document whose lines say what is known of their files by now; at most so many are read for it."""
    bare = [frame for frame, line in document.pictures.items() if not line.digest and frame < document.media.frames]
    lines = document.pictures.mutate()
    for frame in sorted(bare):
        picture = picture_of(frame)
        if picture is not None and not picture.digest and most > 0:
            picture, most = picture_of(frame, look=True), most - 1
        if picture is not None and picture.name == lines[frame].name:
            lines[frame] = replace(picture, review=lines[frame].review)
    return replace(document, pictures=lines.finish()) if bare else document
