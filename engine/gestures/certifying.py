"""Certifying: contact sheets of crops drawn at random; a letter marks a wrong one, N goes on to the next sheet.

Every answer is in the document at once, a step of undo of its own, so that a sample can be gone on with whenever it was
left. The sheet is shown in place of the frame, which stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import msgspec

from engine.document import Certificate, Document, Point
from engine.edit_types import PutCertificate
from engine.errors import EditError
from engine.gestures import base, taking
from engine.jobs import Progress, Step
from engine.jump import LETTERS
from engine.render.sheet import Layout, layout
from engine.review.certify import at_most, drawn, is_still_so, looked, percent, toggled
from engine.session import Session, sheets
from engine.session.gesture import Gesture, Idle
from engine.session.mending import now, who

SHARE = 0.01
"""What a sample rules out where nobody says otherwise: that more than this are wrong."""
KIND = "certify"

moved, drags, unblocked = base.moved, base.drags, base.unblocked


@dataclass(frozen=True)
class Certifying(Gesture):
    """A certificate, and where the sheet begins that is looked at."""

    mode: ClassVar[str] = "certify"
    certificate: int
    place: int = 0
    """Of a crop on the sheet: how many there are on one depends on the view."""

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say no: every answer is in the document."""
        return False

    def carried(self) -> Gesture:
        """Return it as it is: its crops are of all frames."""
        return self


@dataclass(frozen=True)
class Drawn(Step):
    """A sample to be looked at, and whether what it was drawn of is still as it was."""

    certificate: Certificate
    is_new: bool
    is_so: bool = True


def begin(session: Session, share: float = SHARE, label: str = "", source: str = "", *, anew: bool = False) -> None:
    """Take the sample in hand that was begun last for these boxes, or a new one where that is done, or `anew`."""
    if session.read_only:
        raise EditError("Opened read-only", "what is found could not be kept")
    taking.begin(session, Idle())
    document = session.document
    known = [
        one for one in document.certificates.values() if (one.share, one.label, one.source) == (share, label, source)
    ]
    last = max(known, key=lambda one: one.id, default=None)
    by = document.author

    def run(ticket: int) -> Iterator[Step]:
        yield Progress(ticket, "drawing boxes")
        is_so = last is not None and is_still_so(document, last)
        if last is not None and not anew and (is_so or not last.is_done):
            yield Drawn(ticket, last, False, is_so)
        else:
            yield Drawn(ticket, drawn(document, share, label=label, source=source, by=by, at=now()), True)

    session.jobs.start(KIND, run, receive=partial(_receive, session))


def _receive(session: Session, step: Drawn) -> None:
    one = step.certificate
    if step.is_new:
        number = max(session.document.certificates, default=0) + 1
        one = msgspec.structs.replace(one, id=number)
        session.commit(f"Draw {len(one.crops)} boxes to certify", PutCertificate(number, one))
    session.review.sheets.tiles.clear()  # they may show what was changed since
    taking.begin(session, Certifying(one.id, 0 if one.is_done else one.answered))
    read(session)
    if one.is_done:
        session.tell(f"Certified: {one.statement}. {{certify.again}} draws others")
    elif not step.is_so:
        session.tell("Boxes were changed since these were drawn: {certify.again} draws others", "warning")
    elif step.is_new:
        session.tell(f"{len(one.crops)} of {one.population} boxes: if none is wrong, at most {percent(one.share)} are")


def again(session: Session) -> None:
    """Draw other crops of the same boxes."""
    one = current(session)
    if one is not None:
        begin(session, one.share, one.label, one.source, anew=True)


def current(session: Session) -> Certificate | None:
    """Return the certificate in hand; None where none is, or undo has taken it away."""
    held = session.gesture
    return session.document.certificates.get(held.certificate) if isinstance(held, Certifying) else None


def sheet_of(session: Session) -> Layout:
    """Return how crops stand on a sheet in the view as it is now."""
    return layout(session.view.viewport.view_size, session.view.cell, len(LETTERS))


def places(held: Certifying, one: Certificate, sheet: Layout) -> range:
    """Return the places of the crops on the sheet that is looked at."""
    start = min(held.place, len(one.crops) - 1) // sheet.count * sheet.count
    return range(start, min(start + sheet.count, len(one.crops)))


