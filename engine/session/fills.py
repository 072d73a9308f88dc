"""Gaps between a person's keyframes filled by a tracker from both sides: two passes, then a job that joins them.

Gaps with the same ends go together. All gaps that are filled at one time are one step of undo; nothing is committed
before both passes of a gap are there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from engine.counting import counted
from engine.document import Document, Keyframe
from engine.edit_types import Edit
from engine.errors import AppError
from engine.jobs import OnFrame, RunEnded, RunProgress, Step
from engine.ready import ready
from engine.runs.follow import Followed
from engine.runs.plan import Gap
from engine.session import mending
from engine.session.runs import Passes, follow_job, name_of, tell
from engine.tools.base import Target
from engine.tracks import keyframe_at
from engine.tracks.edit import human_around, machine
from engine.tracks.thin import AGREED

if TYPE_CHECKING:
    from engine.session.session import Session

Found = dict[int, dict[int, Target]]
"""Track -> frame -> where it is."""


@dataclass
class Filling:
    """Gaps with the same ends and one tracker, and what the two passes have found."""

    gaps: Sequence[Gap]
    run: str
    began: float
    passes: tuple[Found, Found] = field(default_factory=lambda: ({}, {}))
    waits: set[str] = field(default_factory=set)
    """Kinds of the jobs that have not ended."""
    done: int = 0

    @property
    def tracker(self) -> str:
        """The tracker of all of them."""
        return self.gaps[0].tracker

    @property
    def first(self) -> int:
        """The frame of the keyframes before."""
        return self.gaps[0].first.frame

    @property
    def last(self) -> int:
        """The frame of the keyframes after."""
        return self.gaps[0].last.frame


@dataclass(frozen=True)
class Joined(Step):
    """The keyframes of gaps, by track."""

    found: dict[int, tuple[Keyframe, ...]]


def start(session: Session, gaps: Sequence[Gap], run: str = "") -> None:
    """Fill gaps."""
    run = run or session.runs.fresh("run")
    mending.begun(session, run, (gap.track for gap in gaps))
    together: dict[tuple[str, int, int], list[Gap]] = {}
    for gap in gaps:
        together.setdefault((gap.tracker, gap.first.frame, gap.last.frame), []).append(gap)
    for (tracker, first, last), some in together.items():
        filling = Filling(some, run, time.monotonic())
        ways = (
            (range(first, last), {gap.track: gap.first for gap in some}),
            (range(last, first, -1), {gap.track: gap.last for gap in some}),
        )
        kinds = [session.runs.fresh("fill") for _ in ways]
        filling.waits.update(kinds)
        session.runs.passes.update(dict.fromkeys(kinds, _passes(filling, kinds)))
        for number, (kind, (frames, starts)) in enumerate(zip(kinds, ways, strict=True)):
            receive, fail = partial(_receive, session, filling, number, kind), partial(_failed, session, filling)
            follow_job(session, kind, tracker, frames, starts, receive, fail)
    session.changed()


def _passes(filling: Filling, kinds: Iterable[str]) -> Passes:
    return Passes(filling.run, frozenset(kinds), frozenset(gap.track for gap in filling.gaps))


def _receive(session: Session, filling: Filling, number: int, kind: str, step: Step) -> None:
    """Take what a pass has found on a frame, or its end."""
    if isinstance(step, OnFrame) and isinstance(step.found, Followed):
        for track, target in step.found.targets.items():
            filling.passes[number].setdefault(track, {})[step.found.frame] = target
        filling.done += 1
        rate = filling.done / max(time.monotonic() - filling.began, 1e-3)
        left = (2 * (filling.last - filling.first - 1) - filling.done) / rate
        count = len(filling.gaps)
        told = f"filling {count} object{'s' if count != 1 else ''}, {rate:.0f} frames/s, {left:.0f} s left"
        way = (filling.first, filling.last)[:: -1 if number else 1]
        tell(session, kind, RunProgress(
            step.ticket, f"{name_of(filling.tracker)}: {told}", first=way[0], last=way[1], at=step.found.frame,
            tracks=frozenset(gap.track for gap in filling.gaps),
        ))  # fmt: skip
    elif isinstance(step, RunEnded):
        session.runs.passes.pop(kind, None)
        filling.waits.discard(kind)
        if not filling.waits:
            _join(session, filling)


def _failed(session: Session, filling: Filling, error: AppError) -> None:
    """Give the other pass up as well, and say why."""
    if not filling.waits:
        return
    for kind in filling.waits:
        session.jobs.cancel(kind)
        session.runs.passes.pop(kind, None)
    filling.waits.clear()
    session.tell(f"{name_of(filling.tracker)} failed: {error.title}. {error.detail}. Nothing was filled", "error")
    session.changed()


def _join(session: Session, filling: Filling) -> None:
    """Join the passes, in a job: it looks at the pixels of every frame."""
    document, media, kind = session.document, session.media.frames, session.runs.fresh("fill")
    session.runs.passes[kind] = _passes(filling, (kind,))
    types = {gap.track: track.type for gap in filling.gaps if (track := document.tracks.get(gap.track))}
    motion = document.motion

    def run(ticket: int) -> Iterator[Step]:
        from engine.runs.fill import fill, keyframes
        from engine.runs.placed import target_of

        found = dict[int, tuple[Keyframe, ...]]()
        for gap in filling.gaps:
            if gap.track not in types:  # deleted meanwhile, or its making was taken back
                continue
            ends = [(key.frame, target_of(types[gap.track], key)) for key in (gap.first, gap.last)]
            (first, one), (last, other) = ends
            if one is None or other is None:
                continue
            forward, backward = (found_there.get(gap.track, {}) for found_there in filling.passes)
            filled = fill((first, one), (last, other), forward, backward, motion=motion, pixels=media.get)
            found[gap.track] = keyframes(types[gap.track], gap.first, gap.last, filled)
        yield Joined(ticket, found)

    def failed(error: AppError) -> None:
        session.runs.passes.pop(kind, None)
        session.jobs.tell_failure(error)

    session.jobs.start(kind, run, receive=partial(_commit, session, filling, kind), failed=failed)
    session.changed()


def _commit(session: Session, filling: Filling, kind: str, step: Joined) -> None:
    session.runs.passes.pop(kind, None)
    locked = session.selection.locked  # as it is now: what is locked on the way is left as it is

    def make(document: Document) -> tuple[Edit, ...]:
        edits = list[Edit]()
        for gap in filling.gaps:
            if gap.track in step.found and gap.track not in locked and is_untouched(document, gap):
                edits += machine(document, gap.track, step.found[gap.track], filling.first, filling.last - 1)
        return tuple(edits)

    changed = [gap for gap in filling.gaps if gap.track not in locked and not is_untouched(session.document, gap)]
    held = [gap.track for gap in filling.gaps if gap.track in locked]
    names = ", ".join(str(gap.track) for gap in filling.gaps[:3])
    title = f"Fill {names}{' …' if len(filling.gaps) > 3 else ''} between {counted(filling.first)} "
    title += f"and {counted(filling.last)}"
    try:
        session.take_over(ready(title, session.document, make, session.media.frames.picture, filling.run))
    except AppError as error:
        session.jobs.tell_failure(error)
        return
    if changed:
        names = ", ".join(str(gap.track) for gap in changed)
        session.tell(f"Not filled, as a person has changed it meanwhile: {names}", "warning")
    if held:
        session.tell(f"Locked, so not filled: {', '.join(map(str, held))}. {{shape.lock}} unlocks", "warning")
    gone = {gap.track for gap in changed} | {*held}
    taken = [keys for track, keys in step.found.items() if track not in gone]
    mending.ended(session, filling.run, lost=bool(gone) or _in_doubt(session, filling.run, taken))
    if taken:
        session.tell(_told(taken))


def _told(found: Iterable[Sequence[Keyframe]]) -> str:
    keys = [key for keys in found for key in keys]
    agreed = sum(key.agreement is not None and key.agreement > AGREED for key in keys)
    return f"Filled {len(keys)} frame(s): the two passes agree on {agreed}. {{track.ask}} goes where they do not"


def _in_doubt(session: Session, run: str, found: Iterable[Sequence[Keyframe]]) -> bool:
    """Say whether the passes disagree, or have lost the object, where an entry of a review was to be mended."""
    if run not in session.review.mends:
        return False
    entry, _ = session.review.mends[run]
    return any(
        entry.first <= key.frame <= entry.last and (key.agreement is None or key.agreement <= AGREED)
        for keys in found for key in keys
    )  # fmt: skip


def is_untouched(document: Document, gap: Gap) -> bool:
    """Say whether a gap is still between the same two keyframes, with none of a person between."""
    track = document.tracks.get(gap.track)
    if track is None:
        return False
    ends = keyframe_at(track, gap.first.frame), keyframe_at(track, gap.last.frame)
    return ends == (gap.first, gap.last) and human_around(track, gap.first.frame)[1] == gap.last.frame
