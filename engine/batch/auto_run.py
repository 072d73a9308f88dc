"""A detector over the frames of one open document: found ahead, committed in order, kept in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Generator, Iterable, Sequence
from contextlib import closing

from msgspec.structs import replace

from engine.batch.auto_report import Outcome, count
from engine.batch.auto_request import Job, fingerprint, plan
from engine.batch.auto_resume import CHECKPOINTS, Checkpoint
from engine.batch.auto_shapes import Rules
from engine.batch.auto_tracks import TrackRules
from engine.batch.pipeline import Answer
from engine.batch.progress import Step
from engine.counting import counted
from engine.detected.tracking import taken_away
from engine.document import Document, TableRow
from engine.edits import Edit, PutPicture, PutTable
from engine.errors import ToolError, nearest
from engine.history import History
from engine.label_match import REST, match, table
from engine.opening import Opened
from engine.pictures import without_unused
from engine.specs import DetectorSpec
from engine.store.packing import packed
from engine.tools.cache import checkpoint, digest
from engine.tools.progress import Stopped
from engine.tools.registry import detectors, find

SECONDS = 1.0
"""From one commit to the next: what a kill makes to be done again."""
MOST = 1000
"""Frames of a commit."""
UNSAVED = 20_000
"""Shapes in the journal from which the file is rewritten, or an eighth of all, if that is more: so often that memory
stays flat, and so seldom that it costs little."""
FAULTS = 10
"""Frames in a row on which the detector fails, from which it is given up: nobody waits for the other 100,000."""
Found = Callable[[Sequence[int], float], Generator[list[Answer]]]
"""Returns the answers for frames, in groups, in order; takes the frames and the lowest score."""


class Run:
    """One run over an open document."""

    def __init__(
        self, opened: Opened, job: Job, labels: Sequence[str], outcome: Outcome, tell: Callable[[Step], object],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        """`labels` are the detector's."""
        self._opened, self._session, self._request = opened, opened.session, job.request
        self._outcome, self._tell, self._stopped = outcome, tell, stopped
        self._spec = spec_of(job.request.detector)
        if self._spec.watches and self._document.media.kind != "video":
            raise ToolError(f"{self._spec.name} is for videos", "it finds what differs from the frames before")
        self._labels = labels
        self._place = CHECKPOINTS.place(opened.path)
        self.frames = plan(self._document, job.request, len(opened.frames))
        self._kept = self._going_on()
        rules = Rules(job.request, self._spec, self._table(), self._session.settings)
        tracks = job.request.track is not None
        self._rules = TrackRules(rules, self.left, opened.frames.time) if tracks else rules
        self._unsaved = 0
        self._objects = 0

    @property
    def _document(self) -> Document:
        return self._session.document

    @property
    def left(self) -> Sequence[int]:
        """Return the frames that are still to be done."""
        return self.frames[self._kept.done :]

    def run(self, found: Found) -> None:
        """Do what is left; raise Stopped if it was told to stop, AppError where it cannot go on."""
        self._outcome.total = len(self.frames)
        self._keep(self._kept)
        self._clean_tracks()
        self._passed(self.frames[: self._kept.done], {frame for frame, _ in self._kept.tally.failed})
        waiting, began, whole = list[Answer](), time.monotonic(), False
        try:
            with closing(found(self.left, self._rules.threshold)) as groups:
                for group in groups:
                    waiting += group
                    self._told(group, len(waiting))
                    if len(waiting) >= MOST or time.monotonic() - began >= SECONDS:
                        self._commit(done := sure(waiting))
                        waiting, began = waiting[len(done) :], time.monotonic()
                    if faults(waiting) >= FAULTS:
                        raise ToolError(f"The detector failed on {FAULTS} frames in a row", waiting[-1].failure)
                    if self._stopped():
                        raise Stopped
            if self._kept.done + len(waiting) < len(self.frames):  # who finds has heeded it before
                raise Stopped
            whole = True
        finally:
            self._commit(waiting if whole else sure(waiting), last=True)
            self._counted()

    def _clean_tracks(self) -> None:
        """Take away detectors' tracks where that is asked for: not frame by frame, as shapes go."""
        models = self._request.clean
        if models is not None and len(self.frames):
            edits = taken_away(self._document, models, self.frames[0], self.frames[-1])
            if edits:
                self._session.commit("Tracks taken away", *edits, touches=False)

    # how far it has come

    def _going_on(self) -> Checkpoint:
        """Return where to go on: at the checkpoint of the same run, or at the beginning."""
        request, document = self._request, self._document
        path = checkpoint(find(request.detector), request.weights)
        fresh = Checkpoint(
            request, self._opened.frames.reference.digest, "" if path is None else digest(path),
            fingerprint(self.frames), create=not document.labels and not request.pairs,
        )  # fmt: skip
        found = CHECKPOINTS.load(self._place)
        if found is None or request.track is not None:  # who is who depends on all frames before
            return fresh
        same = (found.request, found.media, found.weights, found.plan)
        if same != (fresh.request, fresh.media, fresh.weights, fresh.plan):
            self._outcome.notes.append("An earlier run that was cut short is not gone on with: it was asked for "
                                       "something else, or its frames have changed since")  # fmt: skip
            return fresh
        if 0 < found.done < len(self.frames):
            where = counted(self.frames[found.done])
            self._outcome.notes.append(f"Goes on from frame {where} with the run that was cut short")
        return found

    def _keep(self, now: Checkpoint) -> None:
        self._kept = now
        CHECKPOINTS.save(self._place, now)

    def _table(self) -> list[TableRow]:
        """Return the label table by the detector's labels: what is asked for, what is remembered, equal names."""
        request, ours = self._request, [label.name for label in self._document.labels]
        made = table(self._labels, ours, request.pairs, off=self._spec.off, create=self._kept.create)
        rows = by_label(made)
        before = by_label(self._document.tables.get(request.detector, ()))
        if REST not in self._asked:
            rows |= {label: before[label] for label in rows.keys() & before.keys() - self._asked}
        return [row for label in self._labels for row in rows[label]]

    @property
    def _asked(self) -> set[str]:
        """Return the detector's labels that the request names."""
        return {REST if name == REST else match(name, self._labels) for name, _ in self._request.pairs}

    # what comes of it

    def _commit(self, answers: Sequence[Answer], *, last: bool = False) -> None:
        """Put what was found on some frames into the document, then note that these are done."""
        if not answers and self._request.track is None:
            return
        document = self._document
        made = self._rules.change(document, answers, last=last)
        failed = [(one.frame, one.failure) for one in answers if one.failure]
        lines = [PutPicture(one.frame, one.picture) for one in answers if one.picture and one.frame in made.frames]
        edits = [*self._remembered(), *made.edits, *lines]
        self._session.commit(f"Found by {self._request.detector}", *edits, touches=False)
        safety = self._session.safety
        if safety.trouble and safety.outcome.error is not None:
            raise safety.outcome.error
        self._session.history = History()  # nobody undoes it here, and it would hold every shape
        tally = self._kept.tally.plus(made.unmatched, made.unfit, failed)
        self._keep(replace(self._kept, done=self._kept.done + len(answers), tally=tally))
        self._outcome.fresh += len(answers)
        self._passed([one.frame for one in answers], {frame for frame, _ in failed})
        self._unsaved += made.shapes
        if self._unsaved >= max(UNSAVED, document.next_id // 8):
            self._opened.project.save(self._document)
            self._unsaved = 0

    def _passed(self, frames: Sequence[int], unread: Container[int]) -> None:
        """Count what is on frames that are done, and let go of all that is known of what lies behind.

        Tracks may still reach back to them: then all are counted at the end.
        """
        if self._request.track is not None or not frames:
            return
        count(self._outcome, self._document, self._request.detector, frames, unread, self._name)
        self._session.document = packed(without_unused(self._document, frames), frames[-1] + 1)
        self._opened.frames.forget(frames)

    def _remembered(self) -> list[Edit]:
        """Return the edit that puts the label table into the document, if it is not there: what is matched in it."""
        rows = tuple(row for row in self._rules.rows if row.ours or row.theirs in self._asked)
        detector = self._request.detector
        return [] if self._document.tables.get(detector) == rows else [PutTable(detector, rows)]

    # what is told

    def _told(self, group: Sequence[Answer], waiting: int) -> None:
        self._objects += sum(len(one.detections) for one in group)
        self._tell(Step(self._kept.done + waiting, len(self.frames), self._objects, "object"))

    def _counted(self) -> None:
        """Note how far it has come, and what the document does not tell of it."""
        outcome, tally = self._outcome, self._kept.tally
        outcome.frames, outcome.failures = self._kept.done, tally.failures
        outcome.unmatched, outcome.unfit = tally.unmatched, tally.unfit
        outcome.failed = [(self._name(frame), why) for frame, why in tally.failed]
        if self._request.track is not None:
            done, unread = self.frames[: self._kept.done], {frame for frame, _ in tally.failed}
            count(outcome, self._document, self._request.detector, done, unread, self._name)

    def _name(self, frame: int) -> str:
        """Return what people call a frame: the name of its file, or its number."""
        folder = self._document.media.kind != "video"
        return self._session.media.frames.name(frame) if folder else f"frame {counted(frame)}"


def spec_of(detector: str) -> DetectorSpec:
    """Return what a detector says of itself; raise ToolError where there is none of that name."""
    known = detectors()
    if detector not in known:
        raise ToolError(f'No detector is called "{detector}"', nearest(detector, known))
    return known[detector]


def faults(answers: Sequence[Answer]) -> int:
    """Return on how many of the last frames the detector has failed, one after the other."""
    return next((at for at, one in enumerate(reversed(answers)) if not one.fault), len(answers))


def sure(answers: list[Answer]) -> list[Answer]:
    """Return all but the last ones where the detector fails on these: it may do so on all that follow."""
    return answers[: len(answers) - faults(answers)]


def by_label(rows: Iterable[TableRow]) -> dict[str, list[TableRow]]:
    """Return the rows of a label table by the detector's labels."""
    found = dict[str, list[TableRow]]()
    for row in rows:
        found.setdefault(row.theirs, []).append(row)
    return found
