"""One change to a document, as data, and how it is done: `apply(document, edit) -> (document, inverse edit)`.

Apart from the document because edits are also what the journal holds and what undo keeps. The cost of an edit depends
on the frame or track that it touches, not on the document, which shares all that was not touched. Coordinates are
rounded here, once, so that memory, journal and file hold the same numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from engine import rules
from engine.document import Document, Keyframe, Label, Track
from engine.edit_types import (
    Arrange,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutKeyframe,
    PutLabelMap,
    PutLabels,
    PutPicture,
    PutShape,
    PutTags,
    PutTrack,
)
from engine.errors import EditError, nearest
from engine.ids import Ids, following
from engine.numbering import inverse_of, moved, renumbered, with_beyond
from engine.rounding import rounded

__all__ = [
    "Arrange", "DropKeyframe", "DropShape", "DropTrack", "Edit", "PutKeyframe", "PutLabelMap", "PutLabels",
    "PutPicture", "PutShape", "PutTags", "PutTrack", "apply", "apply_all", "indexed",
]  # fmt: skip


def apply(document: Document, edit: Edit) -> tuple[Document, Edit]:
    """Return the document after the edit, and the edit that takes it back; raise EditError if it does not fit.

    The inverse restores everything but `next_id`, which never falls, so that an id is never given twice, and
    `last_frame`, which only follows.
    """
    match edit:
        case PutShape():
            return _put_shape(document, edit)
        case DropShape():
            return _drop_shape(document, edit)
        case PutTrack():
            return _put_track(document, edit)
        case DropTrack():
            return _drop_track(document, edit)
        case PutKeyframe():
            return _put_keyframe(document, edit)
        case DropKeyframe():
            return _drop_keyframe(document, edit)
        case PutLabels():
            return _put_labels(document, edit)
        case PutTags():
            return _put_tags(document, edit)
        case PutLabelMap():
            return _put_label_map(document, edit)
        case PutPicture():
            return _put_picture(document, edit)
        case Arrange():
            return _arrange(document, edit)


def apply_all(document: Document, edits: Iterable[Edit]) -> tuple[Document, tuple[Edit, ...]]:
    """Apply edits one after the other; return the document and the inverses in the order to apply them."""
    inverses: list[Edit] = []
    for edit in edits:
        document, inverse = apply(document, edit)
        inverses.append(inverse)
    return document, tuple(reversed(inverses))


def indexed(document: Document) -> Document:
    """Return the document with its set of taken ids; made once, then carried along by every edit."""
    if document.ids is not None:
        return document
    ids = Ids.of([shape.id for shapes in document.frames.values() for shape in shapes] + list(document.tracks))
    return replace(document, ids=ids)


def _must(problem: str, what: str) -> None:
    if problem:
        raise EditError(f"{what} does not fit", problem)


def _frame_problem(document: Document, frame: int) -> str:
    """Say what is wrong with a frame's number; what a file holds beyond its media may be changed and put back."""
    count = max(document.media.frames, document.beyond)
    last = count - 1 if document.media.frames > 0 else rules.LARGEST_FRAME
    return rules.number_problem(frame, "frame", lowest=0, highest=last)


def _round(region: Any, what: str) -> Any:
    try:
        return rounded(region)
    except (TypeError, ValueError, OverflowError) as error:
        raise EditError(f"{what} does not fit", "its points must be pairs of numbers") from error


def _taken(document: Document, number: int) -> str:
    assert document.ids is not None
    if number not in document.ids:
        return ""
    return f"id {number} is used by another shape or track"


