"""What was done with the objects of one tool, and whose objects a commit made, changed or removed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from engine.document import Document, Shape, Track
from engine.edit_types import (
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutKeyframe,
    PutKeyframes,
    PutShape,
    PutShapes,
    PutTrack,
)

Verb = Literal["made", "changed", "removed"]
MANY = 500
"""Shapes of one edit up to which each is looked at: nobody makes more by hand, and a run may have 100,000."""


class Deed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One step with objects of a tool, and what it took; nothing of what they are or where."""

    tool: str
    """Id of an interactor, detector or tracker; a type of shape for what was drawn; "" for copies."""
    made: int = 0
    changed: int = 0
    removed: int = 0
    undone: int = 0
    """Objects that were made and taken back; negative where they were done again."""
    keys: int = 0
    """Keys, clicks and turns of the wheel."""
    seconds: float = 0.0
    frames: int = 0
    """Keyframes that a run set."""

    @property
    def is_free(self) -> bool:
        """Whether it took nobody's time."""
        return not self.keys and not self.seconds


def tool_of(item: Shape | Track) -> str:
    """Return what made a shape or track; its type where a person drew it."""
    if isinstance(item, Track):
        return item.tracker or (item.prompt.tool if item.prompt else "") or item.type
    if item.prompt is not None:
        return item.prompt.tool
    return item.model if item.source in ("auto", "semi-auto") and item.model else item.type


def by_person(before: Document, edits: Iterable[Edit]) -> dict[str, Counter[Verb]]:
    """Return for each tool how many objects edits make, change and remove; parts of one object count once.

    What a review says of an object changes nothing of it.
    """
    touched: defaultdict[tuple[str, Verb], set[object]] = defaultdict(set)
    for edit in edits:
        for verb, item in _touched(before, edit):
            touched[tool_of(item), verb].add(("group", item.group) if item.group else item.id)
    found = defaultdict[str, Counter[Verb]](Counter)
    for edit in edits:
        if isinstance(edit, PutShapes) and touched and (rest := max(len(edit.shapes), len(edit.drop)) - MANY) > 0:
            tool, verb = next(iter(touched))
            found[tool][verb] += rest
    for (tool, verb), objects in touched.items():
        found[tool][verb] += len(objects)
    return found


def by_run(before: Document, edits: Iterable[Edit]) -> dict[str, tuple[int, int]]:
    """Return for each tool of a run how many objects it made and on how many frames it set keyframes."""
    made, frames = Counter[str](), Counter[str]()
    for edit in edits:
        match edit:
            case PutShapes(shapes=shapes) if shapes:
                made[tool_of(shapes[0])] += len(shapes)
            case PutShape(shape=shape):
                made[tool_of(shape)] += 1
            case PutTrack(track=track) if track.id not in before.tracks:
                made[tool_of(track)] += 1
            case PutKeyframes(track=number, keyframes=keys) if keys and number in before.tracks:
                frames[tool_of(before.tracks[number])] += len(keys)
            case _:
                pass
    return {tool: (made[tool], frames[tool]) for tool in {*made, *frames}}


def _touched(before: Document, edit: Edit) -> Iterator[tuple[Verb, Shape | Track]]:
    match edit:
        case PutShape(shape=shape):
            yield from _put(before.shape(shape.frame, shape.id), shape)
        case DropShape(frame=frame, id=number):
            yield from (("removed", old) for old in before.shapes(frame) if old.id == number)
        case PutShapes(shapes=shapes, drop=drop):
            old = _known(before, shapes[:MANY], drop[:MANY])
            for shape in shapes[:MANY]:
                yield from _put(old.get((shape.frame, shape.id)), shape)
            yield from (("removed", old[place]) for place in drop[:MANY] if place in old)
        case PutTrack(track=track):
            yield from _put(before.tracks.get(track.id), track)
        case DropTrack(id=number):
            yield from (("removed", track) for track in _track(before, number))
        case PutKeyframe() | PutKeyframes() | DropKeyframe() | CutKeyframes():
            yield from (("changed", track) for track in _track(before, edit.track))
        case _:
            pass


def _put(old: Any, new: Any) -> Iterator[tuple[Verb, Any]]:
    if old is None:
        yield "made", new
    elif (
        replace(old, review=new.review, verified=new.verified) if isinstance(new, Shape) else _unsaid(old, new)
    ) != new:
        yield "changed", old


def _unsaid(old: Track, new: Track) -> Track:
    return replace(old, review=new.review)


def _track(before: Document, number: int) -> list[Track]:
    return [before.tracks[number]] if number in before.tracks else []


def _known(
    before: Document, shapes: Sequence[Shape], drop: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Shape]:  # fmt: skip
    frames = {shape.frame for shape in shapes} | {frame for frame, _ in drop}
    return {(frame, old.id): old for frame in frames for old in before.shapes(frame)}
