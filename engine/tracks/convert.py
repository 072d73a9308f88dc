"""Shapes made into a track and back, and copied to other frames; pure, document -> edits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from engine.document import Document, Keyframe, Shape, Track
from engine.edit_types import DropShape, DropTrack, Edit, PutShapes, PutTrack
from engine.errors import EditError
from engine.tracks.at_frame import shape_at
from engine.tracks.cut import end_of
from engine.tracks.edit import find
from engine.tracks.motion import Motion


def copies(document: Document, shape: Shape, frames: Iterable[int]) -> tuple[Edit, ...]:
    """Return the edits that put copies of a shape on other frames, with fresh ids."""
    wanted = sorted({*frames} - {shape.frame})
    new = tuple(replace(shape, id=document.next_id + i, frame=frame) for i, frame in enumerate(wanted))
    return (PutShapes(new),) if new else ()


def from_shapes(document: Document, shapes: Sequence[Shape], tracker: str = "") -> tuple[Edit, ...]:
    """Return the edits that make a track of shapes (see `joined`) in their place."""
    track = joined(document, shapes, tracker)
    listed = sorted(shapes, key=lambda shape: shape.frame)
    return (*(DropShape(shape.frame, shape.id) for shape in listed), PutTrack(track))


def joined(document: Document, shapes: Sequence[Shape], tracker: str = "") -> Track:
    """Return the track of shapes of one type, each on a frame of its own; it ends after the last."""
    listed = sorted(shapes, key=lambda shape: shape.frame)
    if not listed:
        raise EditError("There is no shape to make a track of", "choose a shape on each of some frames")
    for before, shape in pairwise(listed):
        if shape.type != before.type:
            kinds = f"{before.id} is a {before.type}, {shape.id} a {shape.type}"
            raise EditError("A track has shapes of one type", kinds)
        if shape.frame == before.frame:
            raise EditError("A track has one shape a frame", f"frame {shape.frame + 1} has {before.id} and {shape.id}")
    first, last = listed[0], listed[-1]
    label = document.label(first.label)
    mutable = {attribute.name for attribute in (label.attributes if label else ()) if attribute.mutable}
    keys = [_of_shape(shape, mutable) for shape in listed]
    count = document.media.frames
    if not count or last.frame + 1 < count:
        keys.append(replace(keys[-1], frame=last.frame + 1, outside=True))
    own = {name: value for name, value in first.attributes.items() if name not in mutable}
    return Track(
        document.next_id, first.label, first.type, own, first.group, first.source, tracker, prompt=first.prompt,
        keyframes=tuple(keys),
    )  # fmt: skip


def to_shapes(document: Document, number: int, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that put a shape on every frame on which a track stands, in its place."""
    track = find(document, number)
    keys, count = track.keyframes, document.media.frames
    if not keys:
        return (DropTrack(number),)
    first, last = keys[0].frame, count or keys[-1].frame + 1
    found = [shape for frame in range(first, last) if (shape := shape_at(track, frame, end_of(document), motion))]
    new = tuple(
        replace(shape, id=document.next_id + i, prompt=track.prompt if shape.frame == first else None)
        for i, shape in enumerate(found)
    )
    return (DropTrack(number), PutShapes(new)) if new else (DropTrack(number),)


def _of_shape(shape: Shape, mutable: set[str]) -> Keyframe:
    own = {name: value for name, value in shape.attributes.items() if name in mutable}
    by = shape.model if shape.model and shape.source == "auto" and not shape.verified else "human"
    return Keyframe(
        shape.frame, shape.points, shape.rotation, shape.mask, occluded=shape.occluded, z=shape.z, attributes=own,
        by=by, score=shape.score,
    )  # fmt: skip