def _put_shape(document: Document, edit: PutShape) -> tuple[Document, Edit]:
    document, shape = indexed(document), _round(edit.shape, "The shape")
    _must(rules.shape_problem(shape, document.labels), "The shape")
    _must(_frame_problem(document, shape.frame), "The shape")
    shapes = document.frames.get(shape.frame, ())
    found = next((place for place, old in enumerate(shapes) if old.id == shape.id), None)
    if found is None:
        _must(_taken(document, shape.id), "The shape")
    rest = shapes if found is None else (*shapes[:found], *shapes[found + 1 :])
    at = edit.at if edit.at is not None else (len(rest) if found is None else found)
    if not 0 <= at <= len(rest):
        raise EditError("The shape does not fit", f"there is no place {at} among {len(rest)} shapes")
    assert document.ids is not None
    after = replace(
        document,
        frames=document.frames.set(shape.frame, (*rest[:at], shape, *rest[at:])),
        ids=document.ids if found is not None else document.ids.with_id(shape.id),
        next_id=following(document.next_id, shape.id, shape.group),
    )
    if found is None:
        return after, DropShape(shape.frame, shape.id)
    return after, PutShape(shapes[found], None if found == at else found)


def _drop_shape(document: Document, edit: DropShape) -> tuple[Document, Edit]:
    document = indexed(document)
    shapes = document.frames.get(edit.frame, ())
    found = next((place for place, old in enumerate(shapes) if old.id == edit.id), None)
    if found is None:
        raise EditError("There is nothing to remove", f"no shape {edit.id} on frame {edit.frame}")
    rest = (*shapes[:found], *shapes[found + 1 :])
    assert document.ids is not None
    after = replace(
        document,
        frames=document.frames.set(edit.frame, rest) if rest else document.frames.delete(edit.frame),
        ids=document.ids.without_id(edit.id),
    )
    return after, PutShape(shapes[found], None if found == len(rest) else found)


def _put_track(document: Document, edit: PutTrack) -> tuple[Document, Edit]:
    document = indexed(document)
    track = replace(edit.track, keyframes=tuple(_round(keyframe, "The track") for keyframe in edit.track.keyframes))
    _must(rules.track_problem(track, document.labels), "The track")
    for keyframe in track.keyframes[-1:]:
        _must(_frame_problem(document, keyframe.frame), "The track")
    old = document.tracks.get(track.id)
    if old is None:
        _must(_taken(document, track.id), "The track")
    assert document.ids is not None
    after = replace(
        document,
        tracks=document.tracks.set(track.id, track),
        ids=document.ids if old is not None else document.ids.with_id(track.id),
        next_id=following(document.next_id, track.id, track.group),
    )
    return after, DropTrack(track.id) if old is None else PutTrack(old)


def _drop_track(document: Document, edit: DropTrack) -> tuple[Document, Edit]:
    document, track = indexed(document), _track(document, edit.id)
    assert document.ids is not None
    after = replace(document, tracks=document.tracks.delete(edit.id), ids=document.ids.without_id(edit.id))
    return after, PutTrack(track)


def _track(document: Document, number: int) -> Track:
    track = document.tracks.get(number)
    if track is None:
        raise EditError(f"There is no track {number}", nearest(str(number), map(str, sorted(document.tracks)[:1000])))
    return track


def _with_keyframes(document: Document, track: Track, keyframes: tuple[Keyframe, ...]) -> Document:
    return replace(document, tracks=document.tracks.set(track.id, replace(track, keyframes=keyframes)))


def _find(track: Track, frame: int) -> tuple[int, Keyframe | None]:
    place = bisect_left(track.keyframes, frame, key=attrgetter("frame"))
    found = track.keyframes[place] if place < len(track.keyframes) else None
    return place, found if found is not None and found.frame == frame else None


def _put_keyframe(document: Document, edit: PutKeyframe) -> tuple[Document, Edit]:
    track, keyframe = _track(document, edit.track), _round(edit.keyframe, "The keyframe")
    _must(rules.keyframe_problem(keyframe, track.type), "The keyframe")
    _must(_frame_problem(document, keyframe.frame), "The keyframe")
    place, old = _find(track, keyframe.frame)
    rest = track.keyframes[place + (old is not None) :]
    after = _with_keyframes(document, track, (*track.keyframes[:place], keyframe, *rest))
    return after, DropKeyframe(track.id, keyframe.frame) if old is None else PutKeyframe(track.id, old)


