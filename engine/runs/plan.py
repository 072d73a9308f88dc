"""Which objects a run follows, over which frames, and how far each may go: pure, document -> plans.

A person's keyframe ends the way of its track; a run goes on as long as any of its objects has a way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine import items
from engine.document import Document, Keyframe, ShapeType, Track
from engine.tracks import keyframe_at
from engine.tracks.cut import parted
from engine.tracks.edit import human_around


@dataclass(frozen=True)
class Way:
    """One track's way through a run."""

    track: int
    kind: ShapeType
    start: Keyframe
    """What it is followed from, on the run's first frame."""
    anchor: Keyframe | None
    """The keyframe there; None where what it is there is interpolated."""
    last: int
    """The last frame that the run may change."""
    like: Keyframe | None = None
    """Whose outline is moved and stretched: what an earlier run began with that this one goes on; None: `start`."""


@dataclass(frozen=True)
class Plan:
    """What one tracker is to do: frames[0] is where the objects are given, the frames may run backwards."""

    tracker: str
    frames: range
    ways: tuple[Way, ...]

    @property
    def step(self) -> int:
        """Return 1 forwards, -1 backwards."""
        return self.frames.step


@dataclass(frozen=True)
class Gap:
    """The frames between two keyframes of a person, to be filled from both sides."""

    track: int
    tracker: str
    first: Keyframe
    last: Keyframe


def due(document: Document, frame: int) -> list[int]:
    """Return the tracks that are followed to a new frame: pinned, their latest keyframe on this one."""
    return [
        track.id
        for track in document.tracks.values()
        if track.pinned and track.tracker and track.keyframes
        and track.keyframes[-1].frame == frame and not track.keyframes[-1].outside
    ]  # fmt: skip


def pinned(document: Document, frame: int) -> list[int]:
    """Return the pinned tracks that stand on a frame."""
    there = (document.tracks.get(item.id) for item in items.tracked(document, frame))
    return [track.id for track in there if track is not None and track.pinned and track.tracker]


def plans(document: Document, numbers: Iterable[int], start: int, to: int) -> list[Plan]:
    """Return a plan for each tracker of some tracks, from one frame to another; tracks without a way are left out."""
    by_tracker: dict[str, list[Way]] = {}
    for number in numbers:
        track = document.tracks[number]
        if track.tracker and (way := _way(document, track, start, to)) is not None:
            by_tracker.setdefault(track.tracker, []).append(way)
    step = 1 if to > start else -1
    return [
        Plan(tracker, range(start, (max if step > 0 else min)(way.last for way in ways) + step, step), tuple(ways))
        for tracker, ways in by_tracker.items()
    ]


def _way(document: Document, track: Track, start: int, to: int) -> Way | None:
    before, after = human_around(track, start)
    if to > start:
        last = to if after is None else min(to, after - 1)
    else:
        last = to if before is None else max(to, before + 1)
    there = standing(document, track, start)
    if there is None or last == start or (last > start) != (to > start):
        return None
    return Way(track.id, track.type, there, keyframe_at(track, start), last)


def standing(document: Document, track: Track, frame: int) -> Keyframe | None:
    """Return what a track is on a frame as a keyframe, None where it does not stand there."""
    item = items.find(document, frame, track.id)
    if item is None:
        return None
    own, _ = parted(document, track, item.attributes)
    return keyframe_at(track, frame) or Keyframe(
        frame, item.points, item.rotation, item.mask, occluded=item.occluded, z=item.z, attributes=own
    )


def gap_at(document: Document, number: int, frame: int) -> Gap | None:
    """Return the gap between a person's keyframes round a frame; at one of these the gap after it, else before it."""
    track = document.tracks[number]
    before, after = human_around(track, frame)
    here = keyframe_at(track, frame)
    if here is not None and here.by == "human":
        before, after = (frame, after) if after is not None else (before, frame)
    if before is None or after is None:
        return None
    return gap_between(track, before, after)


def gap_between(track: Track, before: int, after: int) -> Gap | None:
    """Return the gap between two keyframes; None where nothing is to be filled there."""
    first, last = keyframe_at(track, before), keyframe_at(track, after)
    if first is None or last is None or first.outside or last.outside or after - before < 2 or not track.tracker:
        return None
    return Gap(track.id, track.tracker, first, last)
