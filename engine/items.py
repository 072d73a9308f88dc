"""What stands on a frame: shapes, and the shapes of tracks there. Every action works on these.

An item is a Shape; one of a track bears the track's id. `put` and `drop` say which edits change an item, so that no
action needs to know which of the two it has: moving a track's item makes a keyframe of a person's.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from engine.document import AttributeValue, Document, Keyframe, Shape
from engine.edit_types import DropShape, DropTrack, Edit, PutKeyframe, PutShape, PutTrack
from engine.errors import EditError
from engine.memo import kept
from engine.tracks import shape_at, tracked_on
from engine.tracks.cut import cut, end_of, gap, parted

Scope = Literal["frame", "onwards", "all"]
"""How much of a track goes: this frame's part, that and all later ones, or the track."""


def on_frame(document: Document, frame: int) -> tuple[Shape, ...]:
    """Return what stands on a frame: shapes, then those of tracks; the same tuple as long as nothing is different."""
    return _joined(document.shapes(frame), tracked(document, frame))


def listed(shapes: tuple[Shape, ...], by_score: bool) -> tuple[Shape, ...]:
    """Return items in the order in which they are listed: as they are, or the lowest score first."""
    return _by_score(shapes) if by_score else shapes


@kept
def _by_score(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    return tuple(sorted(shapes, key=lambda shape: 2.0 if shape.score is None else shape.score))


def tracked(document: Document, frame: int) -> tuple[Shape, ...]:
    """Return the shapes of tracks on a frame; in a folder nothing moves towards a picture that is not there."""
    return tracked_on(document.tracks, frame, end_of(document), document.motion)


def find(document: Document, frame: int, number: int) -> Shape | None:
    """Return the item of an id on a frame, None if it is not there."""
    if (track := document.tracks.get(number)) is not None:
        return shape_at(track, frame, end_of(document), document.motion)
    return document.shape(frame, number)


def put(document: Document, item: Shape) -> tuple[Edit, ...]:
    """Return the edits that put an item in place of what it was; raise EditError for what a track cannot become."""
    track = document.tracks.get(item.id)
    if track is None:
        return (PutShape(item),)
    if item.type != track.type:
        raise EditError(f"A track of {track.type}s stays one", f"track {track.id} cannot become a {item.type} here")
    own, of_track = parted(document, track, item.attributes)
    new = replace(track, label=item.label, group=item.group, attributes=of_track)
    edits: tuple[Edit, ...] = (PutTrack(new),) if new != track else ()
    before = shape_at(track, item.frame, end_of(document), document.motion)
    keyframe = Keyframe(
        item.frame, item.points, item.rotation, item.mask, occluded=item.occluded, z=item.z, attributes=own
    )
    if before is None or _differs(before, parted(document, track, before.attributes)[0], keyframe):
        return (*edits, PutKeyframe(track.id, keyframe))
    return edits


def drop(document: Document, frame: int, number: int, scope: Scope = "frame") -> tuple[Edit, ...]:
    """Return the edits that take an item away: a shape, or so much of a track."""
    track = document.tracks.get(number)
    if track is None:
        return (DropShape(frame, number),)
    if scope == "all":
        return (DropTrack(number),)
    return cut(document, track, frame, frame if scope == "frame" else None, document.motion)


@kept
def _joined(shapes: tuple[Shape, ...], others: tuple[Shape, ...]) -> tuple[Shape, ...]:
    return (*shapes, *others) if others else shapes


def _differs(before: Shape, own: dict[str, AttributeValue], keyframe: Keyframe) -> bool:
    """Say whether a keyframe is another than the item that stands there, whose own attributes are given."""
    same = ("points", "rotation", "mask", "occluded", "z")
    return own != keyframe.attributes or any(getattr(before, name) != getattr(keyframe, name) for name in same)


__all__ = ["Scope", "drop", "find", "gap", "on_frame", "put", "tracked"]
