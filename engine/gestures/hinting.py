"""Object hints: a letter on each proposal of a detector; the letter accepts it, with Shift it is rejected.

What is accepted is a person's decision: an object of the detector that is verified, each a step of undo of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import msgspec

from engine.detected import Object, objects_of
from engine.document import Point, Shape, TableRow
from engine.edit_types import PutShapes
from engine.errors import AppError
from engine.geometry import contains, corners
from engine.gestures import base, taking
from engine.gestures.proposing import Proposal, proposals
from engine.gestures.sources import next_source
from engine.history import History
from engine.session import Session, detecting
from engine.session.gesture import Gesture, Idle
from engine.specs import DetectorSpec

moved, drags, resume, unblocked = base.moved, base.drags, base.resume, base.unblocked


@dataclass(frozen=True, slots=True)
class Choice:
    """What became of a proposal: the ids of its shapes, or that it was rejected."""

    name: str
    ids: tuple[int, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Hinting(Gesture):
    """Proposals of the shown frame with their hints, the letters typed so far, and what was chosen."""

    mode: ClassVar[str] = "hints"
    frame: int
    proposals: tuple[Proposal, ...]
    typed: str = ""
    choices: tuple[Choice, ...] = ()

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say no: what was chosen is in the document."""
        return False


def begin(session: Session) -> None:
    """Put hints on the frame's proposals; where there are none, ask for some first: see `sources`."""
    if isinstance(session.gesture, Hinting):
        session.take(Idle())
        return
    session.labelled()
    found, source = proposals(session), next_source(session)
    if found:
        taking.begin(session, Hinting(session.frame, tuple(found)))
    elif source is not None:
        come = partial(_come, session, session.frame, source)
        detecting.start(session, source, [session.frame], commits=False, then=come)
    else:
        session.tell("No proposal is left on this frame: {app.detectors} runs another detector")


def _come(session: Session, frame: int, source: DetectorSpec) -> None:
    """Show the hints when a detector has answered, unless something else is done meanwhile."""
    if session.frame != frame or session.gesture != Idle():
        return
    found, other = proposals(session), next_source(session)
    if found:
        taking.begin(session, Hinting(frame, tuple(found)))
    else:
        more = "" if other is None else f": {{hints.open}} goes on with {other.name}"
        session.tell(f"{source.name} has found nothing here that is not there already{more}")


def left(session: Session, held: Hinting) -> list[Proposal]:
    """Return the proposals that nothing was decided of; what undo has taken out of the document is one again."""
    decided = {one.name for one in held.choices if not one.ids or _stands(session, held, one)}
    return [one for one in held.proposals if one.name not in decided]


def _stands(session: Session, held: Hinting, choice: Choice) -> bool:
    return any(session.document.shape(held.frame, number) is not None for number in choice.ids)


def typed(session: Session, letter: str) -> None:
    """Take a letter; one that leads nowhere is ignored. The last one of a hint accepts, as a capital rejects."""
    held = session.gesture
    if not isinstance(held, Hinting):
        return
    name = held.typed + letter.lower()
    there = [one for one in left(session, held) if one.name.startswith(name)]
    if there and there[0].name == name:
        _decide(session, replace(held, typed=""), there[0], accepts=not letter.isupper())
    elif there:
        session.gesture = replace(held, typed=name)
        session.changed()


def _decide(session: Session, held: Hinting, proposal: Proposal, *, accepts: bool) -> None:
    if accepts:
        choice = _accepted(session, held, [proposal])[0]
    else:
        session.runs.results.rejected.add((proposal.detector, held.frame, proposal.number))
        choice = Choice(proposal.name)
    _go_on(session, replace(held, choices=(*_other(held, {choice.name}), choice)))


def _other(held: Hinting, names: set[str]) -> tuple[Choice, ...]:
    return tuple(one for one in held.choices if one.name not in names)


def _go_on(session: Session, held: Hinting) -> None:
    if left(session, held):
        session.gesture = held
        session.changed()
    else:
        session.take(Idle())
        session.tell("Every proposal of this frame is dealt with")


def accept_all(session: Session) -> None:
    """Accept every proposal that is left, as one step of undo."""
    held = session.gesture
    if not isinstance(held, Hinting):
        return
    some = left(session, held)
    fit = [one for one in some if _fits(session, held, one)]
    taken = _accepted(session, held, fit or some)
    others = _other(held, {one.name for one in taken})
    _go_on(session, replace(held, typed="", choices=(*others, *taken)))
    if len(fit) < len(some):
        session.tell(f"{len(some) - len(fit)} left: their labels take no such shape", "warning")


