"""A gap, then a new track of the same label near by: one object that was lost and found again as another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from engine.document import Box, Document, Keyframe, Track
from engine.geometry import centre
from engine.review.base import Finding, FindingSpec, Parameter, in_order
from engine.text import plain
from engine.tracks.overlap import box_around

SPEC = FindingSpec(
    "resumed", "a track that ends where another one begins", 0.3, "1 - distance by the reach", "tracks",
    parameters=(
        Parameter("gap", "frames between the two at most", "frames", 30),
        Parameter("reach", "distance at most, the more the longer the gap", "sizes of the object", 1.0),
    ),
    middle=0.4, width=0.2,
)  # fmt: skip
GROWTH = 0.1
"""By so much of the object's size the reach grows with each frame of the gap."""


def find(document: Document, threshold: float) -> Iterator[Finding]:
    """Yield gaps; the second track is the one to be joined to the first. By their ends alone, not frame for frame."""
    given = SPEC.given
    begins = dict[str, list[tuple[int, int, Track]]]()
    for track in document.tracks.values():
        if track.keyframes:
            begins.setdefault(track.label, []).append((track.keyframes[0].frame, track.id, track))
    found = list[Finding]()
    for label, listed in begins.items():
        listed.sort(key=lambda one: one[:2])
        frames = [frame for frame, _, _ in listed]
        for _, _, track in listed:
            end = _end(track, document.media.frames)
            if end is None:
                continue
            low = bisect_right(frames, end.frame)
            high = bisect_right(frames, end.frame + int(given["gap"]) + 1)
            found += _joined(track, end, [other for _, _, other in listed[low:high]], given["reach"], threshold, label)
    yield from in_order(iter(found))


def _end(track: Track, count: int) -> Keyframe | None:
    """Return the keyframe that a track was last seen on, None where it goes on to the end."""
    keys = track.keyframes
    if keys[-1].outside:
        return next((key for key in reversed(keys) if not key.outside), None)
    return keys[-1] if len(keys) > 1 and keys[-1].frame < count - 1 and keys[-1].by != "human" else None


def _joined(
    track: Track, end: Keyframe, others: list[Track], reach: float, threshold: float, label: str
) -> Iterator[Finding]:
    here = box_around(track.type, end)
    for other in others:
        begin = other.keyframes[0]
        there = box_around(other.type, begin)
        if here is None or there is None or other is track:
            continue
        gap = begin.frame - end.frame
        score = 1 - _distance(here, there) / (reach + GROWTH * gap)
        if score >= threshold:
            text = f"track {other.id} ({plain(label, 40)}) begins {gap} frames after track {track.id} ended near by"
            yield Finding(SPEC.id, end.frame, begin.frame, begin.frame, (other.id, track.id), score, text)


def _distance(one: Box, other: Box) -> float:
    """Return the distance of two boxes' middles and sizes, in sizes of the first."""
    a, b = np.asarray(one), np.asarray(other)
    size = float(np.sqrt(max((a[2:] - a[:2]).prod(), 1.0)))
    apart = np.hypot(*(np.array(centre(one)) - np.array(centre(other))))
    return float(apart + np.abs((a[2:] - a[:2]) - (b[2:] - b[:2])).mean()) / size
