"""What a detector finds on frame after frame, made into tracks: one for each object, put when the object is lost.

A new track takes the place of the same detector's earlier ones that nobody has touched. A person's stay, and what
overlaps them is left out, as with shapes (`engine.detected.overlap`).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import pairwise

import numpy as np
from immutables import Map
from msgspec.structs import replace

from engine.detected.found import Made, objects_of, threshold_of
from engine.detected.overlap import limits_of
from engine.detected.placing import is_replaceable, placed
from engine.document import Document, Keyframe, Shape, TableRow, Track
from engine.edit_types import DropTrack, Edit, PutShapes, PutTrack
from engine.geometry import Size
from engine.outlines import known_box
from engine.runs.by_detection import PATIENCE, Followed, Joiner, Method, Nominal, joiner
from engine.settings import Settings
from engine.specs import DetectorSpec
from engine.tools.base import Detection
from engine.tracks.convert import joined
from engine.tracks.cut import gap

LOW = 0.1
"""The lowest score of a detection that may keep an object alive; ByteTrack's."""
STEPS = 5
"""For so many of the frames that are looked at a lost object may be found again, however far apart they are."""
SAMPLE = 1000
"""Frames by whose times the usual distance is told."""
Time = Callable[[int], float | None]


def nominal_of(frames: Sequence[int], time: Time) -> Nominal:
    """Return the usual distance of frames that are looked at, by the median of the first; `time` gives seconds."""
    times = [time(frame) for frame in frames[:SAMPLE]]
    known = [at for at in times if at is not None]
    steps = [b - a for a, b in pairwise(known) if b > a]
    if not steps:
        return Nominal()
    usual = statistics.median(steps)
    return Nominal(1 / usual, max(PATIENCE, STEPS * usual))


@dataclass
class Line:
    """An object on the frames on which it was found."""

    whose: Followed
    shapes: list[Shape] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    """First frames of gaps that are too long to be interpolated."""
    missing: int | None = None
    """The first frame since it was found last."""
    missed: int = 0
    """Frames since then, and the seconds."""
    last: float | None = None

    def add(self, shape: Shape, time: float | None, nominal: Nominal) -> None:
        """Take what was found on the next frame."""
        seconds = self.missed / nominal.rate if time is None or self.last is None else time - self.last
        if self.missing is not None and seconds > nominal.patience / 2:
            self.gone.append(self.missing)
        self.shapes.append(shape)
        self.missing, self.missed, self.last = None, 0, time


@dataclass
class Lines:
    """The objects of one label and type of shape."""

    joiner: Joiner
    nominal: Nominal
    open: dict[int, Line] = field(default_factory=dict)

    def add(self, frame: int, time: float | None, shapes: Sequence[Shape]) -> None:
        """Take what was found on the next frame; times as in `Joiner.join`."""
        boxed = [(box, shape) for shape in shapes if (box := known_box(shape)) is not None]
        boxes = np.array([box for box, _ in boxed], np.float64).reshape(-1, 4)
        scores = np.array([shape.score or 0.0 for _, shape in boxed])
        seen = set[int]()
        for (_, shape), given in zip(boxed, self.joiner.join(boxes, scores, time), strict=True):
            if given.whose is not None:
                seen.add(given.whose.serial)
                line = self.open.setdefault(given.whose.serial, Line(given.whose))
                line.add(shape, time, self.nominal)
        for serial, line in self.open.items():
            if serial not in seen:
                line.missing, line.missed = frame if line.missing is None else line.missing, line.missed + 1

    def ended(self, everything: bool) -> list[Line]:
        """Return the objects that cannot come again, or all, and forget them; what has not proved to be one is none."""
        alive = set[int]() if everything else {one.serial for one in self.joiner.followed}
        over = [self.open.pop(serial) for serial in [*self.open] if serial not in alive]
        return [line for line in over if line.whose.id >= 0]


def track_of(line: Line, document: Document) -> Track:
    """Return an object as a track without an id: a keyframe wherever it was found, outside where it was lost."""
    whole = joined(document, line.shapes)
    keys = {key.frame: key for key in whole.keyframes}
    for frame in line.gone:
        before = keys[max(at for at in keys if at < frame)]
        keys[frame] = replace(before, frame=frame, outside=True)
    return replace(whole, keyframes=tuple(keys[frame] for frame in sorted(keys)))


@dataclass(frozen=True)
class Over:
    """Objects that are over, and frames that were taken; `first`: the detector's earlier tracks go with it."""

    lines: tuple[Line, ...]
    frames: tuple[int, ...]
    first: bool


