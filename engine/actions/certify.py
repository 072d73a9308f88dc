"""Certifying: what share of the boxes is wrong at most, by a look at some drawn at random."""

from __future__ import annotations

from engine import items
from engine.actions import action, frames
from engine.counting import counted
from engine.gestures import Idle, certifying
from engine.outlines import shape_box
from engine.review.certify import share_of
from engine.session import Goal, Session


@action("review.certify", "Certify: crops of boxes drawn at random, to be looked at")
def certify(session: Session, share: str | float = certifying.SHARE, label: str = "", source: str = "") -> None:
    """Show contact sheets of so many boxes that, if none is wrong, at most that share (0.01, "1%") of all is.

    In a review that lists one label alone, of that label's.
    """
    label = label or (session.review.filters.label if session.review.on else "")
    certifying.begin(session, share_of(str(share)), label, source)


@action("certify.mark", "Mark the crop of a letter as wrong, or take that back")
def mark(session: Session, letter: str) -> None:
    """Take the letter of a crop."""
    certifying.typed(session, letter)


@action("certify.back", "Contact sheet before this one")
def back(session: Session) -> None:
    """Go back to the sheet before."""
    certifying.back(session)


@action("certify.again", "Draw other crops of the same boxes")
def again(session: Session) -> None:
    """Begin a certificate anew."""
    certifying.again(session)


@action("certify.wrong", "Go to the next box that was found wrong in a sample")
def wrong(session: Session) -> None:
    """Show a wrong one of the sample that is in hand, or else of the last one, on its frame."""
    every = session.document.certificates
    one = certifying.current(session) or every.get(max(every, default=0))
    if one is None or not one.wrong:
        session.tell("No box was found wrong" if one else "Nothing was certified yet: {review.certify}")
        return
    place = (session.review.sheets.wrong + 1) % len(one.wrong)
    number, frame = one.crops[one.wrong[place]]
    session.review.sheets.wrong = place
    session.take(Idle())
    item = items.find(session.document, frame, number)
    frames.show(session, frame, Goal(number, None if item is None else shape_box(item)))
    gone, name = "" if item else ", which is gone", f"{item.label} {number}" if item else str(number)
    session.tell(f"Wrong {place + 1} of {len(one.wrong)}: {name} on frame {counted(frame)}{gone}")
