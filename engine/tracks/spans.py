"""On which frames tracks stand at all: stretches from a first frame to a last one, each track's and all together.

Kept by identity: an edit of one track reckons that one anew, and joins the stretches of all.
"""

from __future__ import annotations

from bisect import bisect_right

from immutables import Map

from engine.document import Track
from engine.memo import ByIdentity, kept

FOR_EVER = 2**31 - 1
"""Last frame of a track that is not ended."""
Span = tuple[int, int]
"""First and last frame, both included."""


def _spans(track: Track) -> tuple[Span, ...]:
    found, first = list[Span](), -1
    for keyframe in track.keyframes:
        if keyframe.outside and first >= 0:
            found.append((first, keyframe.frame - 1))
            first = -1
        elif not keyframe.outside and first < 0:
            first = keyframe.frame
    return (*found, (first, FOR_EVER)) if first >= 0 else tuple(found)


spans_of = ByIdentity(_spans, 20_000)
"""Track -> the stretches of frames on which it stands."""


def said(track: Track, first: int = 0, last: int = FOR_EVER) -> list[Span]:
    """Return the stretches between two frames on which a track stands; where nothing ends it, up to its last keyframe.

    That is as far as anybody has said anything of it.
    """
    end = min(last, track.keyframes[-1].frame) if track.keyframes else -1
    clipped = ((max(begin, first), min(over, end)) for begin, over in spans_of(track))
    return [span for span in clipped if span[0] <= span[1]]


@kept
def spans(tracks: Map[int, Track]) -> tuple[Span, ...]:
    """Return the stretches of frames on which any track stands, in order and apart from one another."""
    joined = list[Span]()
    for first, last in sorted(span for track in tracks.values() for span in spans_of(track)):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def span_at(tracks: Map[int, Track], frame: int) -> Span | None:
    """Return the stretch that a frame is in, None if no track stands there."""
    found = spans(tracks)
    place = bisect_right(found, (frame, FOR_EVER)) - 1
    return found[place] if place >= 0 and found[place][1] >= frame else None


def nearest(tracks: Map[int, Track], there: range) -> int | None:
    """Return the first frame of a range (which may go backwards) on which a track stands, None if there is none."""
    if not there:
        return None
    if span_at(tracks, there[0]) is not None:
        return there[0]
    low, high = min(there[0], there[-1]), max(there[0], there[-1])
    if there.step > 0:
        return next((first for first, _ in spans(tracks) if low <= first <= high), None)
    return next((last for _, last in reversed(spans(tracks)) if low <= last <= high), None)
