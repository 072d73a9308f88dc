"""The slider of confidence in hand: what a detector found is shown as another score would take it; N takes it so.

The model is not run again. On every frame with a result, what stands above the old and the new score stays as it is,
so that what a person has deleted does not come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.detected import Object
from engine.document import Point
from engine.gestures import base, taking
from engine.jobs import Step
from engine.memo import kept
from engine.session import Session, detecting, sliding
from engine.session.detections import FLOOR, Shown
from engine.session.gesture import Gesture, Idle

AT_ONCE = 200
"""Detections of which is worked out at once what a score takes."""

moved, drags, resume, unblocked = base.moved, base.drags, base.resume, base.unblocked


@dataclass(frozen=True)
class Sifting(Gesture):
    """A detector and the score from which its results are taken."""

    mode: ClassVar[str] = "sift"
    detector: str
    confidence: float

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say no: other frames can be looked at by the same score."""
        return False

    def carried(self) -> Gesture:
        """Return the slider as it is."""
        return self


def begin(session: Session) -> None:
    """Take the slider in hand for the detector that was used last, or one that was used on this frame."""
    results = session.runs.results
    here = [detector for detector, _ in results.on(session.frame)]
    detector = results.last if results.last in here or not here else here[-1]
    if not results.frames(detector):
        busy = [detecting.spec_of(live.detector).name for live in session.runs.detecting.values()]
        none = "No detector has been used yet: {app.detectors} lists them"
        session.tell(f"{busy[0]} has found nothing yet: it is still at work" if busy else none, "warning")
        return
    spec = detecting.spec_of(detector)
    score = detecting.confidence_of(session, spec)
    taking.begin(session, Sifting(detector, spec.threshold if score is None else score))


def move(session: Session, change: float) -> None:
    """Move the slider, within what was asked of the detector."""
    held = session.gesture
    if not isinstance(held, Sifting):
        session.tell("{detect.sift} takes the confidence in hand", "warning")
        return
    score = round(min(max(held.confidence + change, FLOOR), 1.0), 2)
    if score != held.confidence:
        session.advance(replace(held, confidence=score))


@dataclass(frozen=True)
class Sifted(Step):
    """What a score takes on the shown frame."""

    objects: tuple[Object, ...] | None


def objects_now(session: Session, held: Sifting) -> tuple[Object, ...] | None:
    """Return what the score takes on the shown frame; None where the detector has no result there.

    Of a great many it is worked out in a job: until it has ended, what was shown before is returned, None at first.
    """
    result = session.runs.results.of(held.detector, session.frame)
    if result is None:
        return None
    parts = (session, held, result, session.document, session.settings, session.selection.locked)
    if len(result.detections) <= AT_ONCE:
        return _objects(*parts)
    shown = session.runs.results.shown
    if shown is None or any(one is not other for one, other in zip(parts, shown.parts, strict=True)):
        is_same = shown is not None and shown.parts[2] is result
        session.runs.results.shown = shown = Shown(parts, shown.objects if shown is not None and is_same else None)
        _ask(session, held, shown)
    return shown.objects


def _ask(session: Session, held: Sifting, shown: Shown) -> None:
    work = sliding.previewing(session, detecting.spec_of(held.detector), held.confidence)

    def run(ticket: int) -> Iterator[Step]:
        yield Sifted(ticket, work())

    def receive(step: Sifted) -> None:
        shown.objects = step.objects
        session.changed()

    session.jobs.start("sift", run, receive=receive)


@kept
def _objects(session: Session, held: Sifting, *known_by: object) -> tuple[Object, ...] | None:
    """Return them, worked out once as long as nothing is different that they depend on."""
    return sliding.previewing(session, detecting.spec_of(held.detector), held.confidence)()


def click(session: Session, held: Sifting, point: Point, positive: bool) -> None:
    """Leave all as it is."""


def finish(session: Session, held: Sifting) -> None:
    """Take the results by this score, on every frame that has one."""
    spec = detecting.spec_of(held.detector)
    session.take(Idle())
    sliding.slide(session, spec, held.confidence)


def cancel(session: Session, held: Sifting) -> None:
    """Put the slider away; everything stays as it was."""
    session.take(Idle())
