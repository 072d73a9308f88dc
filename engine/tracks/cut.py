"""A part of a track taken away: it is outside there, and what stands before and after stays as it was."""

from __future__ import annotations

from engine.document import AttributeValue, Document, Keyframe, Shape, Track
from engine.edit_types import CutKeyframes, DropTrack, Edit, PutKeyframe
from engine.tracks.at_frame import keyframe_at, shape_at
from engine.tracks.motion import Motion
from engine.tracks.witness import witnessed


def cut(
    document: Document, track: Track, first: int, last: int | None = None, motion: Motion | None = None
) -> tuple[Edit, ...]:
    """Return the edits that take a track away from a frame to another one; without `last` from there on.

    The track itself goes where nothing would be left of it.
    """
    if not track.keyframes or (last is None and first <= track.keyframes[0].frame):
        return (DropTrack(track.id),)
    end = max(first, track.keyframes[-1].frame) if last is None else last
    return gap(document, track, first, end, ends=last is None, motion=motion)


def gap(
    document: Document, track: Track, first: int, last: int, *, ends: bool = False, motion: Motion | None = None
) -> tuple[Edit, ...]:
    """Return the edits that make a track outside from a frame to another one; `ends`: it does not come back.

    What stands before and after stays as it was: the way there is that of the shapes that were interpolated.
    """
    end = end_of(document)
    leaves, returns = (shape_at(track, at, end, motion) for at in (first, last + 1))
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
    return (*edits, *_witnesses(track, edits, first, last, motion))


def _witnesses(track: Track, edits: list[Edit], first: int, last: int, motion: Motion | None) -> list[PutKeyframe]:
    """Return what keeps the way of gaps beside those that the edits change."""
    keys = {key.frame: key for key in track.keyframes if not first <= key.frame <= last}
    keys |= {edit.keyframe.frame: edit.keyframe for edit in edits if isinstance(edit, PutKeyframe)}
    cut_out = tuple(keys[frame] for frame in sorted(keys))
    pieces = [(track, 0, first), (track, last + 1, max(last, track.keyframes[-1].frame) + 1)]
    return [PutKeyframe(track.id, key) for key in witnessed(cut_out, pieces, motion) if key.frame not in keys]


def end_of(document: Document) -> int | None:
    """Return the frame from which on nothing is moved towards: in a folder that of the first picture not there."""
    return document.media.frames if document.media.kind == "folder" else None


def _as_keyframe(document: Document, track: Track, item: Shape, *, outside: bool = False) -> Keyframe:
    """Return an item as a keyframe that changes nothing: who made it is who made what it comes from."""
    own, _ = parted(document, track, item.attributes)
    return Keyframe(
        item.frame, item.points, item.rotation, item.mask, outside, item.occluded, item.z, own,
        item.model or "human", item.score,
    )  # fmt: skip


def parted(
    document: Document, track: Track, values: dict[str, AttributeValue]
) -> tuple[dict[str, AttributeValue], dict[str, AttributeValue]]:
    """Part an item's attributes into those of the keyframe, which may differ from frame to frame, and the track's."""
    label = document.label(track.label)
    mutable = {attribute.name for attribute in (label.attributes if label else ()) if attribute.mutable}
    known = {name for keyframe in track.keyframes for name in keyframe.attributes} | mutable
    own = {name: value for name, value in values.items() if name in known}
    return own, {name: value for name, value in values.items() if name not in known}
