"""What detectors have found on the shown frame and nobody has taken: the proposals that hints are put on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.detected import limits_of, rows_of
from engine.detected.found import is_sound
from engine.detected.overlap import Covered, Region, region_found
from engine.detected.placing import regions
from engine.hints import names
from engine.session import Session, detecting
from engine.session.detections import Result
from engine.tools.base import Detection

MOST = 120
"""Proposals that bear a hint, the surest ones."""
SAME = 0.6
"""Proposals that overlap by more are one object, whatever their labels."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a detector has found and nobody has taken; `number` is its place in the detector's result."""

    name: str
    """The letters of its hint."""
    detector: str
    number: int
    detection: Detection
    label: str
    """Ours, "" where none is matched: then the label in use is taken."""


def proposals(session: Session) -> list[Proposal]:
    """Return what detectors have found on the shown frame and is not there yet, the surest with the shortest names."""
    some = sorted(_open(session), key=lambda one: -one.detection.score)
    if not some:
        return []
    size, kept = session.view.viewport.frame_size, list[Proposal]()
    standing = Covered([region for _, region in regions(session.shapes, size)], limits_of(session.settings).people)
    others = Covered(_rejected(session), SAME)
    for one in some:
        region = region_found(one.detection, size)
        if not standing.holds(region) and not others.holds(region):
            others.add(region)
            kept.append(one)
        if len(kept) == MOST:
            break
    return [replace(one, name=name) for one, name in zip(kept, names(len(kept)), strict=True)]


def _rejected(session: Session) -> list[Region]:
    """Return where on the shown frame a person has rejected something: another detector's word for it is no news."""
    results, size = session.runs.results, session.view.viewport.frame_size
    some = ((results.of(name, at), number) for name, at, number in results.rejected if at == session.frame)
    return [region_found(result.detections[number], size) for result, number in some if result is not None]


def _open(session: Session) -> Iterator[Proposal]:
    """Yield what detectors have found on the shown frame and nobody has rejected; without names."""
    document, results, size = session.document, session.runs.results, session.view.viewport.frame_size
    for detector, result in results.on(session.frame):
        spec, away = detecting.spec_of(detector), _decided(session, detector, result)
        rows = rows_of(document, spec, detecting.labels_of(session, spec))
        ours = {row.theirs: row.ours for row in reversed(rows) if document.label(row.ours) is not None}
        for number, one in enumerate(result.detections):
            if number not in away and one.label not in spec.off and is_sound(one, size):
                yield Proposal("", detector, number, one, ours.get(one.label, ""))


def _decided(session: Session, detector: str, result: Result) -> frozenset[int]:
    """Return the numbers of what a person has rejected, and of what a run has put there and is there still."""
    taken, ids = result.standing(session.history.is_taken_back)[-1:], {shape.id for shape in session.shapes}
    stand = (number for one in taken for number, own in one.ids.items() if ids.issuperset(own))
    return frozenset(session.runs.results.unwanted(detector).get(session.frame, ())).union(stand)
