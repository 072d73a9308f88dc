"""Following tracks in a session: started, shown as it goes, stopped; what comes of each frame is committed at once.

A kill loses no frame that was answered for. The commits of a run are one step of undo. They are made for the document
as it is at that moment: a person may go on meanwhile, and a keyframe that they put, or a start that they change, ends
the way of that track.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.counting import counted
from engine.document import Document
from engine.edit_types import Edit
from engine.errors import AppError
from engine.jobs import OnFrame, RunEnded, RunProgress, Step
from engine.ready import ready
from engine.runs.follow import Followed
from engine.runs.plan import Plan, due, plans
from engine.session import mending
from engine.session.ends import going_on, note_ends
from engine.session.gesture import Idle
from engine.session.runs import Following, Show, follow_job, name_of, tell
from engine.session.ways import bounded, came_through, goes_on, take
from engine.tracks.edit import machine

if TYPE_CHECKING:
    from engine.session.session import Session

EVERY = 0.25
"""Seconds between two frames of a run that is watched."""
TELLING = 0.1
"""Seconds between two words about how far a run is: each has the screen drawn."""


def start(
    session: Session, wanted: Sequence[Plan], *, run: str = "", show: Show | None = None, stepping: bool = False
) -> None:
    """Start runs, one for each plan, that are one step of undo."""
    run = run or session.runs.fresh("run")
    mending.begun(session, run, (way.track for plan in wanted for way in plan.ways))
    for plan in wanted:
        _start(session, plan, run, show, stepping=stepping)
    session.changed()


def _start(session: Session, plan: Plan, run: str, show: Show | None, *, stepping: bool) -> None:
    plan, after = going_on(session, plan)
    live = Following(plan, session.runs.fresh("follow"), run, time.monotonic(), show, stepping)
    live.at = plan.frames[0]
    live.watched = session.media.target
    live.reached = {way.track: live.at for way in plan.ways}
    live.last = {way.track: way.last for way in plan.ways}
    live.left = {way.track: session.document.tracks.get(way.track) for way in plan.ways}
    session.runs.live[live.kind] = live
    starts = {way.track: way.start for way in plan.ways}
    live.ticket = follow_job(
        session, live.kind, plan.tracker, plan.frames, starts,
        partial(_receive, session, live), partial(_failed, session, live),
        after,
    )  # fmt: skip


def _receive(session: Session, live: Following, step: Step) -> None:
    """Take what came of a frame, or the end."""
    live.ticket = step.ticket  # known before only where the job does not begin at once
    if isinstance(step, RunEnded):
        _finish(session, live)
    elif isinstance(step, OnFrame) and isinstance(step.found, Followed):
        take(live, step.found)
        now = time.monotonic()
        if live.done == 1:
            live.began = now  # a model may have been loaded, or another run waited for
        if not commit(session, live, lazily=True):
            return
        at = live.at if session.disk is None else live.screen.safe(session.safety.number)
        if at >= 0 and (not live.screen.seen or now - live.screen.seen >= EVERY):
            live.screen.seen = now
            _watch(session, live, at)
        _say(session, live, now)
        if all(way.track in live.over for way in live.plan.ways):
            session.jobs.cancel(live.kind)
            _finish(session, live)


def _say(session: Session, live: Following, now: float) -> None:
    """Say how far it is: anew ten times a second, the same again where the engine process has put words of its own."""
    screen = live.screen
    if screen.words is None or live.done == 2 or now - screen.told >= TELLING:  # from two on there is a rate
        screen.told, screen.words = now, RunProgress(
            live.ticket, f"{name_of(live.plan.tracker)}: {_told(live, now)}", first=live.plan.frames[0],
            last=live.plan.frames[-1], at=live.at, tracks=frozenset(way.track for way in live.plan.ways),
        )  # fmt: skip
    if session.jobs.progress.get(live.kind) is not screen.words:
        tell(session, live.kind, screen.words)


def commit(session: Session, live: Following, *, lazily: bool = False) -> bool:
    """Commit what has come; say whether the run goes on: it does not where it was undone, or cannot be committed."""
    if live.begun and not session.history.holds(live.run):
        _end(session, live, f"{name_of(live.plan.tracker)} stopped: its run was taken back")
        return False
    live.over.update(way.track for way in live.plan.ways if not goes_on(live, session.document, way))
    parts = [
        (way, live.reached[way.track], bounded(live, way), tuple(live.found.get(way.track, ())))
        for way in live.plan.ways if way.track not in live.over
    ]  # fmt: skip

    def make(document: Document) -> tuple[Edit, ...]:
        edits = list[Edit]()
        for way, start, to, found in parts:
            if start != to:
                edits += machine(document, way.track, found, start, to)
        return tuple(edits)

    live.found.clear()
    names = ", ".join(str(way.track) for way in live.plan.ways[:3])
    title = f"Follow {names}{' …' if len(live.plan.ways) > 3 else ''} by {name_of(live.plan.tracker)}"
    try:
        made = ready(title, session.document, make, session.media.frames.picture, live.run)
        session.take_over(made, lazily=lazily)
        if session.disk is not None:
            live.screen.commits.append((session.disk.sequence, live.at))
    except AppError as error:
        _end(session, live, f"{error.title}. {error.detail}")
        return False
    for way, _, to, _ in parts:
        live.reached[way.track] = to
        if to == live.last[way.track]:
            live.over.add(way.track)
        live.left[way.track] = session.document.tracks.get(way.track)
    live.begun = live.begun or session.history.holds(live.run)
    return True


def _told(live: Following, now: float) -> str:
    count = len(live.plan.ways) - len(live.over)
    objects = f"{count} object{'s' if count != 1 else ''}"
    if live.done < 2:
        return objects
    rate = (live.done - 1) / max(now - live.began, 1e-3)
    left = (len(live.plan.frames) - 1 - live.done) / rate
    rated = f"{rate:.0f}" if rate >= 3 else f"{rate:.1f}"
    return f"{objects}, {rated} frames/s, {left:.0f} s left"


def _watch(session: Session, live: Following, at: int) -> None:
    """Show a frame that the run came to, as long as nobody has gone elsewhere or taken something in hand."""
    media = session.media
    if live.show is None or media.loading:
        return
    if media.shown != live.watched or session.gesture != Idle():
        live.show = None
    else:
        live.watched = at
        live.show(at)


def unwatch(session: Session) -> None:
    """Stay on the shown frame: somebody is asked about what is on it, and what runs show would change that."""
    media, watched = session.media, [live for live in session.runs.live.values() if live.show is not None]
    for live in watched:
        live.show = None
    if watched and media.loading and media.shown >= 0:
        session.jobs.cancel("frame")
        media.target, media.goal = media.shown, None


def _finish(session: Session, live: Following) -> None:
    """Commit what is left, say what came of it, and go on where further steps asked for it."""
    if live.kind not in session.runs.live or not commit(session, live):
        return
    session.safety.settle()
    _watch(session, live, live.at)
    session.runs.live.pop(live.kind, None)
    note_ends(session, live)
    mending.ended(session, live.run, lost=bool(live.lost))
    what = f"{name_of(live.plan.tracker)}: {live.done} frame{'s' if live.done != 1 else ''}"
    lost = {number: why for number, why in live.lost.items() if number in live.latest}
    for number in sorted(live.lost.keys() - lost.keys()):
        what += f". {_named(session, number)} is left as it was: {live.lost[number]}"
    if lost:
        said = "; ".join(f"{_named(session, number)} was lost {why}" for number, why in lost.items())
        session.tell(f"{what}. {said}. It is outside from there on", "warning")
    elif live.lost:
        session.tell(what, "warning")
    elif not live.stepping:
        session.tell(what)
    if live.further > live.at:
        came = [way.track for way in live.plan.ways if came_through(live, session.document, way)]
        numbers = unlocked(session, came, again=False)
        start(session, plans(session.document, numbers, live.at, live.further), run=live.run, stepping=True)
    session.changed()


def _named(session: Session, number: int) -> str:
    track = session.document.tracks.get(number)
    return f"{track.label if track else 'track'} {number}"


def _failed(session: Session, live: Following, error: AppError) -> None:
    """Keep the frames that came, and say why there are no more."""
    if live.kind not in session.runs.live or not commit(session, live):
        return
    kept = f" Frames up to {counted(live.at)} stay." if live.done else ""
    _end(session, live, f"{name_of(live.plan.tracker)} failed: {error.title}. {error.detail}.{kept}", error=True)


def _end(session: Session, live: Following, text: str, *, error: bool = False) -> None:
    session.jobs.cancel(live.kind)
    session.runs.live.pop(live.kind, None)
    mending.ended(session, live.run, lost=True)
    session.tell(text, "error" if error else "warning")
    session.changed()


def stop(session: Session) -> bool:
    """Stop every run; what came stays. Return whether there was one."""
    runs = session.runs
    if not runs.live and not runs.passes:
        return False
    frames = list[int]()
    for live in [*runs.live.values()]:
        session.jobs.cancel(live.kind)
        if commit(session, live):
            frames.append(live.at)
    for kind in [*runs.passes]:
        session.jobs.cancel(kind)
    runs.live.clear()
    runs.passes.clear()
    session.review.mends.clear()
    where = f" at frame {', '.join(str(counted(at)) for at in frames)}" if frames else ""
    session.tell(f"Stopped{where}: what came stays, {{history.undo}} takes it back")
    session.changed()
    return True


def give_up(session: Session, kind: str) -> None:
    """Forget a run whose job is given up, with the other pass where it fills a gap; what came of it stays."""
    passes = session.runs.passes.get(kind)
    for one in passes.kinds if passes is not None else ():
        session.jobs.cancel(one)
        session.runs.passes.pop(one, None)
    live = session.runs.live.get(kind)
    if live is not None and commit(session, live):
        session.runs.live.pop(kind)


def locked(session: Session, number: int) -> None:
    """End the way of a track in every run that is under way if it is locked now; what came of it stays."""
    if number not in session.selection.locked:
        return
    for live in list(session.runs.live.values()):
        ways = {way.track for way in live.plan.ways}
        if number not in ways - live.over or not commit(session, live):
            continue
        live.over.add(number)
        session.tell(f"Locked, so no longer followed: {_named(session, number)}. The run stays as far as it came")
        if ways <= live.over:
            session.jobs.cancel(live.kind)
            _finish(session, live)


def unlocked(session: Session, numbers: Sequence[int], *, again: bool = True) -> list[int]:
    """Return the tracks that are not locked; tell of the others, unless that was told already and not `again`."""
    locked, told = session.selection.locked, session.runs.told
    held = [number for number in numbers if number in locked]
    session.runs.told = (told & locked) | {*held}
    if held and (again or not told.issuperset(held)):
        session.tell(f"Locked, so not followed: {', '.join(map(str, held))}. {{shape.lock}} unlocks", "warning")
    return [number for number in numbers if number not in locked]


def stepped(session: Session, to: int) -> None:
    """Follow the pinned tracks whose latest keyframe is on the frame that was asked for last, up to a later one."""
    here = session.media.target
    if session.read_only or to <= here:
        return
    for live in session.runs.live.values():
        if live.stepping and max(live.further, live.plan.frames[-1]) == here:
            live.further = to
    busy = session.runs.followed()  # what is filled lies before
    numbers = unlocked(session, [number for number in due(session.document, here) if number not in busy], again=False)
    if numbers:
        start(session, plans(session.document, numbers, here, to), stepping=True)
