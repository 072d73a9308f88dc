"""Detectors at work in a session: run over frames, shown as they go, stopped at any frame; one step of undo.

A frame's answer takes the place of what the same detector had put on that frame and nobody has touched, in one commit:
where no answer comes, because the run fails or is stopped, everything stays as it was. What has come by then stays, and
undo takes it back as one step. Shapes are made beside the screen, a few times a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.detected import rows_of
from engine.detected.tracking import Tracking
from engine.document import Document
from engine.edit_types import Edit
from engine.errors import AppError, ToolError, nearest
from engine.jobs import OnFrame, RunEnded, RunProgress, Step
from engine.ready import ready
from engine.requests import Detect
from engine.runs.by_detection import Method
from engine.runs.detect import Found
from engine.session.detections import FLOOR, Detecting, Result, Taken, Tally
from engine.session.runs import tell
from engine.session.shaping import Shaped, shaping_of, told
from engine.session.tracking import tracked, tracking_of
from engine.specs import DetectorSpec
from engine.tools.cache import DETECTORS
from engine.tools.registry import detectors

if TYPE_CHECKING:
    from engine.session.session import Session

EVERY = 0.25
"""Seconds between two commits of a run."""


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
    then: Callable[[], None] | None = None, method: Method | None = None,
) -> None:  # fmt: skip
    """Run a detector over frames, with a method making tracks; raise AppError where it cannot be."""
    if session.read_only and commits:
        raise AppError("Opened read-only", "nothing can be changed")
    if spec.watches and len(session.media.frames) < 2:
        raise AppError(f"{spec.name} is for videos", "it finds what differs from the frames before")
    busy = at_work(session, spec)
    if busy is not None and busy.slides:  # over in a moment
        busy.after.append(partial(start, session, spec, frames, commits=commits, then=then, method=method))
        return
    if busy is not None:
        session.tell(f"{spec.name} is at work already: {{track.stop}} stops it", "warning")
        return
    if commits:
        session.runs.results.last = spec.id
    live = Detecting(
        spec.id, session.runs.fresh("detect"), session.runs.fresh("run"), frames, f"Detect by {spec.name}", commits,
        confidence=confidence_of(session, spec), then=then, revision=session.revision,
    )  # fmt: skip
    if method is not None:
        live.tracking = tracking_of(session, live, method, rows_of(session.document, spec, labels_of(session, spec)))
    session.runs.detecting[live.kind] = live
    _ask(session, live)
    session.changed()


def at_work(session: Session, spec: DetectorSpec) -> Detecting | None:
    """Return the run of a detector that is under way, None if it is at rest."""
    return next((one for one in session.runs.detecting.values() if one.detector == spec.id), None)


def confidence_of(session: Session, spec: DetectorSpec) -> float | None:
    """Return where a detector's slider is, None where it was not moved, or that was taken back."""
    return session.runs.results.confidence(spec.id, session.history.is_taken_back)


def _ask(session: Session, live: Detecting) -> None:
    media, tools, tiles = session.media.frames, session.tools, session.settings.tiles

    def run(ticket: int) -> Iterator[Step]:
        """Detect here: where no engine process is connected."""
        from engine.runs.detect import detect, on_tiles

        with tools.using(live.detector, kinds=DETECTORS) as bare:
            model = on_tiles(bare, live.detector, tiles)
            for found in detect(model, media.get, live.frames, FLOOR):
                yield OnFrame(ticket, found)
        yield RunEnded(ticket, len(live.frames), 0.0)

    request = Detect(live.detector, media.reference, live.frames, FLOOR, tiles=tiles)
    receive, failed = partial(_receive, session, live), partial(_failed, session, live)
    session.jobs.start(live.kind, run, receive=receive, failed=failed, request=request)


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
    go_on(session, live)


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
    go_on(session, live)


def go_on(session: Session, live: Detecting) -> None:
    """Make shapes of what has come, when it is time; end the run when nothing is left of it."""
    if live.kind not in session.runs.detecting or live.making:
        return
    if live.begun and session.history.is_taken_back(live.run):
        live.pending.clear()
        live.tracking = None
        live.ended = "stopped: its run was taken back"
        session.jobs.cancel(live.kind)
    if live.pending and (live.ended or time.monotonic() - live.committed >= EVERY):
        live.making, live.committed = True, time.monotonic()
        found, live.pending = live.pending, []
        _make(session, live, found)
    elif live.ended and not live.pending and live.tracking is not None:
        tracking, live.tracking, live.making = live.tracking, None, True
        _make_tracks(session, live, [], tracking)  # those that are not lost
    elif live.ended and not live.pending:
        _end(session, live)


