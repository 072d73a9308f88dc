"""The review: opened and left, its entries gone through, judged, listed by filters.

Where the frame of an entry comes, its track is selected and its box brought into view. After a judgement the next entry
comes by itself; after a repair, which is a judgement too, the screen stays: another may be needed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from engine import items
from engine.actions import action, frames
from engine.counting import counted
from engine.document import Document, ReviewState
from engine.errors import AppError, nearest
from engine.gestures import Idle
from engine.outlines import known_box
from engine.review.base import Finding
from engine.review.queue import Entry
from engine.session import Goal, Session, crops, listing, mending, review_queue
from engine.session.reviewing import AHEAD, Filters, same

NOT_ON = "No review is on: {review.open} opens it"
NOTHING = "Nothing looks wrong"
BARE = "Nothing is annotated yet: there is nothing to be reviewed"
LEFT = "Review left: {review.open} opens it again"
STATES = ("unseen", "accepted", "fixed", "flagged")


@action("review.open", "Review: what looks wrong in tracks, the likeliest fault first")
def open_review(session: Session) -> None:
    """Look for what is wrong, and go to the entry that was left, else to the first one as soon as it is found."""
    review = session.review
    if review.on or not frames.may_leave(session):
        return
    if not isinstance(session.gesture, Idle):
        session.take(Idle())
    session.media.playing = False
    review.on, review.arrived = True, partial(_arrived, session)
    crops.make_room(session)
    session.changed()


def _arrived(session: Session, last: bool) -> None:
    """Begin, where the queue has come."""
    review = session.review
    if session.gesture != Idle() or not (review.wanted or review.at or last):
        return
    review.arrived = None
    if review.at is not None:
        _show(session, review.at)
    elif review.wanted:
        look_at(session, review.wanted[0])
    else:
        _say_done(session)


def _more(session: Session, last: bool) -> None:
    """Say whether there is more after all, where all that there was had been looked at."""
    review, found = session.review, len(session.review.wanted)
    if not found and not last:
        return
    review.arrived = None
    if found and review.at is not None and review.at.state == "unseen":
        return  # it has been gone on with already
    if found:
        session.tell(f"{_counted(found)} more: {{review.next}} goes on")
    else:
        _say_done(session)


@action("review.close", "Leave the review")
def close(session: Session) -> None:
    """Go on as before; where the review was is kept."""
    if not session.review.on:
        return
    session.review.on, session.view.cursor_shown = False, True
    review_queue.leave(session)
    crops.make_room(session)
    left = len(session.review.open)
    session.tell(f"Review left, {_counted(left)} to go: {{review.open}} goes on" if left else LEFT)
    session.changed()


def is_on(session: Session) -> bool:
    """Say whether a review is on; tell how it is opened if it is not."""
    if not session.review.on:
        session.tell(NOT_ON, "warning")
    return session.review.on


def looked_at(session: Session) -> Entry | None:
    """Return the entry that is looked at; tell if there is none."""
    if not is_on(session):
        return None
    if session.review.at is None:
        session.tell("No entry is looked at: {review.next} goes to the first one", "warning")
    return session.review.at


def look_at(session: Session, entry: Entry) -> None:
    """Go to an entry's worst frame."""
    session.review.go(entry)
    _show(session, entry)


@action("review.at", "Review: be at an entry, as a recording says")
def be_at(session: Session, ids: str, first: int, last: int, worst: int, kind: str, frame: int) -> None:
    """Look at the entry about some frames of a track, on a frame; all counted from 0."""
    if not is_on(session):
        return
    numbers, known = tuple(int(number) for number in str(ids).split("+")), session.document.tracks
    found = Finding(kind, int(first), int(last), int(worst), numbers, 0.0, "")
    label = known[numbers[0]].label if numbers[0] in known else ""
    entry = Entry(numbers, label, found.first, found.last, found.worst, 0.0, (found,))
    entry = next((one for one in session.review.entries if same(one, entry)), entry)
    if session.review.at is None or not same(session.review.at, entry):
        session.review.go(entry)
    if session.media.target != int(frame) or session.selection.selected != numbers[0]:
        _show(session, entry, int(frame))


def _show(session: Session, entry: Entry, at: int | None = None) -> None:
    media, number = session.media, entry.ids[0]
    frame = min(entry.worst if at is None else at, len(media.frames) - 1)
    item = items.find(session.document, frame, number)
    goal = Goal(number if item is not None else None, None if item is None else known_box(item))
    session.selection.pick(None)
    session.selection.track = number if number in session.document.tracks else None
    media.playing = False
    session.view.cursor_shown = False  # its lines would lie over what is to be looked at
    if frame == media.shown and not media.loading:
        frames.look(session, goal)
    else:
        frames.show(session, frame, goal)
    media.frames.wish([other.worst for other in session.review.following()[:AHEAD]])


def went_back(session: Session, before: Document) -> bool:
    """Go to the entry of which undo or redo has changed what was said; return whether there is one."""
    review, document = session.review, session.document
    if not review.on:
        return False
    for entry in filter(None, (review.at, *reversed(review.visited))):
        old, new = (review_queue.last_word(one, entry) for one in (before, document))
        if old != new:
            look_at(session, review_queue.current(session, entry))
            return True
    return False


