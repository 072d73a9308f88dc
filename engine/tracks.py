"""The shape of a track at a frame: what lies between its keyframes.

Apart from the document because it is computed, never saved. Between two keyframes boxes and ellipses are interpolated
linearly and turn by the shortest arc; polygons, polylines and points move vertex by vertex where both keyframes have
equally many and otherwise stay as the left keyframe has them, as masks always do. Outside, occluded, z and attributes
are the left keyframe's. An object moves on towards a keyframe at which it is outside, as in CVAT.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from immutables import Map

from engine.document import Keyframe, Point, Shape, Track
from engine.kept import kept


def keyframe_index(track: Track, frame: int) -> int:
    """Return the index of the last keyframe at or before a frame, -1 if there is none."""
    return bisect_right(track.keyframes, frame, key=_frame) - 1


def keyframe_at(track: Track, frame: int) -> Keyframe | None:
    """Return the keyframe on exactly this frame, or None."""
    index = keyframe_index(track, frame)
    found = track.keyframes[index] if index >= 0 else None
    return found if found is not None and found.frame == frame else None


def neighbours(track: Track, frame: int) -> tuple[Keyframe | None, Keyframe | None]:
    """Return the keyframes nearest before and after a frame, the one on it left out."""
    before = bisect_left(track.keyframes, frame, key=_frame) - 1
    after = bisect_right(track.keyframes, frame, key=_frame)
    keys = track.keyframes
    return (keys[before] if before >= 0 else None), (keys[after] if after < len(keys) else None)


def shape_at(track: Track, frame: int, end: int | None = None) -> Shape | None:
    """Return the track's shape on a frame; None before its first keyframe and where it is outside.

    Keyframes from frame `end` on are left out of account.
    """
    index = keyframe_index(track, frame)
    if index < 0 or track.keyframes[index].outside:
        return None
    left = track.keyframes[index]
    right = track.keyframes[index + 1] if index + 1 < len(track.keyframes) else None
    right = None if right is not None and end is not None and right.frame >= end else right
    points, rotation = left.points, left.rotation
    if right is not None and frame > left.frame and track.type != "mask":
        t = (frame - left.frame) / (right.frame - left.frame)
        points = between(left.points, right.points, t)
        if len(left.points) == len(right.points):
            rotation = between_angles(left.rotation, right.rotation, t)
    return Shape(
        id=track.id,
        frame=frame,
        label=track.label,
        type=track.type,
        points=points,
        rotation=rotation,
        mask=left.mask,
        occluded=left.occluded,
        z=left.z,
        group=track.group,
        attributes={**track.attributes, **left.attributes},
        source=track.source,
        model="" if left.by == "human" else left.by,
        score=left.score,
    )


def between(left: tuple[Point, ...], right: tuple[Point, ...], t: float) -> tuple[Point, ...]:
    """Return points at the part `t` of the way, rounded as saved; the left ones if the counts differ."""
    if len(left) != len(right):
        return left
    return tuple(
        (round(a[0] + (b[0] - a[0]) * t, 2), round(a[1] + (b[1] - a[1]) * t, 2))
        for a, b in zip(left, right, strict=True)
    )


def between_angles(left: float, right: float, t: float) -> float:
    """Return the angle at the part `t` of the shortest arc from left to right, in degrees, 0 <= angle < 360."""
    arc = (right - left + 180.0) % 360.0 - 180.0
    return round((left + arc * t) % 360.0, 2) % 360.0


def _frame(keyframe: Keyframe) -> int:
    return keyframe.frame


@kept
def tracked_on(tracks: Map[int, Track], frame: int, end: int | None = None) -> tuple[Shape, ...]:
    """Return the shapes of tracks on a frame; `end` as in `shape_at`."""
    found = (shape_at(track, frame, end) for track in tracks.values())
    return tuple(shape for shape in found if shape is not None)
