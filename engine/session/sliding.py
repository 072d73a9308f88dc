"""The slider of confidence: what a detector has found is taken by another score, without the model.

What a person has deleted or rejected stays away, whatever the score.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.detected import Object
from engine.errors import AppError
from engine.runs.detect import Found
from engine.session.detecting import at_work, go_on, labels_of
from engine.session.detections import Detecting
from engine.session.shaping import shaping_of
from engine.specs import DetectorSpec

if TYPE_CHECKING:
    from engine.session.session import Session


def slide(session: Session, spec: DetectorSpec, confidence: float) -> None:
    """Take a detector's last results by another score, on every frame on which they are kept, without the model.

    While the detector is at work, when that has ended. Raise AppError where nothing may be changed.
    """
    if session.read_only:
        raise AppError("Opened read-only", "nothing can be changed")
    busy, results = at_work(session, spec), session.runs.results
    if busy is not None:
        busy.after.append(partial(slide, session, spec, confidence))
        if not busy.slides:
            session.tell(f"{spec.name} is at work: confidence {confidence:.2f} holds when that has ended")
        return
    live = Detecting(
        spec.id, session.runs.fresh("detect"), session.runs.fresh("run"), results.frames(spec.id),
        f"Confidence {confidence:.2f} of {spec.name}", slides=True, confidence=confidence, ended="done",
        revision=session.revision,
    )  # fmt: skip
    results.slid(spec.id, live.run, confidence, session.history.is_taken_back)
    found = ((frame, results.of(spec.id, frame)) for frame in live.frames)
    live.pending = [Found(frame, result.detections) for frame, result in found if result is not None]
    session.runs.detecting[live.kind] = live
    go_on(session, live)


def previewing(session: Session, spec: DetectorSpec, confidence: float) -> Callable[[], tuple[Object, ...] | None]:
    """Return what works out, in any thread, what `slide` would leave on the shown frame: None without a result."""
    document, frame = session.document, session.frame
    result = session.runs.results.of(spec.id, frame)
    if result is None:
        return lambda: None
    live = Detecting(spec.id, "", "", [frame], "", slides=True, confidence=confidence)
    shaping, found = (
        shaping_of(session, spec, labels_of(session, spec), live, [frame]),
        [Found(frame, result.detections)],
    )

    def work() -> tuple[Object, ...]:
        objects, _ = shaping.objects(found, document)
        return tuple(shaping.stays(objects, document)[0][frame])

    return work
