"""What edits touch: on which frame, which object, and where it is or was; so that undo can show what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.document import Box, Document, Shape
from engine.edit_types import (
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutKeyframe,
    PutKeyframes,
    PutReview,
    PutShape,
    PutShapes,
    PutTags,
    PutTrack,
)
from engine.outlines import known_box


class Touched(NamedTuple):
    """One thing on one frame."""

    frame: int
    id: int | None = None
    """Of the shape or track; None for tags."""
    box: Box | None = None
    """Where the shape is after the edit, or was before it, as far as that is known."""
    stands: bool = False
    """The shape is there after the edit."""


def touched(edits: Iterable[Edit], before: Document) -> Iterator[Touched]:
    """Yield what edits touch, in their order, given the document that they are applied to.

    What was said of ranges counts where nothing else is touched: it goes along with other edits.
    """
    every = list(edits)
    for edit in [edit for edit in every if not isinstance(edit, PutReview)] or every:
        match edit:
            case PutShape(shape=shape):
                yield Touched(shape.frame, shape.id, known_box(shape), True)
            case DropShape(frame=frame, id=number):
                yield _dropped(before.shape(frame, number), frame, number)
            case PutShapes(shapes=shapes, drop=gone_ids):
                yield from (Touched(shape.frame, shape.id, known_box(shape), True) for shape in shapes)
                there = {(at, shape.id): shape for at in {at for at, _ in gone_ids} for shape in before.shapes(at)}
                yield from (_dropped(there.get(place), *place) for place in gone_ids)
            case PutTags(frame=frame):
                yield Touched(frame)
            case PutKeyframe(track=number, keyframe=keyframe):
                yield Touched(keyframe.frame, number, None, not keyframe.outside)
            case DropKeyframe(track=number, frame=frame):
                yield Touched(frame, number)
            case PutKeyframes(track=number, keyframes=keyframes, drop=frames):
                yield from (Touched(item.frame, number, None, not item.outside) for item in keyframes)
                yield from (Touched(frame, number) for frame in frames)
            case CutKeyframes(track=number, first=first):
                yield Touched(first, number)
            case PutReview(track=number, review=states):
                yield from (Touched(state.first, number) for state in states[-1:])
            case PutTrack(track=track):
                yield from (Touched(item.frame, track.id, None, not item.outside) for item in track.keyframes)
            case DropTrack(id=number):
                old = before.tracks.get(number)
                yield from (Touched(keyframe.frame, number) for keyframe in (old.keyframes if old else ()))
            case _:
                continue


def _dropped(gone: Shape | None, frame: int, number: int) -> Touched:
    return Touched(frame, number, None if gone is None else known_box(gone))


def shown(found: Iterable[Touched], frame: int) -> Touched | None:
    """Return what of it is to be shown: on its own frame if that is one, else on `frame`; best what stands there."""
    items = list(found)
    alone = {item.frame for item in items}
    where = alone.pop() if len(alone) == 1 else frame
    here = [item for item in items if item.frame == where]
    return min(here, key=lambda item: not item.stands, default=Touched(where) if items else None)
