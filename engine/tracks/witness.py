"""Keyframes that say which way a gap goes, where an edit beside it took away what said so.

A gap is straight in the frame or in the scene by what the keyframes at its ends say (`engine.tracks.steady`). Parting a
track puts or takes keyframes there, and the choice of a gap may turn round: then shapes would move on frames that the
edit does not mean. An interpolated keyframe where both ways differ most keeps the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from engine.document import Keyframe, Point, Track
from engine.tracks.at_frame import keyframe_at, neighbours, shape_at
from engine.tracks.between import Span, moves, points_between
from engine.tracks.motion import Motion
from engine.tracks.steady import ways

INTERPOLATED = "fill"
Keyframes = tuple[Keyframe, ...]
Piece = tuple[Track, int, int]
"""A track, and the first and last frame on which another is to go on as it did."""
ROUNDS = 6
"""A keyframe that is put says something to the gaps beside it as well; after so many rounds it is left."""
SEEN = 0.05
"""Frame pixels from which a difference counts; points are rounded to hundredths."""


def state(track: Track, keyframes: Keyframes, frame: int, motion: Motion | None) -> Keyframe | None:
    """Return what a track with these keyframes is on a frame, as one marked as interpolated; None before it begins."""
    whole = replace(track, keyframes=keyframes)
    there = keyframe_at(whole, frame)
    if there is not None:
        return there
    left, _ = neighbours(whole, frame)
    if left is None:
        return None
    found = replace(left, frame=frame, by=INTERPOLATED, score=None, agreement=None)
    shape = shape_at(whole, frame, motion=motion)
    return found if shape is None else replace(found, points=shape.points, rotation=shape.rotation)


def witnessed(keyframes: Keyframes, pieces: Sequence[Piece], motion: Motion | None) -> Keyframes:
    """Return keyframes, with more where on a piece's frames a gap would not go the way that it went in its track."""
    if motion is None:
        return keyframes
    for _ in range(ROUNDS):
        track = replace(pieces[0][0], keyframes=keyframes)
        gaps = zip(pairwise(keyframes), ways(track, motion), strict=True)
        found = [_witness(left, right, steady, pieces, motion) for (left, right), steady in gaps]
        new = [key for key in found if key is not None]
        if not new:
            break
        keyframes = tuple(sorted((*keyframes, *new), key=lambda key: key.frame))
    return keyframes


def _witness(left: Keyframe, right: Keyframe, steady: bool, pieces: Sequence[Piece], motion: Motion) -> Keyframe | None:
    """Return the keyframe that a gap needs to go the old way, None where it does or no difference is seen."""
    inner = range(left.frame + 1, right.frame)
    source = next((one for one, low, high in pieces if low <= left.frame and right.frame <= high), None)
    if source is None or left.outside or not inner or not moves(source.type, left, right):
        return None
    if _way(source, left.frame, motion) == steady:
        return None
    now = points_between([Span(source.type, left, right, frame, motion if steady else None) for frame in inner])
    found = [shape_at(source, frame, motion=motion) for frame in inner]
    off = [apart(there, () if was is None else was.points) for there, was in zip(now, found, strict=True)]
    widest = int(np.argmax(off))
    return state(source, source.keyframes, inner[widest], motion) if off[widest] > SEEN else None


def apart(one: Sequence[Point], other: Sequence[Point]) -> float:
    """Return how far points are apart; of different numbers of points, as far as counts."""
    return float(np.abs(np.subtract(one, other)).max()) if len(one) == len(other) else 2 * SEEN


def _way(track: Track, frame: int, motion: Motion) -> bool:
    """Say whether the gap after a frame is steady; after the last keyframe a track stays where it is in the frame."""
    before = sum(key.frame <= frame for key in track.keyframes)
    return 0 < before < len(track.keyframes) and ways(track, motion)[before - 1]
