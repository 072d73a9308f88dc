"""Where a track's centre was on the frames before one and will be on those after it: its trail.

Each frame's centre is reckoned once for a track: a step to the next frame asks for one more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.document import Point, Track
from engine.geometry import centre
from engine.memo import kept
from engine.outlines import shape_box
from engine.tracks.at_frame import keyframe_at, shape_at
from engine.tracks.motion import Motion
from engine.tracks.origin import made_by


@dataclass(frozen=True, slots=True)
class Place:
    """The centre of a track's box on a frame so many frames away (before: negative), and whose keyframe it is."""

    away: int
    point: Point
    by: Literal["", "human", "machine"] = ""


@kept
def trail(
    track: Track, frame: int, reach: int, count: int, end: int | None = None, motion: Motion | None = None
) -> tuple[Place, ...]:
    """Return where a track is on the frames up to `reach` away from one, in order, of a media of `count` frames.

    Frames on which it does not stand are left out; `end` and `motion` as in `shape_at`. Points are frame points.
    """
    known = _known(track, end, motion)
    found = list[Place]()
    for number in range(max(frame - reach, 0), min(frame + reach + 1, count)):
        if number not in known:
            known[number] = _place(track, number, end, motion)
        if (there := known[number]) is not None:
            found.append(Place(number - frame, *there))
    return tuple(found)


Known = tuple[Point, Literal["", "human", "machine"]]


@kept
def _known(track: Track, end: int | None, motion: Motion | None) -> dict[int, Known | None]:
    """Return what is known of a track, to be added to: the same as long as it is the same track."""
    return {}


def _place(track: Track, frame: int, end: int | None, motion: Motion | None) -> Known | None:
    shape = shape_at(track, frame, end, motion)
    box = None if shape is None else shape_box(shape)
    if box is None:
        return None
    keyframe = keyframe_at(track, frame)
    if keyframe is None:
        return centre(box), ""
    return centre(box), "human" if made_by(keyframe) == "human" else "machine"
