"""The shapes of tracks on a frame: computed from their keyframes, never saved.

Between two keyframes boxes and ellipses are interpolated and turn by the shortest arc; polygons and polylines are
matched along their outlines; points move one by one where both keyframes have equally many and otherwise stay as the
left keyframe has them, as masks always do. Where the camera's motion is given, each gap takes the better of two ways:
straight in the frame, or straight in the scene (`engine.tracks.steady`). Outside, occluded, z and attributes are the
left keyframe's. An object moves on towards a keyframe at which it is outside, as in CVAT.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from immutables import Map

from engine.document import Keyframe, Point, Shape, Track
from engine.memo import ByIdentity, kept
from engine.tracks.between import Span, moves, points_between
from engine.tracks.motion import Motion
from engine.tracks.steady import ways


def _listed(track: Track) -> tuple[int, ...]:
    return tuple(keyframe.frame for keyframe in track.keyframes)


_frames = ByIdentity(_listed, 20_000)
"""Track -> the frames of its keyframes: comparing these is all that finding one needs."""


def keyframe_at(track: Track, frame: int) -> Keyframe | None:
    """Return the keyframe on exactly this frame, or None."""
    index = bisect_right(_frames(track), frame) - 1
    found = track.keyframes[index] if index >= 0 else None
    return found if found is not None and found.frame == frame else None


def neighbours(track: Track, frame: int) -> tuple[Keyframe | None, Keyframe | None]:
    """Return the keyframes nearest before and after a frame, the one on it left out."""
    before, after = bisect_left(_frames(track), frame) - 1, bisect_right(_frames(track), frame)
    keys = track.keyframes
    return (keys[before] if before >= 0 else None), (keys[after] if after < len(keys) else None)


def shape_at(track: Track, frame: int, end: int | None = None, motion: Motion | None = None) -> Shape | None:
    """Return the track's shape on a frame; None before its first keyframe and where it is outside.

    Keyframes from frame `end` on are left out of account. With the camera's motion gaps may be steady.
    """
    return next(iter(_shapes_of((track,), frame, end, motion)), None)


@kept
def tracked_on(
    tracks: Map[int, Track], frame: int, end: int | None = None, motion: Motion | None = None
) -> tuple[Shape, ...]:
    """Return the shapes of tracks on a frame; `end` and `motion` as in `shape_at`."""
    return tuple(_shapes_of(tracks.values(), frame, end, motion))


def _shapes_of(tracks: Iterable[Track], frame: int, end: int | None, motion: Motion | None) -> list[Shape]:
    found = list[tuple[Track, Keyframe, tuple[Point, ...], float]]()
    spans, waiting = list[Span](), list[int]()
    for track in tracks:
        frames = _frames(track)
        index = bisect_right(frames, frame)
        if not index or (left := track.keyframes[index - 1]).outside:
            continue
        rotation = left.rotation
        if frames[index - 1] < frame and index < len(frames) and (end is None or frames[index] < end):
            right = track.keyframes[index]
            if moves(track.type, left, right):
                steady = motion if motion is not None and ways(track, motion)[index - 1] else None
                spans.append(span := Span(track.type, left, right, frame, steady))
                rotation = span.turned()
                waiting.append(len(found))
        found.append((track, left, left.points, rotation))
    for place, points in zip(waiting, points_between(spans), strict=True):
        track, left, _, rotation = found[place]
        found[place] = track, left, points, rotation
    return [_shape(track, frame, left, points, rotation) for track, left, points, rotation in found]


def _shape(track: Track, frame: int, left: Keyframe, points: tuple[Point, ...], rotation: float) -> Shape:
    return Shape(
        track.id, frame, track.label, track.type, points, rotation, left.mask, left.occluded, left.z, track.group,
        {**track.attributes, **left.attributes}, track.source, "" if left.by == "human" else left.by, left.score,
    )  # fmt: skip
