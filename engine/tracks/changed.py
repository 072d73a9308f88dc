"""On which frames an edited track is another than before: by its keyframes, and by what it shows between them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.document import Keyframe, Shape, Track
from engine.tracks.at_frame import shape_at
from engine.tracks.evidence import MOST
from engine.tracks.motion import Motion
from engine.tracks.witness import SEEN, apart


def changed(
    before: Track | None, after: Track | None, first: int, last: int, motion: Motion | None = None
) -> tuple[int, int] | None:  # fmt: skip
    """Return the first and the last frame of a range on which a track is another now, None where it is on none.

    Of a range that is long only frames beside keyframes are compared.
    """
    if before is after:
        return None
    if before is None or after is None or (before.label, before.type) != (after.label, after.type):
        return first, last
    old, new = ({key.frame: key for key in track.keyframes if first <= key.frame <= last} for track in (before, after))
    found = {frame for frame in old.keys() | new.keys() if old.get(frame) != new.get(frame)}
    for frame in _compared((*old.values(), *new.values()), first, last):
        if _differs(*(shape_at(track, frame, motion=motion) for track in (before, after))):
            found.add(frame)
    return (min(found), max(found)) if found else None


def _compared(keys: Iterable[Keyframe], first: int, last: int) -> Iterable[int]:
    if last - first < MOST:
        return range(first, last + 1)
    near = {key.frame + step for key in keys for step in (-1, 0, 1)}
    return {first, last, *(frame for frame in near if first <= frame <= last)}


def _differs(one: Shape | None, other: Shape | None) -> bool:
    if one is None or other is None:
        return one is not other
    if (one.occluded, one.attributes, one.mask) != (other.occluded, other.attributes, other.mask):
        return True
    is_moved = one.points != other.points and apart(one.points, other.points) > SEEN
    return is_moved or abs(one.rotation - other.rotation) > SEEN
