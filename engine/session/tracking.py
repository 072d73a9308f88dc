"""A detector's answers made into tracks, in jobs beside the screen; the objects that may come again are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from engine.detected.tracking import Tracking
from engine.document import TableRow
from engine.jobs import Step
from engine.ready import ready
from engine.runs.by_detection import Method
from engine.runs.detect import Found
from engine.session.detections import Detecting, Tally
from engine.session.shaping import Shaped
from engine.tools.registry import detectors

if TYPE_CHECKING:
    from engine.session.session import Session


def tracking_of(session: Session, live: Detecting, method: Method, rows: Sequence[TableRow]) -> Tracking:
    """Return what makes tracks of a run's answers, by its label table."""
    live.tally.what = "track"
    return Tracking(
        method, detectors()[live.detector], rows, session.settings, live.frames, session.media.frames.time,
        confidence=live.confidence, locked=session.selection.locked,
    )  # fmt: skip


def tracked(
    session: Session, live: Detecting, found: Sequence[Found], tracking: Tracking
) -> Callable[[int], Iterator[Step]]:
    """Return the job that takes some frames and puts the objects that were lost by then; without frames, all."""
    base, frames = session.document, session.media.frames

    def run(ticket: int) -> Iterator[Step]:
        tally = Tally(frames=len(found))
        for one in found:
            made = tracking.take(base, one.frame, frames.size(one.frame), one.detections)
            tally.unmatched.update(made.unmatched)
            tally.unfit.update(made.unfit)
        over = tracking.over(last=not found)
        tally.objects = len(over.lines)
        yield Shaped(
            ticket, ready(live.title, base, lambda document: tracking.put(document, over), frames.picture, live.run),
            tally,
        )  # fmt: skip

    return run
