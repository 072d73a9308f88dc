"""What a finding is, and what a module must have to be a kind of trouble: SPEC, and `find`.

A kind is a module of this package, or a file in the folder that TERMWAND_EXTRA_FINDINGS names. `find` looks through a
whole document. A kind that can say what it thinks of one part has a function for that part as well, and `find` made of
it, so that after an edit only what was touched is looked at again (`engine.review.queue`):

    in_track(course, given)            one track              (`of_tracks` makes `find`)
    of_two(one, other, given)          two tracks of a label  (`of_pairs`)
                                       asked only of those that meet; where a kind has `restless(course, given)`, near
                                       frames (n,) on which one of them is, with `covering(boxes, others, given)` only
                                       if two boxes (k, 4) are near enough on a frame, each third one of which is tried
    in_frame(shapes, before, after, frame, given)   shapes of a frame, and those of the frames beside it (`of_frames`)
    in_pixels(course, seen, given)     one track and what is in its boxes (`of_pixels`: nothing without pixels)
    among(table, given)                all shapes at once, as arrays: a score for each; `said(table, row, given)` is the
                                       sentence on one of them (`of_all`)
    in_table(table, given)             the same arrays, for findings of its own (`of_table`)

A kind with both `in_track` and `in_pixels` goes by the second where pixels are seen. `given` has the kind's parameters
by id, "threshold" among them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, Protocol, cast

import numpy as np

from engine.discover import Listing, extra_modules, modules_of, need
from engine.document import Document, Shape
from engine.errors import ToolError
from engine.review.table import Table, table_of
from engine.runs.seen import Seen
from engine.text import plain
from engine.tracks.course import Course, Floats, course
from engine.tracks.series import stretches

Given = Mapping[str, float]
"""Parameter -> its value."""
About = Literal["shapes", "tracks"]
Cost = Literal["geometry", "pixels"]


@dataclass(frozen=True)
class Parameter:
    """A number that a kind goes by, beside its threshold."""

    id: str
    name: str
    unit: str
    default: float


@dataclass(frozen=True)
class FindingSpec:
    """A kind of trouble."""

    id: str
    name: str
    """What it is, as in "two objects that cover each other"."""
    threshold: float
    """From which score on it is worth a look."""
    unit: str
    """What the score is: IoU, pixels, seconds ..."""
    about: About = "shapes"
    """What it looks at; `check` asks the kinds about shapes, a review all."""
    cost: Cost = "geometry"
    """Whether it reads frames, or the document alone."""
    parameters: tuple[Parameter, ...] = ()
    reach: int = 0
    """By how many frames its worst frame may be off the fault, where it looks at a window."""
    middle: float | None = None
    """The score of which one in two is a fault; the threshold where it is not known."""
    width: float = 0.0
    """By how much more a score must be to be e times as sure; 0 where every score is as good as another."""

    @property
    def given(self) -> dict[str, float]:
        """Return the parameters as they are by default."""
        return {"threshold": self.threshold} | {one.id: one.default for one in self.parameters}

    def calibrated(self, score: float) -> float:
        """Return how likely a score is a fault, 0..1: what findings of all kinds are ranked by."""
        if self.width <= 0:
            return 0.5
        middle = self.threshold if self.middle is None else self.middle
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, (score - middle) / self.width))))


@dataclass(frozen=True)
class Finding:
    """Something that looks wrong."""

    kind: str
    """Id of its spec."""
    first: int
    last: int
    """Frames, both included."""
    worst: int
    """The frame to look at."""
    ids: tuple[int, ...]
    """Shapes or tracks; the first is the one to be changed."""
    score: float
    text: str
    """A sentence without the frame."""


class Kind(Protocol):
    """A module that finds something."""

    SPEC: FindingSpec

    def find(self, document: Document, threshold: float) -> Iterator[Finding]:
        """Yield what scores at least the threshold, in the order of frames."""


Find = Callable[[Document, float], Iterator[Finding]]
InTrack = Callable[[Course, Given], Iterator[Finding]]
OfTwo = Callable[[Course, Course, Given], Iterator[Finding]]
Shapes = tuple[Shape, ...]
InFrame = Callable[[Shapes, Shapes, Shapes, int, Given], Iterator[Finding]]
InPixels = Callable[[Course, Seen, Given], Iterator[Finding]]
Among = Callable[[Table, Given], Floats]
Said = Callable[[Table, int, Given], str]
InTable = Callable[[Table, Given], Iterator[Finding]]


@Listing
def kinds() -> dict[str, Kind]:
    """Return every kind of trouble by id; raise ToolError if two have one id or a file has no `find`."""
    found: dict[str, Kind] = {}
    for module in (*modules_of(__package__), *extra_modules("finding")):
        spec = getattr(module, "SPEC", None)
        if not isinstance(spec, FindingSpec):
            continue
        if spec.id in found:
            raise ToolError(f'Two kinds of trouble are called "{spec.id}"', str(module.__file__))
        need(module, "finding", "find")
        found[spec.id] = cast(Kind, module)
    return found


def findings(document: Document) -> Iterator[Finding]:
    """Yield what all kinds about shapes find with their own thresholds."""
    for kind in kinds().values():
        if kind.SPEC.about == "shapes":
            yield from kind.find(document, kind.SPEC.threshold)


def of_tracks(spec: FindingSpec, in_track: InTrack) -> Find:
    """Return the `find` of a kind that looks at one track at a time."""

    def find(document: Document, threshold: float) -> Iterator[Finding]:
        given = spec.given | {"threshold": threshold}
        tracks = document.tracks.values()
        yield from in_order(found for track in tracks for found in in_track(course(document, track), given))

    return find


def of_pairs(spec: FindingSpec, of_two: OfTwo) -> Find:
    """Return the `find` of a kind that looks at two tracks at a time."""

    def find(document: Document, threshold: float) -> Iterator[Finding]:
        given = spec.given | {"threshold": threshold}
        courses = [course(document, document.tracks[number]) for number in sorted(document.tracks)]
        pairs = [(one, other) for one, other in combinations(courses, 2) if one.track.label == other.track.label]
        yield from in_order(found for one, other in pairs for found in of_two(one, other, given))

    return find


def of_frames(spec: FindingSpec, in_frame: InFrame) -> Find:
    """Return the `find` of a kind that looks at one frame at a time."""

    def find(document: Document, threshold: float) -> Iterator[Finding]:
        given = spec.given | {"threshold": threshold}
        for frame in sorted(document.frames):
            yield from in_frame(*beside(document, frame), frame, given)

    return find


def of_all(spec: FindingSpec, among: Among, said: Said) -> Find:
    """Return the `find` of a kind that gives each of all shapes a score."""

    def find(document: Document, threshold: float) -> Iterator[Finding]:
        table, given = table_of(document), spec.given | {"threshold": threshold}
        scores = among(table, given)
        rows = np.flatnonzero(scores >= threshold).tolist()
        yield from in_order(of_row(spec, table, row, float(scores[row]), said(table, row, given)) for row in rows)

    return find


def of_row(spec: FindingSpec, table: Table, row: int, score: float, text: str) -> Finding:
    """Return the finding about one shape of a table."""
    frame = int(table.column("frame")[row])
    return Finding(spec.id, frame, frame, frame, (table.id(row),), score, text)


def of_table(spec: FindingSpec, in_table: InTable) -> Find:
    """Return the `find` of a kind that looks at all shapes at once."""
    return lambda document, threshold: in_table(table_of(document), spec.given | {"threshold": threshold})


def of_pixels() -> Find:
    """Return the `find` of a kind that has nothing to say of a document without its pixels."""
    return lambda document, threshold: iter(())


def beside(document: Document, frame: int) -> tuple[Shapes, Shapes, Shapes]:
    """Return the shapes on a frame, on the one before and on the one after."""
    return document.shapes(frame), document.shapes(frame - 1), document.shapes(frame + 1)


def in_order(found: Iterator[Finding]) -> list[Finding]:
    """Return findings in the order of frames."""
    return sorted(found, key=lambda finding: (finding.first, finding.last, finding.ids))


def marked(
    spec: FindingSpec, course: Course, scores: Floats, given: Given, text: Callable[[int], str]
) -> Iterator[Finding]:
    """Yield the stretches of frames whose scores (n,) reach the threshold; `text` says what is wrong at a place."""
    for first, last in stretches(scores >= given["threshold"], course.frames):
        worst = first + int(np.argmax(scores[first : last + 1]))
        a, b, there = (int(course.frames[place]) for place in (first, last, worst))
        said = f"{called(course)} {text(worst)}"
        yield Finding(spec.id, a, b, there, (course.track.id,), float(scores[worst]), said)


def called(course: Course) -> str:
    """Return what a track is called in a sentence."""
    return f"track {course.track.id} ({plain(course.track.label, 40)})"