@action("review.next", "Review: the next entry")
def next_entry(session: Session) -> None:
    """Go to the entry after the one that is looked at, in the queue's order; after the last one to the first."""
    if is_on(session) and frames.may_leave(session):
        _go_on(session)


def _go_on(session: Session) -> None:
    review = session.review
    found = review.following()
    if not found:
        _say_done(session)
        return
    if review.at is not None and review.is_before(found[0]) and not review.is_hidden(review.at):
        session.tell(f"That was the last one: {_counted(len(found))} left, from the top again")
    look_at(session, found[0])


def _counted(count: int) -> str:
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def _say_done(session: Session) -> None:
    """Say that nothing is left to go to, or not yet."""
    review = session.review
    if review.at is not None and review.wanted:
        said = "This is the only entry that is left"
        _show(session, review.at)
    elif review.working:
        said = f"Nothing is left so far: it {review.working}"
        review.arrived = partial(_more, session)
    elif review.open and not review.wanted:
        said = f"No entry passes the filters, {_counted(len(review.open))} without them"
    elif review.judged:
        said = f"All {review.judged} looked at: "
        said += ", ".join(f"{review.counts[state]} {state}" for state in STATES[1:] if review.counts[state])
    else:
        said = NOTHING if session.document.tracks or session.document.frames else BARE
    session.tell(said)
    session.changed()


@action("review.back", "Review: back to the entry before")
def back(session: Session) -> None:
    """Go back to the entry that was looked at before, also if it has been judged."""
    review = session.review
    if not is_on(session) or not frames.may_leave(session):
        return
    if not review.visited:
        session.tell("This is the entry that the review began with")
        return
    entry = review.visited.pop()
    review.at = None  # it is not gone back to from there
    review_queue.settle(review, session.document)
    look_at(session, review_queue.current(session, entry))


@action("review.go", "Review: go to an entry by its place in the list")
def go(session: Session, number: str | int) -> None:
    """Go to the entry of a place in what is listed, from 1; raise AppError if there is none."""
    if not is_on(session) or not frames.may_leave(session):
        return
    listed, place = session.review.listed, int(number)
    if not 0 < place <= len(listed):
        raise AppError("No such entry", f"{_counted(len(listed))} listed" if listed else NOTHING)
    look_at(session, listed[place - 1])


@action("review.accept", "Review: accept, nothing is wrong here")
def accept(session: Session) -> None:
    """Say that the entry that is looked at is right, and go to the next one."""
    _judge(session, "accepted", "Accept")


@action("review.flag", "Review: flag with a comment")
def flag(session: Session, *comment: str) -> None:
    """Mark the entry that is looked at for somebody else, with a comment, and go to the next one."""
    _judge(session, "flagged", "Flag", " ".join(comment).strip())


def _judge(session: Session, state: ReviewState, title: str, comment: str = "") -> None:
    entry = looked_at(session)
    if entry is None or not frames.may_leave(session):
        return
    edits = mending.judgement(session, entry, state, comment)
    if not edits:
        session.tell(f"{entry.label} {entry.ids[0]} is gone: nothing can be said of it", "warning")
    else:
        session.commit(f"{title} {_named(entry)}", *edits, touches=False)
        session.review.times.append(session.view.clock())
    _go_on(session)


def _named(entry: Entry) -> str:
    frames = counted(entry.first) if entry.first == entry.last else f"{counted(entry.first)}-{counted(entry.last)}"
    return f"{entry.label} {entry.ids[0]} on {frames}"


@action("review.unsee", "Review: take the judgement back")
def unsee(session: Session) -> None:
    """Forget what was said of the frames of the entry that is looked at."""
    entry = looked_at(session)
    if entry is None:
        return
    edits = mending.unsaid(session.document, entry)
    if edits:
        session.commit(f"Take back what was said of {_named(entry)}", *edits, touches=False)
    else:
        session.tell("Nothing was said of it yet")


@action("review.filter", "Review: list only entries of a kind, label, track or state")
def narrow(session: Session, what: str, *value: str) -> None:
    """List the entries of one kind, label, track or state (`what`), or all of them, without a value."""
    if not is_on(session):
        return
    review, text = session.review, " ".join(map(str, value)).strip()
    if what == "state" and text not in ("", *STATES):
        raise AppError(f'No state is called "{text}"', nearest(text, STATES))
    match what:
        case "kind":
            review.filters = replace(review.filters, kind=text)
        case "label":
            review.filters = replace(review.filters, label=text)
        case "track":
            review.filters = replace(review.filters, track=int(text) if text else None)
        case "state":
            review.filters = replace(review.filters, state=text)
        case _:
            raise AppError(f'Entries have no "{what}"', nearest(what, Filters.__dataclass_fields__))
    session.tell(f"{_counted(len(review.listed))} of {listing.everything(review)} listed")
    session.changed()
