"""The queue of a review, made in a job: what geometry says at once, then, frame for frame, what pixels say.

It is asked for anew whenever the document's objects are others than those it was asked for, one queue at a time: of a
run over 1,000 frames it sees some states and the last one. Looking at pixels is broken off by that and gone on with;
what was seen is kept by the reviewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.document import Document
from engine.errors import AppError
from engine.jobs import Step
from engine.memo import kept
from engine.session.eyes import Eyes
from engine.session.reviewing import AHEAD, Reviewing, again, is_gone, with_state

if TYPE_CHECKING:
    from engine.review.queue import Entry, Reviewer
    from engine.session.session import Session

KIND = "review"
FIRST = 25
"""Frames that are looked at before the queue is ranked by what was seen; then twice as many, and so on."""

TOLD = 10
"""Frames between two words of how far it is: each has the screen drawn."""


@dataclass(frozen=True)
class Queued(Step):
    """The queue, by what was seen so far; `last` if there is nothing more to be seen."""

    entries: tuple[Entry, ...]
    stills: tuple[Entry, ...]
    """What was said of shapes and pictures."""
    last: bool = False


@dataclass(frozen=True)
class Looked(Step):
    """So many frames have been looked at, of so many."""

    done: int
    total: int


def parts_of(document: Document) -> tuple[Any, ...]:
    """Return what of a document a queue is made of, to be compared by identity."""
    return document.frames, document.tracks, document.motion


def is_of(parts: tuple[Any, ...], document: Document) -> bool:
    """Say whether that is what a document still holds."""
    return bool(parts) and all(one is other for one, other in zip(parts, parts_of(document), strict=True))


def keep_up(session: Session) -> None:
    """Keep the states of the entries, and ask for a new queue, where the document is another; runs are waited for."""
    review, document = session.review, session.document
    if not review.on or (session.runs.busy and not review.due):
        return
    if not is_of(review.settled, document):
        settle(review, document)
    if not is_of(review.parts, document) and not (review.asking and KIND in session.jobs.running):
        ask(session)


def settle(review: Reviewing, document: Document) -> None:
    """Take what the document says of each entry now: what is settled has left the queue."""
    from engine.review import said
    from engine.review.states import SETTLED

    review.settled = parts_of(document)
    of_tracks = said.of_tracks(document)
    review.said = (*of_tracks, *review.stills)
    review.counts = Counter(entry.state for entry in of_tracks) + _states(review.stills)
    now = [(entry, state_of_entry(document, entry)) for entry in review.entries]
    review.entries = tuple(
        with_state(entry, state) for entry, state in now if state is not None and state not in SETTLED
    )
    if review.at is not None:
        is_open = again(review.at, review.entries) is not None
        state = state_of_entry(document, review.at) if is_open else last_word(document, review.at)
        review.at = with_state(review.at, state or "fixed")  # its track has been deleted, or merged


@kept
def _states(said: tuple[Entry, ...]) -> Counter[str]:
    return Counter(entry.state for entry in said)


def current(session: Session, entry: Entry) -> Entry:
    """Return an entry as it stands now: as the queue has it, else in the state that the document says."""
    found = again(entry, session.review.entries)
    state = last_word(session.document, entry)
    return found or (entry if state is None else with_state(entry, state))


def state_of_entry(document: Document, entry: Entry) -> str | None:
    """Return an entry's state, None where what it is about is gone."""
    from engine.review.states import state_about
    from engine.review.stills import state_on

    if entry.ids[0] in document.tracks:
        return state_about(document, entry.ids, entry.first, entry.last, entry.findings)
    return None if is_gone(document, entry) else state_on(document, entry.worst, entry.ids)


def last_word(document: Document, entry: Entry) -> str | None:
    """Return an entry's state; if that is unseen, what was said last of any of its frames."""
    from engine.tracks.evidence import standing

    state, track = state_of_entry(document, entry), document.tracks.get(entry.ids[0])
    if state != "unseen" or track is None:
        return state
    about = [one for one in standing(track) if one.first <= entry.last and entry.first <= one.last and not one.of]
    return max(about, key=lambda one: one.at).state if about else state


def ask(session: Session) -> None:
    """Have the queue made for the document as it is now, then look at pixels from the shown frame on."""
    from engine.review import said

    review, document, frames = session.review, session.document, session.media.frames
    review.parts, review.asking, review.due = parts_of(document), True, False
    review.working = review.working or "looks for what is wrong"
    start, count = session.frame, len(frames)
    near = [entry for entry in (review.at, *review.following()[:AHEAD]) if entry is not None]

    def run(ticket: int) -> Iterator[Step]:
        reviewer, stills = _reviewer(review, session), tuple(said.of_shapes(document))
        yield Queued(ticket, reviewer.entries(document), stills, last=reviewer.unseen_frames(document) == 0)
        total = min(reviewer.unseen_frames(document), count)
        done, told = 0, FIRST
        try:
            for _ in _looked(reviewer, document, near, start):
                done += 1
                yield Looked(ticket, min(done, total), total)
                if done >= told:
                    told *= 2
                    yield Queued(ticket, reviewer.entries(document), stills)
        finally:
            if not review.on:
                _shut(review)
        if done:
            yield Queued(ticket, reviewer.entries(document), stills, last=True)

    session.jobs.start(KIND, run, receive=partial(_receive, session), failed=partial(_failed, session))


def _reviewer(review: Reviewing, session: Session) -> Reviewer:
    if review.reviewer is None:
        from engine.review.queue import Reviewer
        from engine.runs.seen import Seen

        review.eyes = Eyes(session.media.frames.reference)
        review.reviewer = Reviewer(seen=Seen(review.eyes))
    return review.reviewer


def _looked(reviewer: Reviewer, document: Document, near: list[Entry], start: int) -> Iterator[int]:
    """Look at the frames of the entries that come next, of their tracks alone, then at all from the shown one on."""
    for entry in near:
        for frame in reviewer.look(document, entry.first, entry.ids):
            yield frame
            if not entry.first <= frame < entry.last:
                break
    yield from reviewer.look(document, start)


def _receive(session: Session, step: Step) -> None:
    review = session.review
    if isinstance(step, Looked):
        review.working = f"looks at {step.done} of {step.total} frames"
        if step.done % TOLD == 0:
            session.changed()
    elif isinstance(step, Queued):
        _take(session, step)


def _take(session: Session, step: Queued) -> None:
    """Take a queue: the entry that is looked at is found in it again, and goes by what is found there now."""
    review = session.review
    review.asking, review.entries, review.stills = False, step.entries, step.stills
    review.working = "" if step.last else review.working
    settle(review, session.document)
    if review.at is not None:
        review.at = again(review.at, review.entries) or review.at
    if review.arrived is not None:
        review.arrived(step.last and is_of(review.parts, session.document))
    session.changed()


def _failed(session: Session, error: AppError) -> None:
    session.review.asking, session.review.working = False, ""
    session.jobs.tell_failure(error)


def leave(session: Session) -> None:
    """Have nothing more looked for."""
    review = session.review
    review.asking, review.working, review.arrived, review.parts = False, "", None, ()
    if KIND not in session.jobs.running:  # else the job does it, which may be reading
        _shut(review)
    session.jobs.cancel(KIND)


def _shut(review: Reviewing) -> None:
    if review.eyes is not None:
        review.eyes.close()
