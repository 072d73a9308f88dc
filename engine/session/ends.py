"""Where runs have ended: as long as a track stands there as its run left it, the next one goes on from there.

Then its tracker keeps what it has learned, and steps from frame to frame give what one run over all of them gives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.runs.plan import Plan
from engine.session.runs import End, Following
from engine.session.ways import came_through
from engine.tracks import keyframe_at

if TYPE_CHECKING:
    from engine.session.session import Session


def going_on(session: Session, plan: Plan) -> tuple[Plan, dict[int, int]]:
    """Return a plan, with the tracks that stand on its first frame as an earlier run has left them; that run's ticket.

    Outlines of these are made from what the earlier run began with: moved and rounded once a frame, they would drift.
    """
    known = [(way, session.runs.ends.get(way.track)) for way in plan.ways]
    ends = {way.track: end for way, end in known if end is not None and end.is_there(plan, way.anchor)}
    ways = (replace(way, like=ends[way.track].like) if way.track in ends else way for way in plan.ways)
    return replace(plan, ways=tuple(ways)), {number: end.ticket for number, end in ends.items()}


def note_ends(session: Session, live: Following) -> None:
    """Note where the tracks of a run that is over have come to."""
    for way in live.plan.ways:
        track = session.document.tracks.get(way.track)
        here = keyframe_at(track, live.at) if track is not None else None
        session.runs.ends.pop(way.track, None)
        if here is not None and here.by == live.plan.tracker and came_through(live, session.document, way):
            end = End(live.ticket, live.plan.tracker, live.plan.step, here, way.like or way.start)
            session.runs.ends[way.track] = end
