"""What is judged in a review: by a person's word, or by a repair, which is noted in the same step of undo.

A repair is any change of a person's to the tracks of the entry that is looked at, within its frames. It is those frames
that are fixed which it has changed: of the others nothing was said, and they come again if they still look wrong. So
does what a tracker has made anew: of a run, when it has come through without losing an object, it is the person's
keyframe alone that counts as a repair.
"""

from __future__ import annotations

import datetime
import getpass
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.document import Document, Review, ReviewState
from engine.edit_types import Edit, PutReview
from engine.ready import ready
from engine.session.reviewing import is_gone

if TYPE_CHECKING:
    from engine.review.queue import Entry
    from engine.session.session import Session


def judgement(session: Session, entry: Entry, state: ReviewState, comment: str = "") -> tuple[Edit, ...]:
    """Return the edits that say what a person thinks of an entry; none if what it is about is gone."""
    return _judged(session, session.document, entry, (entry.first, entry.last), state, comment)


def _judged(
    session: Session, document: Document, entry: Entry, frames: tuple[int, int], state: ReviewState, comment: str = ""
) -> tuple[Edit, ...]:
    from engine.review.stills import judging

    if is_gone(document, entry):
        return ()
    said = {"reason": entry.kinds[0] if entry.kinds else "", "comment": comment, "by": who(session), "at": now()}
    if entry.ids[0] in document.tracks:
        return _said_of_tracks(document, entry, frames, state, said)
    picture = session.media.frames.picture(entry.worst) if entry.worst < len(session.media.frames) else None
    return tuple(judging(document, entry.worst, entry.ids, state, **said, picture=picture))


def _said_of_tracks(
    document: Document, entry: Entry, frames: tuple[int, int], state: ReviewState, said: dict[str, Any]
) -> tuple[Edit, ...]:
    """Return what is said of an entry's track, and of the others where the entry is about both: on its worst frames."""
    from engine.review.states import SETTLED, judged, others, settled

    first, last = frames
    track = document.tracks[entry.ids[0]]
    changed = {track.id: replace(track, review=judged(track, first, last, state, **said))}
    for number, at in others(document, entry.findings) if state in SETTLED else ():
        other = changed.get(number, document.tracks[number])
        if first <= at <= last and not settled(other, at):
            changed[number] = replace(other, review=judged(other, at, at, state, of=track.id, **said))
    return tuple(PutReview(number, one.review) for number, one in changed.items())


def unsaid(document: Document, entry: Entry) -> tuple[Edit, ...]:
    """Return the edits that take back what was said of an entry; none where nothing was."""
    from engine.review.states import others, unseen
    from engine.review.stills import unsaying

    track = document.tracks.get(entry.ids[0])
    if track is None:
        return tuple(unsaying(document, entry.worst, entry.ids))
    left = {track.id: unseen(track, entry.first, entry.last)}
    for number, _ in others(document, entry.findings):
        left[number] = tuple(one for one in document.tracks[number].review if one.of != track.id or not _in(one, entry))
    return tuple(PutReview(number, some) for number, some in left.items() if some != document.tracks[number].review)


def _in(review: Review, entry: Entry) -> bool:
    return entry.first <= review.first and review.last <= entry.last


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
    return _fixed(session, session.document, after, entry)


def _fixed(session: Session, before: Document, after: Document, entry: Entry) -> tuple[Edit, ...]:
    """Return the edits that say that an entry is fixed where it was changed; none if it was not."""
    frames = _changed(before, after, entry)
    return () if frames is None else _judged(session, after, entry, frames, "fixed")


def _changed(before: Document, after: Document, entry: Entry) -> tuple[int, int] | None:
    """Return between which of an entry's frames its tracks are others now; of shapes, whether they are."""
    from engine.tracks.changed import changed

    first, last = entry.first, entry.last
    if entry.ids[0] not in before.tracks:
        shapes = ((before.shape(entry.worst, number), after.shape(entry.worst, number)) for number in entry.ids)
        return (first, last) if any(old != new for old, new in shapes) else None
    spans = [
        changed(before.tracks.get(number), after.tracks.get(number), first, last, after.motion) for number in entry.ids
    ]
    found = [span for span in spans if span is not None]
    return (min(span[0] for span in found), max(span[1] for span in found)) if found else None


def _corrected(document: Document, entry: Entry) -> int | None:
    """Return the frame of an entry on which a person has put its track right, if that is not noted yet."""
    from engine.review.states import settled

    track = document.tracks.get(entry.ids[0])
    keys = () if track is None else track.keyframes
    own = [key.frame for key in keys if key.by == "human" and entry.first <= key.frame <= entry.last]
    here = min(own, key=lambda frame: abs(frame - entry.worst), default=None)
    return None if track is None or here is None or settled(track, here) else here


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
        here = _corrected(document, entry)
        if here is None or _changed(before, document, entry) is None:
            return ()
        return _judged(session, document, entry, (here, here), "fixed")

    session.take_over(ready("Mended", session.document, make, session.media.frames.picture, run))