def _drop_keyframe(document: Document, edit: DropKeyframe) -> tuple[Document, Edit]:
    track = _track(document, edit.track)
    place, old = _find(track, edit.frame)
    if old is None:
        raise EditError("There is nothing to remove", f"track {track.id} has no keyframe on frame {edit.frame}")
    after = _with_keyframes(document, track, (*track.keyframes[:place], *track.keyframes[place + 1 :]))
    return after, PutKeyframe(track.id, old)


def _put_labels(document: Document, edit: PutLabels) -> tuple[Document, Edit]:
    _must(rules.labels_problem(edit.labels), "The list of labels")
    before = {label.name: label for label in document.labels}
    now = {label.name: label for label in edit.labels}
    # only a label that went or allows less can leave shapes without one, so only then is every shape looked at
    if any(name not in now or (now[name].types and now[name].types != old.types) for name, old in before.items()):
        _must(_uses_problem(document, edit.labels), "The list of labels")
    return replace(document, labels=tuple(edit.labels)), PutLabels(document.labels)


def _uses_problem(document: Document, labels: tuple[Label, ...]) -> str:
    uses: set[tuple[str, Any]] = {(shape.label, shape.type) for shape in document.all_shapes()}
    uses |= {(track.label, track.type) for track in document.tracks.values()}
    uses |= {(tag.label, None) for tags in document.tags.values() for tag in tags}
    problems = (rules.label_use_problem(labels, name, kind) for name, kind in sorted(uses, key=str))
    return next((f"{problem} (it is in use)" for problem in problems if problem), "")


def _put_tags(document: Document, edit: PutTags) -> tuple[Document, Edit]:
    _must(_frame_problem(document, edit.frame), "The tag")
    for tag in edit.tags:
        _must(rules.tag_problem(tag, document.labels), "The tag")
        _must("" if tag.frame == edit.frame else f"it is on frame {tag.frame}, not {edit.frame}", "The tag")
    old = document.tags.get(edit.frame, ())
    if edit.tags:
        tags = document.tags.set(edit.frame, tuple(edit.tags))
    else:
        tags = document.tags.delete(edit.frame) if old else document.tags
    return replace(document, tags=tags), PutTags(edit.frame, old)


def _put_label_map(document: Document, edit: PutLabelMap) -> tuple[Document, Edit]:
    _must(rules.name_problem(edit.detector, "a detector's name"), "The label map")
    _must(rules.label_map_problem(edit.mapping or {}), "The label map")
    old = document.label_maps.get(edit.detector)
    if edit.mapping is not None:
        maps = document.label_maps.set(edit.detector, edit.mapping)
    else:
        maps = document.label_maps if old is None else document.label_maps.delete(edit.detector)
    return replace(document, label_maps=maps), PutLabelMap(edit.detector, old)


def _put_picture(document: Document, edit: PutPicture) -> tuple[Document, Edit]:
    _must(rules.number_problem(edit.frame, "frame", lowest=0, highest=rules.LARGEST_FRAME), "The picture")
    old = document.pictures.get(edit.frame)
    if edit.picture is not None:
        _must(rules.picture_problem(edit.picture), "The picture")
        pictures = document.pictures.set(edit.frame, replace(edit.picture, frame=edit.frame))
    else:
        pictures = document.pictures if old is None else document.pictures.delete(edit.frame)
    return replace(document, pictures=pictures), PutPicture(edit.frame, old)


def _arrange(document: Document, edit: Arrange) -> tuple[Document, Edit]:
    for picture in edit.pictures:
        _must(rules.picture_problem(picture), "The picture")
    lines = document.pictures.mutate()
    forgotten = [lines.pop(frame) for frame in edit.forgotten if frame in lines]
    kept = replace(document, pictures=lines.finish())
    after, back = renumbered(kept, edit.moves), inverse_of(kept, edit.moves)
    replaced = [after.pictures[line.frame] for line in edit.pictures if line.frame in after.pictures]
    new = tuple(sorted(line.frame for line in edit.pictures if line.frame not in after.pictures))
    old = (*(moved(line, back) for line in replaced), *forgotten)
    pictures = after.pictures.update({line.frame: line for line in edit.pictures})
    after = with_beyond(replace(after, media=edit.media, pictures=pictures))
    return after, Arrange(document.media, back, old, new)
