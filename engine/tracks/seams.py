"""The seams of tracks that are parted, joined or exchanged: keyframes that these need and nobody set.

They are marked as interpolated (`by` "fill", without the agreement that a filled one has) and go again where they say
nothing that interpolation does not say as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import attrgetter

from msgspec.structs import replace

from engine.document import Keyframe, Track
from engine.tracks.at_frame import keyframe_at
from engine.tracks.motion import Motion
from engine.tracks.witness import INTERPOLATED, Keyframes, state, witnessed

FAR = 3
"""Keyframes that somebody set, beyond which no interpolated one can come of a seam."""


def parted(track: Track, frame: int, motion: Motion | None) -> tuple[Keyframes, Keyframes]:
    """Return a track's keyframes before a frame and from it on; none of the second where it is over."""
    there = state(track, track.keyframes, frame, motion)
    before, after = before_of(track, frame), tuple(key for key in track.keyframes if key.frame > frame)
    if there is None or (there.outside and not after):
        return before, ()
    if not there.outside:
        before, after = (*before, replace(there, outside=True)), (there, *after)
    elif keyframe_at(track, frame) is not None:
        before = (*before, there)
    last = max(frame, track.keyframes[-1].frame)
    return witnessed(before, [(track, 0, frame)], motion), witnessed(after, [(track, frame, last)], motion)


def exchanged(first: Track, second: Track, frame: int, motion: Motion | None) -> tuple[Keyframes, ...]:
    """Return the keyframes of both tracks with what they are from a frame on exchanged."""
    return _crossed(first, second, frame, motion), _crossed(second, first, frame, motion)


def bare_exchange(first: Track, second: Track, frame: int) -> tuple[Keyframes, ...]:
    """Return the same without any keyframe that nobody has set: what two tracks were, of which these were made so.

    Interpolation hands on roundings and choices, so that this is not to be had from what is shown alone.
    """
    ends = [tuple(key for key in track.keyframes if key.frame >= frame) for track in (first, second)]
    return tuple(
        without_doubtful((*before_of(track, frame), *end))
        for track, end in zip((first, second), reversed(ends), strict=True)
    )


def tidied(track: Track, keyframes: Keyframes, joints: Iterable[int], motion: Motion | None) -> Keyframes:
    """Return the keyframes without interpolated ones at some frames that say what is so without them."""
    frames = {frame for joint in joints for frame in _near(keyframes, joint)}
    doubtful = [key for key in keyframes if key.frame in frames and _is_doubtful(key)]
    # all at once, as they came, or else one by one, twice: one that goes may let another go
    for some in (doubtful, *([key] for key in (*doubtful, *doubtful))):
        rest = tuple(key for key in keyframes if key not in some)
        if len(rest) < len(keyframes) and all(_says_nothing(track, rest, key, motion) for key in some):
            keyframes = rest
    return keyframes


def without_doubtful(keyframes: Iterable[Keyframe]) -> Keyframes:
    return tuple(key for key in keyframes if not _is_doubtful(key))


def before_of(track: Track, frame: int) -> Keyframes:
    return tuple(key for key in track.keyframes if key.frame < frame)


def _crossed(track: Track, other: Track, frame: int, motion: Motion | None) -> Keyframes:
    """Return a track's keyframes before a frame, and the other's from it on, with what both were at the seam."""
    before, after = list(before_of(track, frame)), [key for key in other.keyframes if key.frame >= frame]
    own, taken = state(track, track.keyframes, frame - 1, motion), state(other, other.keyframes, frame, motion)
    if before and own is not None and before[-1].frame != frame - 1 and not own.outside:
        before.append(own)
    if taken is not None and not (after and after[0].frame == frame):
        after.insert(0, taken)
    if before and not before[-1].outside and taken is None:
        # the other one begins later: until then there is nothing
        after.insert(0, replace(before[-1], frame=frame, outside=True, by=INTERPOLATED, score=None, agreement=None))
    keys = tidied(track, (*before, *after), (frame - 1, frame), motion)
    return witnessed(keys, [(track, 0, frame - 1), (other, frame, keys[-1].frame)], motion) if keys else keys


def _is_doubtful(key: Keyframe) -> bool:
    return key.by == INTERPOLATED and key.agreement is None


def _near(keyframes: Keyframes, joint: int) -> Iterator[int]:
    """Yield the frames of keyframes that a seam may have needed: at it, and up to the next ones that somebody set."""
    place = bisect_left(keyframes, joint, key=attrgetter("frame"))
    for side in (reversed(keyframes[:place]), keyframes[place:]):
        set_by_others = 0
        for key in side:
            set_by_others += not _is_doubtful(key)
            if set_by_others == FAR:
                break
            yield key.frame


def _says_nothing(track: Track, rest: Keyframes, key: Keyframe, motion: Motion | None) -> bool:
    without = state(track, rest, key.frame, motion)
    return key.outside if without is None or without.outside else without == key
