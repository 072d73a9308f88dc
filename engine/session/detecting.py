"""Detectors at work in a session: run over frames, shown as they go, stopped at any frame; one step of undo.

A frame's answer takes the place of what the same detector had put on that frame and nobody has touched, in one commit:
where no answer comes, because the run fails or is stopped, everything stays as it was. What has come by then stays, and
undo takes it back as one step. Shapes are made beside the screen, a few times a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.detected import Object, put, rows_of
from engine.document import Document
from engine.edit_types import Edit
from engine.errors import AppError, ToolError, nearest
from engine.jobs import OnFrame, RunEnded, RunProgress, Step
from engine.ready import Ready, ready
from engine.requests import Detect
from engine.runs.detect import Found
from engine.session.detections import FLOOR, Detecting, Result, Tally
from engine.session.runs import tell
from engine.session.shaping import Shaping, told
from engine.specs import DetectorSpec
from engine.tools.cache import DETECTORS
from engine.tools.registry import detectors

if TYPE_CHECKING:
    from engine.session.session import Session

EVERY = 0.25
"""Seconds between two commits of a run."""


@dataclass(frozen=True)
class Shaped(Step):
    """Shapes of some frames, to be taken over, and what they come to."""

    made: Ready
    tally: Tally


def spec_of(detector: str) -> DetectorSpec:
    """Return a detector's spec; raise ToolError with the nearest id."""
    found = detectors()
    if detector not in found:
        raise ToolError(f'No detector is called "{detector}"', nearest(detector, found))
    return found[detector]


def labels_of(session: Session, spec: DetectorSpec) -> tuple[str, ...]:
    """Return the labels of a detector's spec, and whatever it has found here besides; reads no file."""
    return _with_seen(session, spec, spec.labels)


def labels_in_use(session: Session, spec: DetectorSpec) -> tuple[str, ...]:
    """Return what a detector finds with the weights in use, and has found here; raise WeightsError if none can tell."""
    from engine.tools.detecting import labels  # brings what weights need

    return _with_seen(session, spec, labels.labels_of(spec))


def _with_seen(session: Session, spec: DetectorSpec, known: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *sorted(session.runs.results.seen.get(spec.id, ())))))


