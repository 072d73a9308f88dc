"""What a run of a tracker over a document will do: which tracks, from which keyframe, up to which frame.

A run is parted into legs: tracks that are followed together from one frame to another, or a gap between two keyframes
of a person that is filled. A person's keyframes bound every leg; nothing here changes anything.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from engine.counting import counted
from engine.document import Document, Keyframe, Track
from engine.runs.placed import target_of
from engine.tracks.edit import find, human_around


class Request(msgspec.Struct, frozen=True):
    """What is asked for; frames are numbered from 0, None leaves an end open."""

    tracker: str
    first: int | None = None
    """Each track is followed from its latest keyframe up to this frame; None: from its latest one of all."""
    last: int | None = None
    tracks: tuple[int, ...] = ()
    """Their ids; () leaves the choice to `chosen`."""
    fill: bool = False
    """Between a person's keyframes, from both sides, and nowhere else."""
    thin: float | None = None
    """The overlap to which keyframes are reduced afterwards, None for not at all."""
    check: bool = True


class Leg(msgspec.Struct, frozen=True):
    """Tracks that are followed from their keyframes on frame `first` up to `last`, included.

    A filled one has one track, whose keyframes of a person stand on `first` and `last`.
    """

    tracks: tuple[int, ...]
    first: int
    last: int
    fill: bool = False

    @property
    def frames(self) -> int:
        """Return how many frames a tracker is asked about."""
        return 2 * (self.last - self.first) if self.fill else self.last - self.first


class Plan(msgspec.Struct, frozen=True):
    """The legs in their order, and tracks that were asked for and have nothing to do, with the reason in words."""

    legs: tuple[Leg, ...]
    idle: tuple[tuple[int, str], ...] = ()


def plan(document: Document, request: Request, frames: int) -> Plan:
    """Return what a run over media of so many frames will do; raise EditError for a track that is not there."""
    end = frames - 1 if request.last is None else min(request.last, frames - 1)
    legs, idle = list[Leg](), list[tuple[int, str]]()
    together = dict[tuple[int, int], list[int]]()
    for track in chosen(document, request):
        if request.fill:
            gaps = _gaps(track, request.first or 0, end)
            legs += [Leg((track.id,), first, last, True) for first, last in gaps]
            idle += [] if gaps else [(track.id, "there is no gap between keyframes of a person")]
            continue
        way = _way(track, request.first, end)
        if isinstance(way, str):
            idle.append((track.id, way))
        else:
            together.setdefault(way, []).append(track.id)
    legs += [Leg(tuple(numbers), *way) for way, numbers in sorted(together.items())]
    return Plan(tuple(legs), tuple(idle))


def chosen(document: Document, request: Request) -> list[Track]:
    """Return the tracks that are meant: those named, else those pinned to the tracker, else all that are free.

    A track is free if it is pinned to no other tracker and no person's keyframe stands ahead of where it would begin;
    for filling, which needs one there, if it is pinned to no other.
    """
    if request.tracks:
        return [find(document, number) for number in dict.fromkeys(request.tracks)]
    tracks = [document.tracks[number] for number in sorted(document.tracks)]
    pinned = [track for track in tracks if track.pinned and track.tracker == request.tracker]
    if pinned:
        return pinned
    free = [track for track in tracks if not (track.pinned and track.tracker)]
    return free if request.fill else [track for track in free if not _is_ahead(track, request.first)]


def start_of(track: Track, at: int | None) -> Keyframe | None:
    """Return the latest keyframe up to a frame, None if there is none; of all keyframes where no frame is given."""
    return next((key for key in reversed(track.keyframes) if at is None or key.frame <= at), None)


def _is_ahead(track: Track, at: int | None) -> bool:
    start = start_of(track, at)
    return start is not None and human_around(track, start.frame)[1] is not None


def _way(track: Track, at: int | None, end: int) -> tuple[int, int] | str:
    """Return from which frame to which a track is followed, or why it is not."""
    start = start_of(track, at)
    if start is None:
        return "it begins later" if track.keyframes else "it has no keyframe"
    if start.outside:
        return f"it is outside from frame {counted(start.frame)} on"
    if target_of(track.type, start) is None:
        return f"there is nothing in its keyframe on frame {counted(start.frame)}"
    after = human_around(track, start.frame)[1]
    last = end if after is None else min(end, after - 1)
    return (start.frame, last) if last > start.frame else f"nothing is ahead of frame {counted(start.frame)}"


def _gaps(track: Track, first: int, end: int) -> list[tuple[int, int]]:
    """Return the gaps between a person's keyframes, within these frames, on which the object stands at both ends."""
    keys = [key for key in track.keyframes if key.by == "human" and first <= key.frame <= end]
    return [
        (one.frame, two.frame)
        for one, two in pairwise(keys)
        if two.frame > one.frame + 1 and not (one.outside or two.outside) and _stands(track, one, two)
    ]


def _stands(track: Track, *keys: Keyframe) -> bool:
    return all(target_of(track.type, key) is not None for key in keys)
