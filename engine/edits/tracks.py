"""Edits of tracks: whole ones, their keyframes, their review."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter

from msgspec.structs import replace

from engine import rules
from engine.document import Document, Keyframe, Track
from engine.edit_types import (
    CutKeyframes,
    DropKeyframe,
    DropTrack,
    Edit,
    PutKeyframe,
    PutKeyframes,
    PutReview,
    PutTrack,
)
from engine.edits.common import frame_problem, indexed, must, round_region, taken_problem
from engine.errors import EditError, nearest
from engine.ids import following


def put_track(document: Document, edit: PutTrack) -> tuple[Document, Edit]:
    """Insert or replace a track."""
    document = indexed(document)
    track = replace(
        edit.track, keyframes=tuple(round_region(keyframe, "The track") for keyframe in edit.track.keyframes)
    )
    must(rules.track_problem(track, document.labels), "The track")
    for keyframe in track.keyframes[-1:]:
        must(frame_problem(document, keyframe.frame), "The track")
    old = document.tracks.get(track.id)
    if old is None:
        must(taken_problem(document, track.id), "The track")
    assert document.ids is not None
    after = replace(
        document,
        tracks=document.tracks.set(track.id, track),
        ids=document.ids if old is not None else document.ids.with_id(track.id),
        next_id=following(document.next_id, track.id, track.group),
    )
    return after, DropTrack(track.id) if old is None else PutTrack(old)


def drop_track(document: Document, edit: DropTrack) -> tuple[Document, Edit]:
    """Remove a track."""
    document, track = indexed(document), _track_of(document, edit.id)
    assert document.ids is not None
    after = replace(document, tracks=document.tracks.delete(edit.id), ids=document.ids.without_id(edit.id))
    return after, PutTrack(track)


def _track_of(document: Document, number: int) -> Track:
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


def put_keyframe(document: Document, edit: PutKeyframe) -> tuple[Document, Edit]:
    """Insert or replace a keyframe."""
    track = _track_of(document, edit.track)
    keyframe = _fitting(document, track, edit.keyframe)
    place, old = _find(track, keyframe.frame)
    rest = track.keyframes[place + (old is not None) :]
    after = _with_keyframes(document, track, (*track.keyframes[:place], keyframe, *rest))
    return after, DropKeyframe(track.id, keyframe.frame) if old is None else PutKeyframe(track.id, old)


def drop_keyframe(document: Document, edit: DropKeyframe) -> tuple[Document, Edit]:
    """Remove a keyframe."""
    track = _track_of(document, edit.track)
    place, old = _find(track, edit.frame)
    if old is None:
        raise _nothing_there(track, edit.frame)
    after = _with_keyframes(document, track, (*track.keyframes[:place], *track.keyframes[place + 1 :]))
    return after, PutKeyframe(track.id, old)


def put_keyframes(document: Document, edit: PutKeyframes) -> tuple[Document, Edit]:
    """Change many keyframes of a track; those before the first and after the last of them are not looked at."""
    track = _track_of(document, edit.track)
    frames = [*edit.drop, *(keyframe.frame for keyframe in edit.keyframes)]
    must("a frame stands in it twice" if len({*frames}) < len(frames) else "", "The change of keyframes")
    first = bisect_left(track.keyframes, min(frames, default=0), key=attrgetter("frame"))
    end = bisect_right(track.keyframes, max(frames, default=-1), key=attrgetter("frame"))
    old = {keyframe.frame: keyframe for keyframe in track.keyframes[first:end]}
    gone = set(edit.drop)
    if missing := gone - set(old):
        raise _nothing_there(track, min(missing))
    new = {frame: keyframe for frame, keyframe in old.items() if frame not in gone}
    new |= {given.frame: _fitting(document, track, given) for given in edit.keyframes}
    changed = (new[frame] for frame in sorted(new))
    after = _with_keyframes(document, track, (*track.keyframes[:first], *changed, *track.keyframes[end:]))
    restored = tuple(old[frame] for frame in sorted(frames) if frame in old)
    return after, PutKeyframes(track.id, restored, tuple(frame for frame in frames if frame not in old))


def cut_keyframes(document: Document, edit: CutKeyframes) -> tuple[Document, Edit]:
    """Remove the keyframes of a stretch of a track."""
    track = _track_of(document, edit.track)
    first = bisect_left(track.keyframes, edit.first, key=attrgetter("frame"))
    end = bisect_right(track.keyframes, edit.last, key=attrgetter("frame"))
    if first >= end:
        found = f"track {track.id} has no keyframe from frame {edit.first} to {edit.last}"
        raise EditError("There is nothing to remove", found)
    after = _with_keyframes(document, track, (*track.keyframes[:first], *track.keyframes[end:]))
    return after, PutKeyframes(track.id, track.keyframes[first:end])


def put_review(document: Document, edit: PutReview) -> tuple[Document, Edit]:
    """Replace the review states of a track."""
    track = _track_of(document, edit.track)
    new = replace(track, review=edit.review)
    must(rules.review_problem(new), "The review")
    for review in edit.review:
        must(frame_problem(document, review.last), "The review")
    return replace(document, tracks=document.tracks.set(track.id, new)), PutReview(track.id, track.review)


def _fitting(document: Document, track: Track, given: Keyframe) -> Keyframe:
    """Return a keyframe as it is kept; raise EditError if it does not fit."""
    keyframe: Keyframe = round_region(given, "The keyframe")
    must(rules.keyframe_problem(keyframe, track.type), "The keyframe")
    must(frame_problem(document, keyframe.frame), "The keyframe")
    return keyframe


def _nothing_there(track: Track, frame: int) -> EditError:
    return EditError("There is nothing to remove", f"track {track.id} has no keyframe on frame {frame}")
