"""How the answers of a detector's run become objects, and what is said of them; called beside the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from engine.detected import Object, limits_of, objects_of, placed, placement, rows_of
from engine.document import Document
from engine.edit_types import PutShapes
from engine.jobs import Step
from engine.ready import Ready
from engine.runs.detect import Found
from engine.session.detections import Detecting, Taken, Tally
from engine.specs import DetectorSpec

if TYPE_CHECKING:
    from engine.session.session import Session


@dataclass(frozen=True)
class Shaped(Step):
    """Shapes of some frames, to be taken over, and what they come to."""

    made: Ready
    tally: Tally
    taken: dict[int, Taken] = field(default_factory=dict)
    """What the run has put on each frame, as of the last time that `made` was asked."""


NAMED = 4
"""Labels without one of ours that a message names."""


Objects = dict[int, list[Object]]
"""By frame."""


@dataclass(frozen=True)
class Put:
    """How objects come into a document, and what the run has taken by it."""

    edit: PutShapes | None
    taken: dict[int, Taken]
    objects: int


@dataclass(frozen=True)
class Shaping:
    """A run with what was taken on its frames before and what is unwanted there, and the locked shapes."""

    session: Session
    spec: DetectorSpec
    live: Detecting
    labels: Sequence[str]
    """Of the detector."""
    locked: frozenset[int]
    earlier: Mapping[int, Taken] = field(default_factory=dict)
    unwanted: Mapping[int, Collection[int]] = field(default_factory=dict)
    """Numbers of detections that a person has rejected."""

    def objects(self, found: Sequence[Found], document: Document) -> tuple[Objects, Tally]:
        """Return the objects of each frame by the document's labels and table, and what has no place among them."""
        tally, objects = Tally(frames=len(found)), Objects()
        rows, settings = rows_of(document, self.spec, self.labels), self.session.settings
        for one in found:
            size = self.session.media.frames.size(one.frame)
            made = objects_of(
                one.detections, rows, document, one.frame, self.spec, size, settings, limits=limits_of(settings),
                confidence=self.live.confidence, without=self.unwanted.get(one.frame, ()),
            )  # fmt: skip
            tally.unmatched.update(made.unmatched)
            tally.unfit.update(made.unfit)
            objects[one.frame] = list(made.objects)
        return objects, tally

    def stays(self, objects: Objects, document: Document) -> tuple[Objects, frozenset[int]]:
        """Return the objects that stay beside what stands on their frames, and the ids of parts that are left as is.

        What was put there before and is gone since, wholly or in part, a person has deleted: it does not come back.
        """
        limits, frames = limits_of(self.session.settings), self.session.media.frames
        parts = frozenset(chain.from_iterable(self._parts(frame, some, document) for frame, some in objects.items()))
        stay = Objects()
        for frame, some in objects.items():
            gone = self._gone(frame, document)
            left = [one for one in some if one.number not in gone]
            locked = self.locked | parts
            stay[frame] = placed(left, document, frame, self.spec.id, frames.size(frame), limits, locked)
        return stay, parts

    def _gone(self, frame: int, document: Document) -> frozenset[int]:
        taken = self.earlier.get(frame)
        if taken is None:
            return frozenset()
        there = {shape.id for shape in document.shapes(frame)}
        return taken.gone | {number for number, ids in taken.ids.items() if not there.issuperset(ids)}

    def _parts(self, frame: int, objects: Sequence[Object], document: Document) -> Iterator[int]:
        """Yield the ids of what is left of objects that a person has deleted a part of."""
        taken, there = self.earlier.get(frame), {shape.id for shape in document.shapes(frame)}
        if taken is not None:
            gone, wanted = self._gone(frame, document), {one.number for one in objects}
            for number in gone & wanted & set(taken.ids):
                yield from there.intersection(taken.ids[number])

    def put(self, objects: Objects, document: Document) -> Put:
        """Return how objects come into a document; where its labels have changed, they must be made anew first."""
        stay, parts = self.stays(objects, document)
        made = placement(document, stay, self.spec.id, locked=self.locked | parts)
        taken = dict[int, Taken]()
        for frame, ids in made.ids.items():
            before, gone = self.earlier.get(frame), self._gone(frame, document)
            rest = {} if before is None else {
                number: left for number in gone if (left := tuple(parts.intersection(before.ids.get(number, ()))))
            }  # fmt: skip
            taken[frame] = Taken(self.live.run, rest | ids, gone)
        return Put(made.edit, taken, sum(map(len, stay.values())))


def shaping_of(
    session: Session, spec: DetectorSpec, labels: Sequence[str], live: Detecting, frames: Sequence[int]
) -> Shaping:
    """Return how a run makes shapes; the slider's heeds what was taken and rejected on its frames before."""
    results, is_away = session.runs.results, session.history.is_taken_back
    earlier = dict[int, Taken]()
    for frame in frames if live.slides else ():
        result = results.of(spec.id, frame)
        taken = () if result is None else result.standing(is_away)
        if taken:
            earlier[frame] = taken[-1]
    unwanted = results.unwanted(spec.id) if live.slides else {}
    return Shaping(session, spec, live, labels, session.selection.locked, earlier, unwanted)


def told(tally: Tally) -> str:
    """Return what a run has come to in words."""
    where = f" on {tally.frames} frames" if tally.frames != 1 else ""
    said = [f"{tally.objects} {tally.what}{'s' if tally.objects != 1 else ''}{where}"]
    if tally.overlapped:
        said.append(f"{tally.overlapped} left out, something is there already")
    if tally.unmatched:
        names = [f"{label} {count}" for label, count in tally.unmatched.most_common(NAMED)]
        more = " …" if len(tally.unmatched) > NAMED else ""
        said.append(f"no label here for {', '.join(names)}{more}: {{app.detectors}} matches them")
    if tally.unfit:
        said.append(f"no shape of this kind is allowed for {', '.join(tally.unfit)}")
    return "; ".join(said)
