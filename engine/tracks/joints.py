"""Which tracks may be one object with another: those that stand on other frames, by how near they come to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

from engine.document import Box, Document, Track
from engine.geometry import centre, distance
from engine.tracks.at_frame import shape_at
from engine.tracks.overlap import box_around
from engine.tracks.spans import FOR_EVER, said, spans_of

PACE = 25.0
"""Frames without either that count as much as one size of the object between their places."""
LOOKED_AT, LISTED = 80, 30
"""Tracks whose places are compared, the nearest in time; tracks that are named."""


@dataclass(frozen=True)
class Joint:
    """Where two tracks would be joined: the last frame of the one and the first of the other."""

    other: int
    last: int
    first: int
    is_later: bool
    """The other one comes after."""
    stays: bool
    """Nothing ends the earlier one: the frames between are interpolated."""
    apart: float = 0.0
    """Distance of their middles there, in sizes of the object."""

    @property
    def between(self) -> int:
        """Return how many frames lie between the two."""
        return self.first - self.last - 1

    @property
    def far(self) -> float:
        """Return how far they are from each other in time and place, in sizes of the object."""
        return self.apart + self.between / PACE


def joints(document: Document, track: Track, known: tuple[int, ...] = ()) -> list[Joint]:
    """Return where a track can be joined to others of its type, those of its label first, then the nearest.

    Of many the nearest alone, and those that are `known` to have to do with it.
    """
    tracks = document.tracks
    found = [
        joint
        for other in tracks.values()
        if other is not track and other.type == track.type and (joint := joint_of(track, other)) is not None
    ]

    def is_other(joint: Joint) -> bool:
        return tracks[joint.other].label != track.label

    found.sort(key=lambda joint: (joint.other not in known, is_other(joint), joint.between, joint.other))
    placed = [_placed(document, track, joint) for joint in found[:LOOKED_AT]]
    placed.sort(key=lambda joint: (joint.other not in known, is_other(joint), joint.far, joint.other))
    return placed[:LISTED]


def joint_of(track: Track, other: Track) -> Joint | None:
    """Return where two tracks are nearest in time, None where both stand on some frame or one nowhere."""
    spans = sorted([(*span, False) for span in said(track)] + [(*span, True) for span in said(other)])
    found = list[Joint]()
    for (_, last, by_other), (first, _, is_later) in pairwise(spans):
        if by_other != is_later:
            if first <= last:
                return None
            earlier = other if by_other else track
            stays = any(end == FOR_EVER and begin <= last for begin, end in spans_of(earlier))
            found.append(Joint(other.id, last, first, is_later, stays))
    return min(found, key=lambda joint: joint.between, default=None)


def _placed(document: Document, track: Track, joint: Joint) -> Joint:
    """Return a joint with how far apart the two are there."""
    other = document.tracks[joint.other]
    pair = (track, other) if joint.is_later else (other, track)
    shapes = [
        shape_at(one, at, motion=document.motion) for one, at in zip(pair, (joint.last, joint.first), strict=True)
    ]
    one, two = (None if shape is None else box_around(track.type, shape) for shape in shapes)
    if one is None or two is None:
        return joint
    size = sqrt(max((_area(one) + _area(two)) / 2, 1.0))
    return replace(joint, apart=distance(centre(one), centre(two)) / size)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
