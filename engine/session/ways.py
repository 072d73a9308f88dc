"""What comes of a run's tracks, and how far their ways go: a person may change these meanwhile on both sides."""

from __future__ import annotations

from dataclasses import replace as changed

from msgspec.structs import replace

from engine.counting import counted
from engine.document import Document, Keyframe, Track
from engine.runs.follow import Followed
from engine.runs.plan import Way
from engine.session.runs import Following
from engine.tracks import keyframe_at, neighbours
from engine.tracks.edit import human_around


def goes_on(live: Following, document: Document, way: Way) -> bool:
    """Say whether a track may be followed on, and note up to where: a person may have put keyframes meanwhile."""
    track = document.tracks.get(way.track)
    if track is None or way.track in live.over:
        return False
    left, at = live.left.get(way.track), live.reached[way.track]
    if left is track:  # as the last commit left it: no keyframe need be looked at
        return True
    if left is not None and _tip(left, at, live.plan.step) != _tip(track, at, live.plan.step):
        return False  # what was found last is not there any more: taken back, cut, parted or exchanged
    if not is_untouched(document, way, at):
        return False
    if left is not None:
        way = _shortened(live, way, left, track)
    before, after = human_around(track, way.start.frame)
    end = way.last
    if live.plan.step > 0:
        live.last[way.track] = end if after is None else min(end, after - 1)
    else:
        live.last[way.track] = end if before is None else max(end, before + 1)
    return True


def _shortened(live: Following, way: Way, left: Track, track: Track) -> Way:
    """Let a track's way end before what was set ahead of the run since its last commit, by a split for example."""
    step, at = live.plan.step, live.reached[way.track]
    known = {key.frame: key for key in left.keyframes}
    new = [key.frame for key in track.keyframes if (key.frame - at) * step > 0 and known.get(key.frame) != key]
    ends = [way.last, *(frame - step for frame in new)]
    shorter = changed(way, last=min(ends) if step > 0 else max(ends))
    if shorter != way:
        ways = tuple(shorter if one.track == way.track else one for one in live.plan.ways)
        live.plan = changed(live.plan, ways=ways)
    return shorter


def _tip(track: Track, at: int, step: int) -> Keyframe | None:
    """Return the keyframe on a frame, or else the nearest on the side that a run comes from."""
    here = keyframe_at(track, at)
    return here if here is not None else neighbours(track, at)[0 if step > 0 else 1]


def is_untouched(document: Document, way: Way, to: int) -> bool:
    """Say whether a track is as its run needs it: its start as it was, no keyframe of a person up to a frame."""
    track, start = document.tracks.get(way.track), way.start.frame
    if track is None or track.type != way.kind or keyframe_at(track, start) != way.anchor:
        return False
    low, high = min(start, to), max(start, to)
    return not any(low <= key.frame <= high and key.frame != start and key.by == "human" for key in track.keyframes)


def came_through(live: Following, document: Document, way: Way) -> bool:
    """Say whether a track was followed up to the run's last frame, and no person has taken that back."""
    track, left = document.tracks.get(way.track), live.left.get(way.track)
    if track is None or left is None or live.reached[way.track] != live.at:
        return False
    return left is track or _tip(left, live.at, live.plan.step) == _tip(track, live.at, live.plan.step)


def take(live: Following, found: Followed) -> None:
    """Note the keyframes of one frame; where an object is lost, one that is outside."""
    from engine.runs.placed import keyframe_of

    live.at, by = found.frame, live.plan.tracker
    live.done += 1
    for way in live.plan.ways:
        number = way.track
        if number in live.over or (found.frame - way.last) * live.plan.step > 0:
            continue
        if number in found.refused:  # nothing is known of it: what stands there stays
            live.over.add(number)
            live.lost[number] = found.lost[number]
            continue
        before = live.latest.get(number, way.start)
        if number in found.targets:
            target, score = found.targets[number], found.scores.get(number)
            new = keyframe_of(way.kind, target, found.frame, way.like or way.start, by, score=score)
        elif number in found.lost and not before.outside:
            new = replace(before, frame=found.frame, outside=True, by=by, score=None, agreement=None)
            live.lost[number] = f"on frame {counted(found.frame)}: {found.lost[number]}"
        else:
            continue
        live.latest[number] = new
        live.found.setdefault(number, []).append(new)


def bounded(live: Following, way: Way) -> int:
    """Return the frame up to which a track's way is gone: the run's, or its own last one."""
    last = live.last[way.track]
    return min(live.at, last) if live.plan.step > 0 else max(live.at, last)
