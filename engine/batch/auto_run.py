"""A detector over the frames of one open document: found ahead, committed in order, kept in the journal."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing

from msgspec.structs import replace

from engine.batch import auto_resume
from engine.batch.auto_report import Outcome, count
from engine.batch.auto_request import Job, fingerprint, plan
from engine.batch.auto_resume import Checkpoint
from engine.batch.auto_shapes import change
from engine.batch.pipeline import Answer
from engine.batch.progress import Step
from engine.counting import counted
from engine.document import Document, Label, Shape, TableRow
from engine.edits import Edit, PutLabels, PutPicture, PutShapes, PutTable
from engine.errors import ToolError, nearest
from engine.history import History
from engine.label_match import REST, match, table
from engine.opening import Opened
from engine.palette import label_color
from engine.specs import DetectorSpec
from engine.tools.cache import checkpoint, digest
from engine.tools.progress import Stopped
from engine.tools.registry import detectors, find

SECONDS = 1.0
"""From one commit to the next: what a kill makes to be done again."""
MOST = 1000
"""Frames of a commit."""
UNSAVED = 20_000
"""Shapes in the journal from which the file is rewritten, or half of all, if that is more: so often that memory stays
flat, and so seldom that it costs little."""
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
        self._labels = labels
        self._place = auto_resume.place(opened.path)
        self.frames = plan(self._document, job.request, len(opened.frames))
        self._kept = self._going_on()
        self._rows = self._table()
        self._threshold = self._spec.threshold if job.request.threshold is None else job.request.threshold
        self._unsaved = 0
        self._objects = 0

    @property
    def _document(self) -> Document:
        return self._session.document

    @property
    def left(self) -> Sequence[int]:
        """Return the frames that are still to be done."""
        return self.frames[self._kept.done :]

    @property
    def threshold(self) -> float:
        """Return the lowest score that anything needs."""
        own = [row.threshold for rows in self._rows.values() for row in rows if row.ours and row.threshold is not None]
        return min([self._threshold, *own])

    def run(self, found: Found) -> None:
        """Do what is left; raise Stopped if it was told to stop, AppError where it cannot go on."""
        self._outcome.total = len(self.frames)
        self._keep(self._kept)
        waiting, began = list[Answer](), time.monotonic()
        try:
            with closing(found(self.left, self.threshold)) as groups:
                for group in groups:
                    waiting += group
                    self._told(group, len(waiting))
                    if len(waiting) >= MOST or time.monotonic() - began >= SECONDS:
                        self._commit(waiting)
                        waiting, began = [], time.monotonic()
                    if self._stopped():
                        raise Stopped
            if self._kept.done + len(waiting) < len(self.frames):  # who finds has heeded it before
                raise Stopped
        finally:
            self._commit(waiting)
            self._counted()

    # how far it has come

    def _going_on(self) -> Checkpoint:
        """Return where to go on: at the checkpoint of the same run, or at the beginning."""
        request, document = self._request, self._document
        path = checkpoint(find(request.detector), request.weights)
        fresh = Checkpoint(
            request, self._opened.frames.reference.digest, "" if path is None else digest(path),
            fingerprint(self.frames), create=not document.labels and not request.pairs,
        )  # fmt: skip
        found = auto_resume.load(self._place)
        if found is None:
            return fresh
        same = (found.request, found.media, found.weights, found.plan)
        if same != (fresh.request, fresh.media, fresh.weights, fresh.plan):
            self._outcome.notes.append("An earlier run that was cut short is not gone on with: it was asked for "
                                       "something else, or its frames have changed since")  # fmt: skip
            return fresh
        found = auto_resume.settled(found, document, self.frames)
        if 0 < found.done < len(self.frames):
            where = counted(self.frames[found.done])
            self._outcome.notes.append(f"Goes on from frame {where} with the run that was cut short")
        return found

    def _keep(self, now: Checkpoint) -> None:
        self._kept = now
        auto_resume.save(self._place, now)

    def _table(self) -> dict[str, list[TableRow]]:
        """Return the label table by the detector's labels: what is asked for, what is remembered, equal names."""
        request, ours = self._request, [label.name for label in self._document.labels]
        made = table(self._labels, ours, request.pairs, off=self._spec.off, create=self._kept.create)
        rows = by_label(made)
        before = by_label(self._document.tables.get(request.detector, ()))
        if REST not in self._asked:
            rows |= {label: before[label] for label in rows.keys() & before.keys() - self._asked}
        return {label: rows[label] for label in self._labels}

    @property
    def _asked(self) -> set[str]:
        """Return the detector's labels that the request names."""
        return {REST if name == REST else match(name, self._labels) for name, _ in self._request.pairs}

    # what comes of it

    def _commit(self, answers: Sequence[Answer]) -> None:
        """Put what was found on some frames into the document, in one commit that is known again."""
        if not answers:
            return
        document = self._document
        edits, unmatched, failed = self._edits(document, answers)
        numbers = [shape.id for edit in edits if isinstance(edit, PutShapes) for shape in edit.shapes]
        first = document.next_id
        until, after = self._kept.done + len(answers), self._kept.tally.plus(unmatched, failed)
        ids = (first, max(numbers) + 1) if numbers else (first, first)
        self._keep(replace(self._kept, until=until, first_id=ids[0], next_id=ids[1], after=after))
        self._session.commit(f"Found by {self._request.detector}", *edits)
        safety = self._session.safety
        if safety.trouble and safety.outcome.error is not None:
            raise safety.outcome.error
        self._session.history = History()  # nobody undoes it here, and it would hold every shape
        self._kept = replace(self._kept, done=until, tally=after)  # on the disk with the next one, see `settled`
        self._outcome.fresh += len(answers)
        self._unsaved += len(numbers)
        if self._unsaved >= max(UNSAVED, document.next_id // 2):
            self._opened.project.save(self._document)
            self._unsaved = 0

    def _edits(
        self, document: Document, answers: Sequence[Answer]
    ) -> tuple[list[Edit], dict[str, int], list[tuple[int, str]]]:
        put, drop, free = list[Shape](), list[tuple[int, int]](), document.next_id
        unmatched, failed = Counter[str](), list[tuple[int, str]]()
        for one in answers:
            if one.failure:
                failed.append((one.frame, one.failure))
                continue
            made = change(
                document.shapes(one.frame), one.detections, self._rows, self._request, one.frame, one.size,
                self._threshold, self._session.settings,
            )  # fmt: skip
            unmatched += made.dropped
            drop += [(one.frame, number) for number in made.drop]
            for shapes in made.put:
                group = free + len(shapes) if len(shapes) > 1 else 0
                put += [replace(shape, id=free + place, group=group) for place, shape in enumerate(shapes)]
                free += len(shapes) + bool(group)
        edits: list[Edit] = [PutShapes(tuple(put), drop=tuple(drop))] if put or drop else []
        read, on = [one.picture for one in answers if one.picture is not None], {shape.frame for shape in put}
        edits += [PutPicture(line.frame, line) for line in read if line.frame in on]
        return [*self._first_edits(document, put), *edits], dict(unmatched), failed

    def _first_edits(self, document: Document, put: Iterable[Shape]) -> list[Edit]:
        """Return edits that make the labels of shapes, and remember the label table, as far as these are not there."""
        labels = list(document.labels)
        for name in dict.fromkeys(shape.label for shape in put):
            if document.label(name) is None:
                labels.append(Label(name, color=label_color(len(labels))))
        rows = tuple(row for name, rows in self._rows.items() for row in rows if row.ours or name in self._asked)
        detector = self._request.detector
        edits: list[Edit] = [] if tuple(labels) == document.labels else [PutLabels(tuple(labels))]
        return edits if document.tables.get(detector) == rows else [*edits, PutTable(detector, rows)]

    # what is told

    def _told(self, group: Sequence[Answer], waiting: int) -> None:
        self._objects += sum(len(one.detections) for one in group)
        self._tell(Step(self._kept.done + waiting, len(self.frames), self._objects, "object"))

    def _counted(self) -> None:
        """Note what the document holds of the frames that are done."""
        outcome, tally = self._outcome, self._kept.tally
        outcome.frames, outcome.unmatched, outcome.failures = self._kept.done, tally.unmatched, tally.failures
        folder = self._document.media.kind != "video"
        name = self._session.media.frames.name if folder else _numbered
        outcome.failed = [(name(frame), why) for frame, why in tally.failed]
        unread = {frame for frame, _ in tally.failed}
        count(outcome, self._document, self._request.detector, self.frames[: self._kept.done], unread, name)


def spec_of(detector: str) -> DetectorSpec:
    """Return what a detector says of itself; raise ToolError where there is none of that name."""
    known = detectors()
    if detector not in known:
        raise ToolError(f'No detector is called "{detector}"', nearest(detector, known))
    return known[detector]


def by_label(rows: Iterable[TableRow]) -> dict[str, list[TableRow]]:
    """Return the rows of a label table by the detector's labels."""
    found = dict[str, list[TableRow]]()
    for row in rows:
        found.setdefault(row.theirs, []).append(row)
    return found


def _numbered(frame: int) -> str:
    return f"frame {counted(frame)}"