def start(
    session: Session, spec: DetectorSpec, frames: Sequence[int], *, commits: bool = True,
    then: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Run a detector over frames; raise AppError where it cannot be."""
    if session.read_only and commits:
        raise AppError("Opened read-only", "nothing can be changed")
    if spec.watches and len(session.media.frames) < 2:
        raise AppError(f"{spec.name} is for videos", "it finds what differs from the frames before")
    if any(one.detector == spec.id for one in session.runs.detecting.values()):
        session.tell(f"{spec.name} is at work already: {{track.stop}} stops it", "warning")
        return
    results = session.runs.results
    results.last = spec.id
    live = Detecting(
        spec.id, session.runs.fresh("detect"), session.runs.fresh("run"), frames, f"Detect by {spec.name}", commits,
        confidence=results.confidence.get(spec.id), then=then,
    )  # fmt: skip
    session.runs.detecting[live.kind] = live
    _ask(session, live)
    session.changed()


def _ask(session: Session, live: Detecting) -> None:
    media, tools = session.media.frames, session.tools

    def run(ticket: int) -> Iterator[Step]:
        """Detect here: where no engine process is connected."""
        from engine.runs.detect import detect

        with tools.using(live.detector, kinds=DETECTORS) as model:
            for found in detect(model, media.get, live.frames, FLOOR):
                yield OnFrame(ticket, found)
        yield RunEnded(ticket, len(live.frames), 0.0)

    request = Detect(live.detector, media.reference, live.frames, FLOOR)
    receive, failed = partial(_receive, session, live), partial(_failed, session, live)
    session.jobs.start(live.kind, run, receive=receive, failed=failed, request=request)


def slide(session: Session, spec: DetectorSpec, confidence: float) -> None:
    """Take a detector's last results by another score, on every frame on which they are kept, without the model."""
    results = session.runs.results
    results.confidence[spec.id] = confidence
    live = Detecting(
        spec.id, session.runs.fresh("detect"), session.runs.fresh("run"), results.frames(spec.id),
        f"Confidence {confidence:.2f} of {spec.name}", slides=True, confidence=confidence, ended="done",
    )  # fmt: skip
    found = ((frame, results.of(spec.id, frame)) for frame in live.frames)
    live.pending = [Found(frame, result.detections) for frame, result in found if result is not None]
    session.runs.detecting[live.kind] = live
    _go_on(session, live)


def preview(session: Session, spec: DetectorSpec, confidence: float) -> tuple[Object, ...] | None:
    """Return what `slide` would leave on the shown frame; None where the detector has no result there."""
    document, frame, results = session.document, session.frame, session.runs.results
    result = results.of(spec.id, frame)
    if result is None:
        return None
    live = Detecting(spec.id, "", "", [frame], "", slides=True, confidence=confidence)
    rows = rows_of(document, spec, labels_of(session, spec))
    shaping = Shaping(spec, rows, session, live, {frame: result}, session.selection.locked)
    objects, _ = shaping.objects([Found(frame, result.detections)], document)
    return tuple(shaping.placed(objects, document)[frame])


def _receive(session: Session, live: Detecting, step: Step) -> None:
    """Take what was found on a frame, or the end."""
    if isinstance(step, RunEnded):
        live.ended = "done"
    elif isinstance(step, OnFrame) and isinstance(step.found, Found):
        live.done, now = live.done + 1, time.monotonic()
        live.began = live.began or now
        live.pending.append(step.found)
        tell(session, live.kind, RunProgress(
            step.ticket, f"{spec_of(live.detector).name}: {_told(live, now)}", first=live.frames[0],
            last=live.frames[-1], at=step.found.frame,
        ))  # fmt: skip
    _go_on(session, live)


def _told(live: Detecting, now: float) -> str:
    frames = f"frame {live.done} of {len(live.frames)}"
    if live.done < 2:
        return frames
    rate = (live.done - 1) / max(now - live.began, 1e-3)
    rated = f"{rate:.0f}" if rate >= 3 else f"{rate:.1f}"
    return f"{frames}, {rated} frames/s, {(len(live.frames) - live.done) / rate:.0f} s left"


def _failed(session: Session, live: Detecting, error: AppError) -> None:
    """Keep the frames that came, and say why there are no more."""
    live.ended = f"failed: {error.title}. {error.detail}"
    _go_on(session, live)


def _go_on(session: Session, live: Detecting) -> None:
    """Make shapes of what has come, when it is time; end the run when nothing is left of it."""
    if live.kind not in session.runs.detecting or live.making:
        return
    if live.begun and not session.history.holds(live.run):
        live.pending.clear()
        live.ended = "stopped: its run was taken back"
        session.jobs.cancel(live.kind)
    if live.pending and (live.ended or time.monotonic() - live.committed >= EVERY):
        live.making, live.committed = True, time.monotonic()
        found, live.pending = live.pending, []
        _make(session, live, found)
    elif live.ended and not live.pending:
        _end(session, live)


def _make(session: Session, live: Detecting, found: list[Found]) -> None:
    """Make shapes in a job; what was found is kept for the slider and the hints at once."""
    spec, results, base = spec_of(live.detector), session.runs.results, session.document
    earlier = {one.frame: results.of(spec.id, one.frame) for one in found} if live.slides else {}
    for one in found:
        results.put(spec.id, one.frame, Result(one.detections, live.confidence))
    if not live.commits:
        live.making = False
        live.tally.add(Tally(frames=len(found)))
        _go_on(session, live)
        return
    rows, locked = rows_of(base, spec, labels_of(session, spec)), session.selection.locked
    shaping = Shaping(spec, rows, session, live, earlier, locked)

    def run(ticket: int) -> Iterator[Step]:
        objects, tally = shaping.objects(found, base)

        def make(document: Document) -> tuple[Edit, ...]:
            stay = shaping.placed(objects, document)
            tally.objects = sum(map(len, stay.values()))
            tally.overlapped = sum(map(len, objects.values())) - tally.objects
            edit = put(document, stay, spec.id, locked=locked)
            return () if edit is None else (edit,)

        yield Shaped(ticket, ready(live.title, base, make, session.media.frames.picture, live.run), tally)

    receive, failed = partial(_take_over, session, live), partial(_broken, session, live)
    session.jobs.start(f"{live.kind} shapes", run, receive=receive, failed=failed)


def _take_over(session: Session, live: Detecting, step: Shaped) -> None:
    live.making = False
    if live.kind not in session.runs.detecting:
        return
    try:
        if not live.begun or session.history.holds(live.run):
            session.take_over(step.made)
    except AppError as error:
        _broken(session, live, error)
        return
    live.tally.add(step.tally)
    live.begun = live.begun or session.history.holds(live.run)
    _go_on(session, live)


def _broken(session: Session, live: Detecting, error: AppError) -> None:
    """End a run whose shapes cannot be made or committed."""
    live.making, live.ended = False, f"failed: {error.title}. {error.detail}"
    live.pending.clear()
    session.jobs.cancel(live.kind)
    _go_on(session, live)


def _end(session: Session, live: Detecting) -> None:
    """Say what came of a run."""
    session.runs.detecting.pop(live.kind, None)
    name, tally = spec_of(live.detector).name, live.tally
    if live.ended == "done" and live.then is not None:
        live.then()
    elif live.ended == "done":
        session.tell(f"{name}: {told(tally)}", "warning" if tally.unmatched or tally.unfit else "information")
    else:
        kept = f". {tally.frames} frame(s) stay: {{history.undo}} takes them back" if live.begun else ""
        is_failure = live.ended.startswith("failed")
        session.tell(f"{name} {live.ended}{kept}", "error" if is_failure else "warning")
    session.changed()


def stop(session: Session) -> bool:
    """Stop every detector; what came stays. Return whether one was at work."""
    lives = [*session.runs.detecting.values()]
    for live in lives:
        session.jobs.cancel(live.kind)
        live.ended = live.ended or "stopped"
        _go_on(session, live)
    session.changed()
    return bool(lives)


def give_up(session: Session, kind: str) -> None:
    """End a run whose job is given up; what came of it stays."""
    live = session.runs.detecting.get(kind)
    if live is not None:
        live.ended = "stopped"
        _go_on(session, live)
