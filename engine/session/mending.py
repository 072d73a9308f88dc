"""What is judged in a review: by a person's word, or by a repair, which is noted in the same step of undo.

A repair is any change of a person's to the tracks of the entry that is looked at, within its frames. A tracker's run
that was begun there counts when it has come through without losing an object: before that nobody knows.
"""

from __future__ import annotations

import datetime
import getpass
from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.document import Document, ReviewState, Track
from engine.edit_types import Edit, PutReview
from engine.ready import ready
from engine.session.reviewing import is_gone

if TYPE_CHECKING:
    from engine.review.queue import Entry
    from engine.session.session import Session


def judgement(session: Session, entry: Entry, state: ReviewState, comment: str = "") -> tuple[Edit, ...]:
    """Return the edits that say what a person thinks of an entry; none if what it is about is gone."""
    return _judged(session, session.document, entry, state, comment)


def _judged(
    session: Session, document: Document, entry: Entry, state: ReviewState, comment: str = ""
) -> tuple[Edit, ...]:
    from engine.review.states import judged
    from engine.review.stills import judging

    if is_gone(document, entry):
        return ()
    said = {"reason": entry.kinds[0] if entry.kinds else "", "comment": comment, "by": who(session), "at": now()}
    track = document.tracks.get(entry.ids[0])
    if track is not None:
        return (PutReview(track.id, judged(track, entry.first, entry.last, state, **said)),)
    picture = session.media.frames.picture(entry.worst) if entry.worst < len(session.media.frames) else None
    return tuple(judging(document, entry.worst, entry.ids, state, **said, picture=picture))


def unsaid(document: Document, entry: Entry) -> tuple[Edit, ...]:
    """Return the edits that take back what was said of an entry; none where nothing was."""
    from engine.review.states import unseen
    from engine.review.stills import unsaying

    track = document.tracks.get(entry.ids[0])
    if track is None:
        return tuple(unsaying(document, entry.worst, entry.ids))
    left = unseen(track, entry.first, entry.last)
    return () if left == track.review else (PutReview(track.id, left),)


def who(session: Session) -> str:
    """Return who judges: by the settings, else by the login."""
    try:
        return session.settings.author or getpass.getuser()
    except (KeyError, OSError):
        return session.document.author


def now() -> str:
    """Return the time as ISO 8601."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def mended(session: Session, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return what is to be committed with a person's edits: that they have mended the entry that is looked at."""
    entry = session.review.at
    if not session.review.on or entry is None:
        return ()
    from engine.edits import apply_all

    after, _ = apply_all(session.document, edits)
    return _judged(session, after, entry, "fixed") if _changes(session.document, after, entry) else ()


def _changes(before: Document, after: Document, entry: Entry) -> bool:
    """Say whether any of an entry's tracks is another within its frames, or any of its shapes on its worst one."""
    from engine.tracks.evidence import evidence

    if entry.ids[0] not in before.tracks:
        return before.shapes(entry.worst) is not after.shapes(entry.worst) and any(
            before.shape(entry.worst, number) != after.shape(entry.worst, number) for number in entry.ids
        )
    for number in entry.ids:
        old, new = before.tracks.get(number), after.tracks.get(number)
        if old is new:
            continue
        if old is None or new is None or _within(old, entry) != _within(new, entry):
            return True
        if evidence(old, entry.first, entry.last) != evidence(new, entry.first, entry.last):
            return True
    return False


def _within(track: Track, entry: Entry) -> list[object]:
    return [key for key in track.keyframes if entry.first <= key.frame <= entry.last]


def begun(session: Session, run: str, tracks: Iterable[int]) -> None:
    """Note that a run of trackers may mend the entry that is looked at."""
    review = session.review
    if review.on and review.at is not None and not set(review.at.ids).isdisjoint(tracks):
        review.mends[run] = review.at, session.document


def ended(session: Session, run: str, *, lost: bool = False) -> None:
    """Note, as a part of a run that is over, that its entry is mended; not if an object was lost."""
    if lost or run not in session.review.mends:
        session.review.mends.pop(run, None)
        return
    if run in session.runs.names:  # it goes on elsewhere
        return
    entry, before = session.review.mends.pop(run)

    def make(document: Document) -> tuple[Edit, ...]:
        return _judged(session, document, entry, "fixed") if _changes(before, document, entry) else ()

    session.take_over(ready("Mended", session.document, make, session.media.frames.picture, run))
