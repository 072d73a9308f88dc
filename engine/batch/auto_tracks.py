"""What a detector found on frames, as changes of a document that make tracks (`engine.detected.tracking`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from engine.batch.auto_shapes import Change, Rules, new_labels, with_labels
from engine.batch.pipeline import Answer
from engine.detected.tracking import Tracking
from engine.document import Document, TableRow, Track
from engine.edits import Edit, PutShapes, PutTrack
from engine.tracks.thin import thin


class TrackRules:
    """By what a run makes tracks; it remembers the objects that may come again, so frames come in order, each once."""

    def __init__(self, rules: Rules, frames: Sequence[int], time: Callable[[int], float | None]) -> None:
        """`frames` are all that will come, `time` gives the seconds of one."""
        request = rules.request
        self._rules = rules
        self._tracking = Tracking(
            request.track or "bytetrack", rules.spec, rules.rows, rules.settings, frames, time,
            confidence=request.threshold,
        )  # fmt: skip

    @property
    def rows(self) -> Sequence[TableRow]:
        """Return the label table."""
        return self._rules.rows

    @property
    def threshold(self) -> float:
        """Return the lowest score that is of any use."""
        return self._tracking.threshold

    def change(self, document: Document, answers: Sequence[Answer], *, last: bool = False) -> Change:
        """Return what is to be done after some more frames; with `last` there are no more of them."""
        made = Change()
        cleaned, gone = self._rules.cleaned(document, [one.frame for one in answers])
        known = with_labels(cleaned, self.rows)
        for one in answers:
            if not one.failure:
                found = self._tracking.take(known, one.frame, one.size, one.detections)
                made.unmatched += found.unmatched
                made.unfit += found.unfit
        edits = [self._thinned(edit) for edit in self._tracking.put(known, self._tracking.over(last=last))]
        tracks = [edit.track for edit in edits if isinstance(edit, PutTrack)]
        made.shapes = sum(len(track.keyframes) for track in tracks)
        made.frames = {key.frame for track in tracks for key in track.keyframes if not key.outside}
        made.edits = [*new_labels(document, tracks), *([PutShapes(drop=tuple(gone))] if gone else []), *edits]
        return made

    def _thinned(self, edit: Edit) -> Edit:
        goal = self._rules.request.thin
        if goal is None or not isinstance(edit, PutTrack):
            return edit
        return replace(edit, track=_thinned(edit.track, goal))


def _thinned(track: Track, goal: float) -> Track:
    return replace(track, keyframes=thin(track, goal).keyframes)
