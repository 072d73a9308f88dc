"""How the answers of a detector's run become objects, and what is said of them; called beside the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.detected import Made, Object, limits_of, objects_of, placed, stands
from engine.document import Document, TableRow
from engine.jobs import Step
from engine.ready import Ready
from engine.runs.detect import Found
from engine.session.detections import Detecting, Result, Tally
from engine.specs import DetectorSpec

if TYPE_CHECKING:
    from engine.session.session import Session


@dataclass(frozen=True)
class Shaped(Step):
    """Shapes of some frames, to be taken over, and what they come to."""

    made: Ready
    tally: Tally


NAMED = 4
"""Labels without one of ours that a message names."""


@dataclass(frozen=True)
class Shaping:
    """A run with its label table, what its frames were taken by before, and the locked shapes."""

    spec: DetectorSpec
    rows: Sequence[TableRow]
    session: Session
    live: Detecting
    earlier: dict[int, Result | None]
    locked: frozenset[int]

    def objects(self, found: Sequence[Found], document: Document) -> tuple[dict[int, list[Object]], Tally]:
        """Return the objects of each frame, and what has no place among them."""
        tally, objects = Tally(frames=len(found)), dict[int, list[Object]]()
        for one in found:
            made = self._of(one, document, self.live.confidence)
            tally.unmatched.update(made.unmatched)
            tally.unfit.update(made.unfit)
            objects[one.frame] = list(made.objects)
            before = self.earlier.get(one.frame)
            if before is not None:
                objects[one.frame] = self._as_left(objects[one.frame], one, before.confidence, document)
        return objects, tally

    def _of(self, one: Found, document: Document, confidence: float | None) -> Made:
        size, settings = self.session.media.frames.size(one.frame), self.session.settings
        return objects_of(
            one.detections, self.rows, document, one.frame, self.spec, size, settings, confidence=confidence,
            limits=limits_of(settings),
        )  # fmt: skip

    def _as_left(self, objects: list[Object], one: Found, confidence: float | None, document: Document) -> list[Object]:
        """Leave out what was taken by the score before and is gone since: somebody has deleted it."""
        before = [old.shapes for old in self._of(one, document, confidence).objects]
        return [new for new in objects if new.shapes not in before or stands(new, document.shapes(one.frame))]

    def placed(self, objects: dict[int, list[Object]], document: Document) -> dict[int, list[Object]]:
        """Return those that stay beside what stands on their frames."""
        limits, frames = limits_of(self.session.settings), self.session.media.frames
        return {
            frame: placed(some, document, frame, self.spec.id, frames.size(frame), limits, self.locked)
            for frame, some in objects.items()
        }


def told(tally: Tally, what: str = "object") -> str:
    """Return what a run has come to in words."""
    where = f" on {tally.frames} frames" if tally.frames != 1 else ""
    said = [f"{tally.objects} {what}{'s' if tally.objects != 1 else ''}{where}"]
    if tally.overlapped:
        said.append(f"{tally.overlapped} left out, something is there already")
    if tally.unmatched:
        names = [f"{label} {count}" for label, count in tally.unmatched.most_common(NAMED)]
        more = " …" if len(tally.unmatched) > NAMED else ""
        said.append(f"no label here for {', '.join(names)}{more}: {{app.detectors}} matches them")
    if tally.unfit:
        said.append(f"no shape of this kind is allowed for {', '.join(tally.unfit)}")
    return "; ".join(said)