def read(session: Session) -> None:
    """Have the crops read that are looked at now, and those of the sheets beside."""
    held, one = session.gesture, current(session)
    if isinstance(held, Certifying) and one is not None and one.crops:
        sheet = sheet_of(session)
        sheets.read_ahead(session, one, sheet, places(held, one, sheet).start)


def typed(session: Session, letter: str) -> None:
    """Mark the crop of a letter as wrong, or take that back; a letter that none bears is ignored."""
    _mark(session, LETTERS.find(letter.lower()))


def click(session: Session, held: Certifying, point: Point, positive: bool) -> None:
    """Mark the crop under the mouse as wrong, or take that back."""
    place = sheet_of(session).at(session.view.mouse.last)
    _mark(session, -1 if place is None else place)


def _mark(session: Session, index: int) -> None:
    held, one = session.gesture, current(session)
    if not isinstance(held, Certifying) or one is None:
        return
    there = places(held, one, sheet_of(session))
    if 0 <= index < len(there):
        new = toggled(one, there[index])
        what = "wrong" if there[index] in new.wrong else "right after all"
        session.commit(f"Certify: crop {there[index] + 1} is {what}", PutCertificate(one.id, new))


def finish(session: Session, held: Certifying) -> None:
    """Take the sheet as looked at and go on to the next one; after the last one say what follows."""
    one = current(session)
    if one is None:
        session.take(Idle())
        return
    there = places(held, one, sheet_of(session))
    unseen = crops_missing(session, one, there)
    if unseen:
        session.tell("The crops are not all there yet")
        return
    if one.answered < there.stop:
        one = _answered(session, one, there)
    if there.stop < len(one.crops):
        session.take(replace(held, place=there.stop))
        read(session)
        return
    session.take(Idle())
    wrong = ". {certify.wrong} goes to the wrong ones" if one.wrong else ""
    session.tell(f"{one.statement}{wrong}")


def crops_missing(session: Session, one: Certificate, there: range) -> bool:
    """Say whether crops of a sheet were not read yet."""
    return None in session.review.sheets.of(one, there, sheet_of(session).tile)


def _answered(session: Session, one: Certificate, there: range) -> Certificate:
    """Commit that the crops of a sheet were looked at; one of which there is nothing to be seen counts as wrong."""
    tiles = session.review.sheets.of(one, there, sheet_of(session).tile)
    blind = {place for place, tile in zip(there, tiles, strict=True) if tile is not None and tile.problem}
    new = msgspec.structs.replace(one, wrong=tuple(sorted({*one.wrong} | blind)))
    new = looked(new, there.stop, by=who(session), at=now())
    session.commit(f"Certify: {new.answered} of {len(new.crops)} crops looked at", PutCertificate(one.id, new))
    return new


def back(session: Session) -> None:
    """Go back to the sheet before."""
    held, one = session.gesture, current(session)
    if isinstance(held, Certifying) and one is not None:
        start = places(held, one, sheet_of(session)).start
        if start == 0:
            session.tell("This is the first sheet")
            return
        session.take(replace(held, place=start - 1))
        read(session)


def cancel(session: Session, held: Certifying) -> None:
    """Leave the sheets; what was answered stays."""
    one = current(session)
    session.jobs.cancel(sheets.KIND)
    session.take(Idle())
    if one is not None and not one.is_done:
        session.tell(f"{one.answered} of {len(one.crops)} looked at: {{review.certify}} goes on")


def resume(session: Session, held: Certifying) -> None:
    """Read what a view of another size, or another state, shows."""
    read(session)


def told(document: Document, held: Certifying, sheet: Layout) -> tuple[str, str]:
    """Return how far it is and what follows so far, in words, and in fewer words."""
    one = document.certificates.get(held.certificate)
    if one is None:
        return "", ""
    there, count = places(held, one, sheet), len(one.crops)
    number, last = there.start // sheet.count + 1, -(-count // sheet.count)
    wrong = len(one.wrong)
    bound = percent(at_most(min(wrong, one.answered), one.answered, one.population, one.sure)) if one.answered else ""
    so_far = f": at most {bound}{'' if one.is_done else ' so far'}" if bound else ""
    full = f"sheet {number} of {last}, {one.answered} of {count} looked at, {wrong} wrong{so_far}"
    brief = f"sheet {number}/{last}, {wrong} wrong{so_far.replace(': at most', ': ≤').replace(' so far', '')}"
    return full, brief
