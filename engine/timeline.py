"""What stands at which column of the timeline, where a column may stand for many frames, or a frame for many columns.

Pure, and kept by identity: a move of the cursor or a step asks for nothing anew, an edit for the one track it changed.
Columns are counted from 0; frame f stands in column f * width // count, and the columns after it, up to the next
frame's, are its as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from math import ceil
from typing import NamedTuple, Protocol

from engine.document import Keyframe, Review, Track
from engine.memo import kept
from engine.tracks.spans import spans_of


class Mark(IntEnum):
    """What a column says of a track; of many frames in one column the highest wins."""

    NONE = 0
    """It has not begun."""
    GAP = 1
    """Outside."""
    HELD = 2
    """It stays as its last keyframe has it, as masks do between keyframes."""
    SPAN = 3
    """Between two keyframes."""
    OCCLUDED = 4
    LEAVES = 5
    """A keyframe from which on it is outside."""
    MACHINE = 6
    """A tracker's keyframe, or a filled one."""
    HUMAN = 7
    """A person's keyframe."""


class Column(NamedTuple):
    """What a column shows, the frame that a click on it goes to, and the lowest agreement of keyframes in it, 0..1.

    Further columns of a keyframe's frame have its agreement too where the next frame has a keyframe: a bar as wide.
    """

    mark: Mark
    frame: int
    agreement: float | None = None


class Verdict(IntEnum):
    """What a column says of a review; of much in one column the highest wins."""

    NONE = 0
    ACCEPTED = 1
    FIXED = 2
    FLAGGED = 3
    OPEN = 4
    """Within an entry."""
    WORST = 5
    """An entry's worst frame."""
    HERE = 6
    """Within the entry that is looked at."""
    HERE_WORST = 7


class Looked(NamedTuple):
    """What a column shows of a review, the frame that a click on it goes to, and the place of its entry, if any."""

    verdict: Verdict
    frame: int
    entry: int | None = None


class Stretch(Protocol):
    """An entry, as far as the timeline knows it."""

    @property
    def first(self) -> int:
        """Its first frame."""

    @property
    def last(self) -> int:
        """Its last frame."""

    @property
    def worst(self) -> int:
        """The frame to look at."""


def frame_at(column: int, width: int, count: int) -> int:
    """Return the first frame that stands in a column; where none begins in it, the one before."""
    last = -(-(column + 1) * count // width) - 1
    return max(min(-(-column * count // width), last, count - 1), 0)


def column_of(frame: int, width: int, count: int) -> int:
    """Return the first column of a frame."""
    return frame * width // count


@kept
def columns(track: Track, width: int, count: int) -> tuple[Column, ...]:
    """Return what each of `width` columns says of a track in a media of `count` frames."""
    marks, frames = [Mark.NONE] * width, [frame_at(column, width, count) for column in range(width)]
    agreements: dict[int, float] = {}
    keys = track.keyframes
    starts = [key.frame * width // count for key in keys if key.frame < count]
    for index, start in enumerate(starts):
        key = keys[index]
        if (mark := _mark(key)) > marks[start]:
            marks[start], frames[start] = mark, key.frame
        if key.agreement is not None:
            agreements[start] = min(key.agreement, agreements.get(start, 1.0))
        end = starts[index + 1] if index + 1 < len(starts) else width
        if start + 1 < end:
            marks[start + 1 : end] = [_after(track, key, index)] * (end - start - 1)
            if key.agreement is not None and index + 1 < len(starts) and keys[index + 1].frame == key.frame + 1:
                agreements |= dict.fromkeys(range(start + 1, end), key.agreement)
    return tuple(
        Column(mark, frame, agreements.get(column))
        for column, (mark, frame) in enumerate(zip(marks, frames, strict=True))
    )


def _mark(key: Keyframe) -> Mark:
    if key.outside:
        return Mark.LEAVES
    return Mark.HUMAN if key.by == "human" else Mark.MACHINE


def _after(track: Track, key: Keyframe, index: int) -> Mark:
    """Return what a track is from a keyframe up to the next one."""
    if key.outside:
        return Mark.GAP
    if key.occluded:
        return Mark.OCCLUDED
    return Mark.HELD if track.type == "mask" or index + 1 == len(track.keyframes) else Mark.SPAN


def looked(
    reviews: Iterable[Review], entries: Sequence[tuple[int, Stretch]], here: int | None, width: int, count: int
) -> tuple[Looked, ...]:
    """Return what each of `width` columns says of a review: of ranges that were judged, and of entries by their places.

    `here` is the place of the entry that is looked at. Of entries of one kind in a column the first counts.
    """
    found = [Looked(Verdict.NONE, frame_at(column, width, count)) for column in range(width)]

    def put(verdict: Verdict, first: int, last: int, frame: int | None = None, place: int | None = None) -> None:
        if first >= count:
            return
        for column in range(column_of(first, width, count), end_of(min(last, count - 1), width, count)):
            if verdict > found[column].verdict:
                found[column] = Looked(verdict, found[column].frame if frame is None else frame, place)

    for review in reviews:
        put(Verdict[review.state.upper()], review.first, review.last)
    for place, entry in entries:
        inside, worst = (Verdict.HERE, Verdict.HERE_WORST) if place == here else (Verdict.OPEN, Verdict.WORST)
        put(inside, entry.first, entry.last, None if place == here else entry.worst, place)
        put(worst, entry.worst, entry.worst, entry.worst, place)
    return tuple(found)


@kept
def density(tracks: Mapping[int, Track], width: int, count: int) -> tuple[int, ...]:
    """Return how many tracks stand in each of `width` columns of a media of `count` frames."""
    steps = [0] * (width + 1)
    for track in tracks.values():
        free = 0  # the first column that this track has not been counted in
        for first, last in spans_of(track):
            if first >= count:
                break
            begin, stop = max(first * width // count, free), end_of(min(last, count - 1), width, count)
            if begin < stop:
                steps[begin] += 1
                steps[stop] -= 1
                free = stop
    found, now = [], 0
    for step in steps[:width]:
        found.append(now := now + step)
    return tuple(found)


def end_of(frame: int, width: int, count: int) -> int:
    """Return the column after the last one in which a frame stands."""
    return max((frame + 1) * width // count, frame * width // count + 1)


def height(share: float, steps: int) -> int:
    """Return a share, 0..1, as the height 1..`steps` of a sparkline's bar."""
    return max(1, min(steps, ceil(share * steps)))
