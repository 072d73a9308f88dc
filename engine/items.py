"""What stands on a frame: shapes, and the shapes of tracks there. Every action works on these.

An item is a Shape; one of a track bears the track's id. `put` and `drop` say which edits change an item, so that no
action needs to know which of the two it has: moving a track's item makes a keyframe of a person's.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from engine.document import AttributeValue, Document, Keyframe, Shape, Track
from engine.edit_types import CutKeyframes, DropShape, DropTrack, Edit, PutKeyframe, PutShape, PutTrack
from engine.errors import EditError
from engine.kept import kept
from engine.tracks import keyframe_at, shape_at, tracked_on

Scope = Literal["frame", "onwards", "all"]
"""How much of a track goes: this frame's part, that and all later ones, or the track."""


def on_frame(document: Document, frame: int) -> tuple[Shape, ...]:
    """Return what stands on a frame: shapes, then those of tracks; the same tuple as long as nothing is different."""
    return _joined(document.shapes(frame), tracked(document, frame))


def tracked(document: Document, frame: int) -> tuple[Shape, ...]:
    """Return the shapes of tracks on a frame; in a folder nothing moves towards a picture that is not there."""
    return tracked_on(document.tracks, frame, _end(document))


def find(document: Document, frame: int, number: int) -> Shape | None:
    """Return the item of an id on a frame, None if it is not there."""
    if (track := document.tracks.get(number)) is not None:
        return shape_at(track, frame, _end(document))
    return document.shape(frame, number)


def put(document: Document, item: Shape) -> tuple[Edit, ...]:
    """Return the edits that put an item in place of what it was; raise EditError for what a track cannot become."""
    track = document.tracks.get(item.id)
    if track is None:
        return (PutShape(item),)
    if item.type != track.type:
        raise EditError(f"A track of {track.type}s stays one", f"track {track.id} cannot become a {item.type} here")
    own, of_track = _parted(document, track, item.attributes)
    new = replace(track, label=item.label, group=item.group, attributes=of_track)
    edits: tuple[Edit, ...] = (PutTrack(new),) if new != track else ()
    before = shape_at(track, item.frame, _end(document))
    keyframe = Keyframe(
        item.frame, item.points, item.rotation, item.mask, occluded=item.occluded, z=item.z, attributes=own
    )
    if before is None or _differs(before, _parted(document, track, before.attributes)[0], keyframe):
        return (*edits, PutKeyframe(track.id, keyframe))
    return edits


def drop(document: Document, frame: int, number: int, scope: Scope = "frame") -> tuple[Edit, ...]:
    """Return the edits that take an item away: a shape, or so much of a track."""
    track = document.tracks.get(number)
    if track is None:
        return (DropShape(frame, number),)
    if scope == "all" or not track.keyframes or (scope == "onwards" and frame <= track.keyframes[0].frame):
        return (DropTrack(number),)
    last = track.keyframes[-1].frame
    onwards = scope == "onwards"
    return gap(document, track, frame, max(frame, last) if onwards else frame, ends=onwards)


def gap(document: Document, track: Track, first: int, last: int, *, ends: bool = False) -> tuple[Edit, ...]:
    """Return the edits that make a track outside from a frame to another one; `ends`: it does not come back.

    What stands before and after stays as it was: the way there is that of the shapes that were interpolated.
    """
    end = _end(document)
    leaves, returns = shape_at(track, first, end), shape_at(track, last + 1, end)
    edits: list[Edit] = []
    if any(first <= keyframe.frame <= last for keyframe in track.keyframes):
        edits.append(CutKeyframes(track.id, first, last))
    there = keyframe_at(track, first)
    if track.keyframes[0].frame >= first:
        pass  # it begins later
    elif leaves is not None:
        edits.append(PutKeyframe(track.id, _as_keyframe(document, track, leaves, outside=True)))
    elif there is not None:
        edits.append(PutKeyframe(track.id, there))  # where it leaves already
    count = document.media.frames
    is_inside = not count or last + 1 < count
    if returns is not None and not ends and is_inside and keyframe_at(track, last + 1) is None:
        edits.append(PutKeyframe(track.id, _as_keyframe(document, track, returns)))
    if len(edits) == 1 and all(first <= keyframe.frame <= last for keyframe in track.keyframes):
        return (DropTrack(track.id),)
    return tuple(edits)


@kept
def _joined(shapes: tuple[Shape, ...], others: tuple[Shape, ...]) -> tuple[Shape, ...]:
    return (*shapes, *others) if others else shapes


def _end(document: Document) -> int | None:
    return document.media.frames if document.media.kind == "folder" else None


def _as_keyframe(document: Document, track: Track, item: Shape, *, outside: bool = False) -> Keyframe:
    """Return an item as a keyframe that changes nothing: who made it is who made what it comes from."""
    own, _ = _parted(document, track, item.attributes)
    return Keyframe(
        item.frame, item.points, item.rotation, item.mask, outside, item.occluded, item.z, own,
        item.model or "human", item.score,
    )  # fmt: skip


def _parted(
    document: Document, track: Track, values: dict[str, AttributeValue]
) -> tuple[dict[str, AttributeValue], dict[str, AttributeValue]]:
    """Part an item's attributes into those of the keyframe, which may differ from frame to frame, and the track's."""
    label = document.label(track.label)
    mutable = {attribute.name for attribute in (label.attributes if label else ()) if attribute.mutable}
    known = {name for keyframe in track.keyframes for name in keyframe.attributes} | mutable
    own = {name: value for name, value in values.items() if name in known}
    return own, {name: value for name, value in values.items() if name not in known}


def _differs(before: Shape, own: dict[str, AttributeValue], keyframe: Keyframe) -> bool:
    """Say whether a keyframe is another than the item that stands there, whose own attributes are given."""
    same = ("points", "rotation", "mask", "occluded", "z")
    return own != keyframe.attributes or any(getattr(before, name) != getattr(keyframe, name) for name in same)


__all__ = ["Scope", "drop", "find", "gap", "on_frame", "put", "tracked"]