def _fits(session: Session, held: Hinting, proposal: Proposal) -> bool:
    try:
        object_of(session, held, proposal, _label_of(session, proposal))
    except AppError:
        return False
    return True


def _label_of(session: Session, proposal: Proposal) -> str:
    """Return the label that a proposal gets: its own as long as there is one of that name."""
    return proposal.label if session.document.label(proposal.label) is not None else session.labelled().name


def _accepted(session: Session, held: Hinting, some: list[Proposal]) -> list[Choice]:
    """Commit proposals as objects that are verified; raise AppError for a label that does not take such a shape."""
    number, shapes, found = session.document.next_id, list[Shape](), list[tuple[str, tuple[int, ...]]]()
    for proposal in some:
        made = object_of(session, held, proposal, _label_of(session, proposal))
        count = len(made.shapes)
        group = number + count if count > 1 else 0
        shapes += [
            msgspec.structs.replace(shape, id=number + place, group=group, verified=True)
            for place, shape in enumerate(made.shapes)
        ]
        found.append((proposal.name, tuple(range(number, number + count))))
        number += count + (group > 0)
    title = f"Accept {shapes[0].label} {shapes[0].id}" if len(some) == 1 else f"Accept {len(some)} proposals"
    session.commit(title, PutShapes(tuple(shapes)))
    return [Choice(name, ids, title) for name, ids in found]


def object_of(session: Session, held: Hinting, proposal: Proposal, label: str) -> Object:
    """Return a proposal as an object of a label; raise AppError if the label does not take such a shape."""
    spec, one = detecting.spec_of(proposal.detector), proposal.detection
    tables = session.document.tables.get(spec.id, ())
    row = next((row for row in tables if (row.theirs, row.ours) == (one.label, label)), TableRow(one.label, label))
    rows, size = [msgspec.structs.replace(row, threshold=0.0)], session.view.viewport.frame_size
    made = objects_of([one], rows, session.document, held.frame, spec, size, session.settings)
    if not made.objects:
        how = "{app.detectors} matches another one with it" if proposal.label else "choose another label by its digit"
        raise AppError(f"{label} takes no such shape", f"{how}, or reject the proposal")
    return made.objects[0]


def back(session: Session) -> None:
    """Take back the last letter, with none typed the last decision."""
    held = session.gesture
    if not isinstance(held, Hinting):
        return
    if held.typed:
        session.gesture = replace(held, typed=held.typed[:-1])
    elif held.choices:
        last = held.choices[-1]
        if last.ids and _stands(session, held, last):
            if not _is_last(session.history, last):
                session.tell("Something else has been done since: {history.undo} takes that back first", "warning")
                return
            session.undo()
        proposal = next(one for one in held.proposals if one.name == last.name)
        session.runs.results.rejected.discard((proposal.detector, held.frame, proposal.number))
        session.gesture = replace(held, choices=held.choices[:-1])
    session.changed()


def _is_last(history: History, choice: Choice) -> bool:
    return history.undo_title == choice.title


def click(session: Session, held: Hinting, point: Point, positive: bool) -> None:
    """Accept the smallest proposal there; reject it with the right button."""
    there = [one for one in left(session, held) if _holds(one, point)]
    if there:
        _decide(session, replace(held, typed=""), min(there, key=_extent), accepts=positive)


def _holds(proposal: Proposal, point: Point) -> bool:
    one = proposal.detection
    if one.mask is None:
        return contains(corners(one.box, one.rotation), point)
    x, y = (int(value // 1) - zero for value, zero in zip(point, one.mask.origin, strict=True))
    height, width = one.mask.mask.shape
    return 0 <= x < width and 0 <= y < height and bool(one.mask.mask[y, x])


def _extent(proposal: Proposal) -> float:
    if proposal.detection.mask is not None:
        return float(proposal.detection.mask.mask.sum())
    x1, y1, x2, y2 = proposal.detection.box
    return (x2 - x1) * (y2 - y1)


def finish(session: Session, held: Hinting) -> None:
    """Put the hints away."""
    session.take(Idle())


def cancel(session: Session, held: Hinting) -> None:
    """Forget the letter that was typed, else put the hints away."""
    if held.typed:
        session.gesture = replace(held, typed="")
        session.changed()
    else:
        session.take(Idle())