def _make(session: Session, live: Detecting, found: list[Found]) -> None:
    """Make shapes in a job; what was found is kept for the slider and the hints at once."""
    spec, base = spec_of(live.detector), session.document
    if not live.slides:
        for one in found:
            session.runs.results.put(spec.id, one.frame, Result(one.detections))
    if not live.commits:
        live.making = False
        live.tally.add(Tally(frames=len(found)))
        go_on(session, live)
        return
    if live.tracking is not None:
        _make_tracks(session, live, found, live.tracking)
        return
    shaping = shaping_of(session, spec, labels_of(session, spec), live, [one.frame for one in found])

    def run(ticket: int) -> Iterator[Step]:
        first, tally, taken = shaping.objects(found, base), Tally(), dict[int, Taken]()

        def make(document: Document) -> tuple[Edit, ...]:
            is_same = document.labels is base.labels and document.tables is base.tables
            objects, counts = first if is_same else shaping.objects(found, document)
            made = shaping.put(objects, document)
            vars(tally).update(vars(counts))
            tally.objects, tally.overlapped = made.objects, sum(map(len, objects.values())) - made.objects
            taken.update(made.taken)
            return () if made.edit is None else (made.edit,)

        yield Shaped(ticket, ready(live.title, base, make, session.media.frames.picture, live.run), tally, taken)

    receive, failed = partial(_take_over, session, live), partial(_broken, session, live)
    session.jobs.start(_shapes_of(live), run, receive=receive, failed=failed)


def _shapes_of(live: Detecting) -> str:
    """Return the kind of the job that makes a run's shapes."""
    return f"{live.kind} shapes"


def _make_tracks(session: Session, live: Detecting, found: list[Found], tracking: Tracking) -> None:
    """Make tracks in a job of the objects that were lost; without any frame, of all that are left."""
    receive, failed = partial(_take_over, session, live), partial(_broken, session, live)
    run = tracked(session, live, found, tracking)
    session.jobs.start(_shapes_of(live), run, receive=receive, failed=failed)


def _take_over(session: Session, live: Detecting, step: Shaped) -> None:
    live.making = False
    if live.kind not in session.runs.detecting:
        return
    history, results = session.history, session.runs.results
    if not history.is_taken_back(live.run):
        before = session.revision
        try:
            session.take_over(step.made)
        except AppError as error:
            _broken(session, live, error)
            return
        for frame, taken in step.taken.items():
            results.took(live.detector, frame, taken, history.is_taken_back, is_step=session.revision != before)
        live.tally.add(step.tally)
    live.begun = live.begun or history.holds(live.run)
    go_on(session, live)


def _broken(session: Session, live: Detecting, error: AppError) -> None:
    """End a run whose shapes cannot be made or committed."""
    live.making, live.ended = False, f"failed: {error.title}. {error.detail}"
    live.tracking = None
    live.pending.clear()
    session.jobs.cancel(live.kind)
    go_on(session, live)


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
    if not live.ended.startswith("stopped"):
        for action in live.after:
            action()
    session.changed()


def take_back(session: Session) -> str:
    """Give up the run that was begun last, if nothing came of it and nothing was done since.

    Return its title, "" if there is no such run.
    """
    lives = (one for one in reversed(session.runs.detecting.values()) if one.commits and not one.begun)
    live = next((one for one in lives if one.revision == session.revision), None)
    if live is None:
        return ""
    session.history.disown(live.run)
    del session.runs.detecting[live.kind]
    for kind in (live.kind, _shapes_of(live)):
        session.jobs.cancel(kind)
    session.changed()
    return live.title


def stop(session: Session) -> bool:
    """Stop every detector; what came stays. Return whether one was at work."""
    lives = [*session.runs.detecting.values()]
    for live in lives:
        session.jobs.cancel(live.kind)
        live.ended = live.ended or "stopped"
        go_on(session, live)
    session.changed()
    return bool(lives)


def give_up(session: Session, kind: str) -> None:
    """End a run whose job is given up; what came of it stays."""
    live = session.runs.detecting.get(kind)
    if live is not None:
        live.ended = "stopped"
        go_on(session, live)
