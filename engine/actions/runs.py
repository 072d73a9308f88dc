"""Trackers at work: followed to a frame, to the end, to a person's next keyframe, backwards; filled, followed anew."""

from __future__ import annotations

from functools import partial

from engine.actions import action, frames, tracks
from engine.counting import counted, frame_of
from engine.document import Track
from engine.errors import AppError
from engine.runs import plan
from engine.runs.ask import agreements, doubtful
from engine.session import Goal, Session, fills, following, stopping
from engine.tracks import keyframe_at
from engine.tracks.edit import human_around

NOTHING = "Nothing to follow: select a track that has a tracker, or pin some with {track.pin}"


def wanted(session: Session) -> list[int]:
    """Return the tracks that a run is for: the selected one if it has a tracker, else the pinned ones here."""
    number = session.selection.selected
    track = session.document.tracks.get(number) if number is not None else None
    if track is not None:
        if not tracks.has_tracker(session, track):
            return []
        return following.unlocked(session, [track.id])
    found = plan.pinned(session.document, session.frame)
    if not found:
        session.tell(NOTHING, "warning")
    return following.unlocked(session, found)


@action("track.follow", "Follow with the tracker: {0}")
def follow(session: Session, where: str | int) -> None:
    """Follow the selected track, or the pinned ones: to a frame's number, `end`, `human` (keyframe), or `back`."""
    _may_run(session)
    numbers = _free(session, wanted(session))
    here, count = session.frame, len(session.media.frames)
    if where == "human":
        ahead = [human_around(session.document.tracks[number], here)[1] for number in numbers]
        to = max((frame for frame in ahead if frame is not None), default=here)
        numbers = [number for number, frame in zip(numbers, ahead, strict=True) if frame is not None]
    elif where in ("end", "back"):
        to = count - 1 if where == "end" else 0
    else:
        found = frame_of(where, range(count))
        if found is None:
            raise AppError("No such frame", f"frames go from {counted(0)} to {counted(count - 1)}")
        to = found
    if not numbers:
        if where == "human":
            session.tell("No keyframe of a person comes later: {track.follow end} goes to the end", "warning")
        return
    begin(session, plan.plans(session.document, numbers, here, to) if to != here else [])


def begin(session: Session, some: list[plan.Plan], run: str = "") -> None:
    """Start runs that the screen goes along with, or say why there is nothing to do."""
    if not some:
        session.tell("Nothing to follow: the next frame has a keyframe of a person, or there is none", "warning")
    else:
        following.start(session, some, run=run, show=partial(frames.show, session))


def _may_run(session: Session) -> None:
    if session.read_only:
        raise AppError("Opened read-only", "nothing can be changed")


def _free(session: Session, numbers: list[int]) -> list[int]:
    """Return those that no run is at; tell of the others."""
    busy = session.runs.tracks()
    if taken := [number for number in numbers if number in busy]:
        names = ", ".join(map(str, taken))
        session.tell(f"At work already: {names}. {{track.stop}} stops every run", "warning")
    return [number for number in numbers if number not in busy]


@action("track.fill", "Fill between a person's keyframes from both sides")
def fill(session: Session) -> None:
    """Fill the selected track, or the pinned ones, between the keyframes of a person round this frame."""
    _may_run(session)
    numbers = _free(session, wanted(session))
    gaps = [gap for number in numbers if (gap := plan.gap_at(session.document, number, session.frame))]
    if gaps:
        fills.start(session, gaps)
    elif numbers:
        said = "There is nothing to fill here: {track.keyframe} sets a keyframe on a frame before and on one after"
        session.tell(said, "warning")


@action("track.again", "Follow anew from this keyframe, both ways")
def again(session: Session) -> None:
    """Do anew what machines did on both sides of the selected track's keyframe here, up to a person's next ones.

    What lies between two of a person's keyframes is filled from both, what lies beyond the last one is followed.
    """
    _may_run(session)
    track = tracks.selected(session)
    if track is None or not _free(session, [track.id]):
        return
    here = keyframe_at(track, session.frame)
    if not tracks.has_tracker(session, track):
        return
    if here is None or here.by != "human" or here.outside:
        said = "Correct the track here first ({edit.start}): it is followed anew from a keyframe of yours"
        session.tell(said, "warning")
        return
    run, gaps, plans = session.runs.fresh("run"), list[plan.Gap](), list[plan.Plan]()
    for other, far in zip(human_around(track, here.frame), _ends(track), strict=True):
        low, high = sorted((here.frame, far if other is None else other))
        gap = None if other is None else plan.gap_between(track, low, high)
        if gap is not None:  # from both ends: what agrees is twice as sure, and the agreement tells where to look
            gaps.append(gap)
        elif low != high:
            to = low if here.frame == high else high
            plans += plan.plans(session.document, [track.id], here.frame, to)
    if gaps:
        fills.start(session, gaps, run)
    if plans or not gaps:
        _both_ways(session, plans, run)


def _ends(track: Track) -> tuple[int, int]:
    """Return the first and the last frame that anybody has said anything of."""
    return track.keyframes[0].frame, track.keyframes[-1].frame


def _both_ways(session: Session, plans: list[plan.Plan], run: str) -> None:
    if plans:
        following.start(session, plans, run=run)
    else:
        session.tell("There is nothing to follow anew: no frame of a machine beside this keyframe", "warning")


@action("track.ask", "Ask me: go where a correction is worth most")
def ask(session: Session) -> None:
    """Go to the frame in the middle of the longest stretch on which two passes disagree, and select the track."""
    number, document = session.selection.selected, session.document
    own = document.tracks.get(number) if number is not None else None
    for some in ([own] if own is not None else [], [*document.tracks.values()]):
        rated = [(stretches[0].length, -one.id, stretches) for one in some if (stretches := doubtful(agreements(one)))]
        if not rated:
            continue
        _, minus, stretches = max(rated)
        left = sum(len(found) for _, _, found in rated)
        if frames.may_leave(session):
            place = stretches[0]
            frames.show(session, place.middle, Goal(-minus))
            said = f"The passes disagree on frames {counted(place.first)} to {counted(place.last)}"
            session.tell(f"{said}: correct it here, then {{track.again}}. Stretches left: {left}")
        return
    session.tell("Nothing is left to ask: wherever a track was filled, both passes agree")


@action("track.stop", "Stop trackers and detectors; what came stays")
def stop(session: Session) -> None:
    """Stop every run."""
    if not stopping.stop(session):
        session.tell("No tracker and no detector is at work")