class Tracking:
    """A detector's run that makes tracks: `take` frame after frame, rising, and `put` what is `over` now and then."""

    def __init__(
        self, method: Method, spec: DetectorSpec, rows: Sequence[TableRow], settings: Settings, frames: Sequence[int],
        time: Time, *, confidence: float | None = None, locked: Collection[int] = (),
    ) -> None:  # fmt: skip
        """`frames` are all that will be taken; `rows`, `settings` and `confidence` as in `objects_of`."""
        self._method, self._spec, self._locked, self._time = method, spec, locked, time
        self._ends = (frames[0], frames[-1]) if len(frames) else (0, 0)
        self._settings = changed(settings, largest_part=True, holes_as_polygon=True)  # a track has one shape a frame
        self._limits, self._nominal = limits_of(settings), nominal_of(frames, time)
        self._high = dict[str, float]()
        for row in rows:
            least = threshold_of(row, spec, confidence)
            self._high[row.ours] = min(least, self._high.get(row.ours, least))
        self.threshold = min([LOW, *self._high.values()])
        self._rows = [replace(row, threshold=self.threshold) for row in rows]
        self._lines = dict[tuple[str, str], Lines]()
        self._taken = list[int]()
        self._before: tuple[Document, Document] | None = None
        self._replaced = False

    @property
    def alive(self) -> int:
        """Return how many objects are followed just now."""
        return sum(len(lines.open) for lines in self._lines.values())

    def take(self, document: Document, frame: int, size: Size, detections: Sequence[Detection]) -> Made:
        """Take what was found on a frame of that size (width, height); return what became of it."""
        made = objects_of(
            detections, self._rows, document, frame, self._spec, size, self._settings, limits=self._limits
        )
        spec, there = self._spec, self._bare(document)
        objects = placed(made.objects, there, frame, spec.id, size, self._limits, self._locked)
        found = dict[tuple[str, str], list[Shape]]()
        for one in objects:
            found.setdefault((one.shapes[0].label, one.shapes[0].type), []).append(one.shapes[0])
        time = self._time(frame)
        for key in (*self._lines, *found.keys() - self._lines.keys()):
            self._of(key).add(frame, time, found.get(key, ()))
        self._taken.append(frame)
        return changed(made, objects=tuple(objects))

    def _of(self, key: tuple[str, str]) -> Lines:
        if key not in self._lines:
            high = self._high.get(key[0], self._spec.threshold)
            self._lines[key] = Lines(joiner(self._method, high, self._nominal), self._nominal)
        return self._lines[key]

    def over(self, *, last: bool = False) -> Over:
        """Return the objects that were lost since it was asked last, with `last` all that are left; each once."""
        lines = [line for lines in self._lines.values() for line in lines.ended(last)]
        lines.sort(key=lambda line: (line.shapes[0].frame, line.whose.serial))
        found = Over(tuple(lines), tuple(self._taken), first=not self._replaced and bool(self._taken or lines))
        self._replaced, self._taken = self._replaced or found.first, []
        return found

    def put(self, document: Document, over: Over) -> tuple[Edit, ...]:
        """Return what puts such objects into a document, in place of the detector's earlier results there."""
        gone = tuple(
            (frame, shape.id) for frame in over.frames for shape in document.shapes(frame)
            if is_replaceable(shape, self._spec.id, self._locked)
        )  # fmt: skip
        earlier = taken_away(document, [self._spec.id], *self._ends, self._locked) if over.first else ()
        tracks = [track_of(line, document) for line in over.lines]
        new = [PutTrack(replace(track, id=document.next_id + at)) for at, track in enumerate(tracks)]
        return (*earlier, *([PutShapes(drop=gone)] if gone else []), *new)

    def _bare(self, document: Document) -> Document:
        """Return a document without the tracks that will be replaced."""
        if self._replaced:
            return document
        if self._before is None or self._before[0] is not document:
            stay = {
                number: track for number, track in document.tracks.items()
                if not is_untouched(track, self._spec.id, self._locked)
            }  # fmt: skip
            self._before = document, replace(document, tracks=Map(stay))
        return self._before[1]


def is_untouched(track: Track, detector: str, locked: Collection[int] = ()) -> bool:
    """Say whether a track is a detector's result that nobody has touched since."""
    keys: tuple[Keyframe, ...] = track.keyframes
    untouched = track.source == "auto" and not track.review and track.id not in locked
    return untouched and bool(keys) and all(key.by == detector for key in keys)


def taken_away(
    document: Document, detectors: Collection[str], first: int, last: int, locked: Collection[int] = ()
) -> tuple[Edit, ...]:
    """Return what takes the tracks of detectors, () for all, off these frames where nobody has touched them."""
    found = list[Edit]()
    for track in document.tracks.values():
        keys = track.keyframes
        if not keys or keys[0].frame > last or keys[-1].frame < first:
            continue
        if (detectors and keys[0].by not in detectors) or not is_untouched(track, keys[0].by, locked):
            continue
        if first <= keys[0].frame and keys[-1].frame <= last + 1:
            found.append(DropTrack(track.id))
        else:
            found += gap(document, track, first, last, motion=document.motion)
    return tuple(found)
