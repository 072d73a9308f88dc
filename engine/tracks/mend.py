"""A part of a track mended without its pixels: interpolated in place of what a machine made, or left out; as edits."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from engine.counting import counted
from engine.document import Document, Keyframe, Track
from engine.edit_types import Edit, PutKeyframes
from engine.errors import EditError
from engine.tracks.at_frame import keyframe_at, neighbours
from engine.tracks.edit import between, find, human_around
from engine.tracks.motion import Motion
from engine.tracks.witness import Piece, state, witnessed


def between_humans(track: Track, frame: int) -> tuple[int, int] | None:
    """Return the first and last frame between a person's keyframes round a frame; at one of these those after it.

    Those before it where none come after; None where a person's keyframes are not on both sides.
    """
    before, after = human_around(track, frame)
    here = keyframe_at(track, frame)
    if here is not None and here.by == "human":
        before, after = (frame, after) if after is not None else (before, frame)
    return None if before is None or after is None else (before + 1, after - 1)


def interpolate(
    document: Document, number: int, first: int, last: int, motion: Motion | None = None
) -> tuple[Edit, ...]:
    """Return the edits that take machines' keyframes on some frames away, so that these are interpolated.

    A person's stay, and what stands before and after stays as it was: it is interpolated from there. Raise EditError
    where no machine has set any.
    """
    track = find(document, number)
    if track.type == "mask":
        raise EditError("Masks are not interpolated", "{track.again} follows the object anew from a keyframe of yours")
    inside = between(track, first, last)
    stay = _staying(track, inside, first, last, motion)
    gone = tuple(key.frame for key in inside if key.frame not in stay)
    if not gone:
        where = f"on frames {counted(first)} to {counted(last)}"
        raise EditError("There is nothing to interpolate", f"no machine has set a keyframe of track {number} {where}")
    left, right = first - 1, last + 1
    keys = {key.frame: key for key in track.keyframes if key.frame not in gone}
    before, after = neighbours(track, left)[1], neighbours(track, right)[0]
    for at, beside in ((left, before), (right, after)):  # ends of gaps that change
        there = state(track, track.keyframes, at, motion) if beside is not None and beside.frame in gone else None
        if there is not None and not there.outside and at <= track.keyframes[-1].frame:
            keys.setdefault(at, there)
    low = left if before is None or before.frame in gone else before.frame  # a gap that stays reaches into the range
    high = right if after is None or after.frame in gone else after.frame
    return (_changed(track, keys, gone, [(track, 0, low), (track, high, max(right, _end(track)))], motion),)


def _staying(track: Track, inside: tuple[Keyframe, ...], first: int, last: int, motion: Motion | None) -> set[int]:
    """Return the frames of keyframes in a range that are kept: a person's, and those by which it comes and goes.

    Where it stands on both sides, it does not leave between them by a machine's word.
    """
    stay = {key.frame for key in inside if key.by == "human"}
    sides = [state(track, track.keyframes, at, motion) for at in (first - 1, last + 1)]
    begins, ends = (side is None or side.outside for side in sides)
    standing = [key.frame for key in inside if not key.outside]
    for key in inside:
        if key.outside and (key.by == "human" or (ends and not any(frame > key.frame for frame in standing))):
            stay.add(key.frame)
            stay.update([frame for frame in standing if frame > key.frame][:1])
    if begins:
        stay.update(standing[:1])
    return stay | {key.frame for key in inside if key is track.keyframes[-1]}


def leave(document: Document, number: int, first: int, back: int, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits by which a track is outside from a frame on, by a person's word, and back on a later one.

    What stands before and from there on stays as it was. Raise EditError where it does not stand on either.
    """
    track = find(document, number)
    there = [state(track, track.keyframes, at, motion) for at in (first, back)]
    if back <= first:
        raise EditError("It can only begin again on a later frame", f"on {counted(first + 1)} or after")
    for at, key in zip((first, back), there, strict=True):
        if key is None or key.outside:
            raise EditError(
                f"Track {number} is not on frame {counted(at)}", "{track.outside} lets it leave, or come back"
            )
    if first <= track.keyframes[0].frame:
        raise EditError(f"Track {number} begins here", "{app.delete} takes frames from its beginning away")
    gone = tuple(key.frame for key in track.keyframes if first <= key.frame < back)
    keys = {key.frame: key for key in track.keyframes if key.frame not in gone}
    for at, key in zip((first, back), there, strict=True):
        if key is not None:
            keys[at] = replace(key, outside=at == first, by="human", score=None, agreement=None)
    return (_changed(track, keys, gone, [(track, 0, first), (track, back, max(back, _end(track)))], motion),)


def _changed(
    track: Track, keys: Mapping[int, Keyframe], gone: tuple[int, ...], pieces: list[Piece], motion: Motion | None
) -> PutKeyframes:
    """Return the change to other keyframes, with what keeps the ways of the gaps on the pieces that stay."""
    wanted = witnessed(tuple(keys[at] for at in sorted(keys)), pieces, motion)
    put = tuple(key for key in wanted if keyframe_at(track, key.frame) != key)
    there = {key.frame for key in put}
    return PutKeyframes(track.id, put, tuple(at for at in gone if at not in there))


def _end(track: Track) -> int:
    return track.keyframes[-1].frame
