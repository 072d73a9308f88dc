"""The queue of a review: what all kinds find, neighbouring frames as one entry, the likeliest faults first.

Entries of different kinds are ranked by how likely each score is a fault (`FindingSpec.calibrated`); what several kinds
say of the same frames counts together. A person's own keyframes and settled ranges are silent. A Reviewer keeps what
it found of each track, pair and frame as long as these are the same objects: after an edit only what was touched is
looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.document import Document, Track
from engine.errors import ToolError, nearest
from engine.review.base import Finding, FindingSpec, Given, Kind, kinds
from engine.review.kept import OfShapes, is_settled
from engine.review.ranking import Entry as Entry
from engine.review.ranking import Found, Ranked
from engine.review.ranking import ranked as ranked
from engine.review.states import settled
from engine.runs.seen import Seen
from engine.tracks.at_frame import keyframe_at
from engine.tracks.course import Course, course
from engine.tracks.meeting import Meetings, Sign
from engine.tracks.motion import Motion


class Reviewer:
    """Asks kinds about a document and, after edits, about what was touched."""

    def __init__(
        self,
        asked: Mapping[str, Kind] | None = None,
        given: Mapping[str, Mapping[str, float]] | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Take the kinds (all where none are named), parameters that differ from their defaults, and what is seen.

        Without `seen` kinds that need pixels say nothing. Raise ToolError for a kind or parameter that there is not.
        """  # fmt: skip
        self._kinds = dict(kinds() if asked is None else asked)
        self._given = {name: given_of(kind.SPEC, (given or {}).get(name, {})) for name, kind in self._kinds.items()}
        for name in given or {}:
            if name not in self._kinds:
                raise ToolError(f'No kind of trouble is called "{name}"', nearest(name, self._kinds))
        self._seen = seen
        self._of_two = {name: kind for name, kind in self._kinds.items() if hasattr(kind, "of_two")}
        self._tracks: dict[int, tuple[Track, Motion | None, Found]] = {}
        self._pixels: dict[int, tuple[Track, Motion | None, Found]] = {}
        by_name = self._named
        of_all = [(kind, self._given[name]) for name, kind in self._kinds.items() if hasattr(kind, "among")]
        self._shapes = OfShapes(by_name("in_frame"), of_all, by_name("in_table"))
        self._ranked: Ranked = {}
        self._whole: tuple[Any, Found] = (None, ())
        self._meetings = Meetings([sign_of(kind, self._given[name]) for name, kind in self._of_two.items()])
        self._pairs: dict[tuple[int, int], tuple[Track, Track, Motion | None, Found]] = {}

    def findings(self, document: Document) -> list[Finding]:
        """Return what all kinds find, but for what is silent."""
        courses = Courses(document)
        found = [*self._of_tracks(document, courses), *self._of_pairs(document, courses)]
        found += [*self._of_whole(document), *self._of_pixels(document, courses)]
        audible = [finding for finding in found if not silent(document, finding)]
        return [*audible, *self._shapes.findings(document)]

    def entries(self, document: Document) -> tuple[Entry, ...]:
        """Return the queue, the likeliest fault first."""
        specs = {name: kind.SPEC for name, kind in self._kinds.items()}
        return ranked(document, self.findings(document), specs, self._ranked)

    def look(self, document: Document, start: int = 0, only: Collection[int] | None = None) -> Iterator[int]:
        """Look at the pixels that kinds ask for and that were not seen yet; yield the number of each frame read.

        From a frame on, the one that is shown, then before it; of some tracks `only`, where these are named. `entries`
        may be asked for at any time between.
        """
        if self._seen is not None and self._named("in_pixels"):
            tracks = document.tracks if only is None else [number for number in only if number in document.tracks]
            yield from self._seen.look((course(document, document.tracks[number]) for number in tracks), start)

    def unseen_frames(self, document: Document) -> int:
        """Return how many frames `look` would read."""
        if self._seen is None or not self._named("in_pixels"):
            return 0
        missing = self._seen.missing(course(document, track) for track in document.tracks.values())
        return len({step[0] for step in missing})

    def _named(self, function: str, without: set[str] | frozenset[str] = frozenset()) -> list[tuple[Any, Given]]:
        """Return the kinds that have a function and none of some others, with their parameters."""
        kinds = [(kind, name) for name, kind in self._kinds.items() if not any(hasattr(kind, one) for one in without)]
        return [(getattr(kind, function), self._given[name]) for kind, name in kinds if hasattr(kind, function)]

    def _of_tracks(self, document: Document, courses: Courses) -> Iterator[Finding]:
        self._tracks = {number: one for number, one in self._tracks.items() if number in document.tracks}
        both = {"in_pixels"} if self._seen is not None else set[str]()
        asked, motion = self._named("in_track", both), document.motion
        for number, track in document.tracks.items():
            known = self._tracks.get(number)
            if known is None or known[0] is not track or known[1] is not motion:
                there = courses(number)
                found = tuple(finding for ask, given in asked for finding in ask(there, given))
                known = self._tracks[number] = track, motion, found
            yield from known[2]

    def _of_pixels(self, document: Document, courses: Courses) -> Iterator[Finding]:
        asked, motion, seen = self._named("in_pixels"), document.motion, self._seen
        if seen is None or not asked:
            return
        self._pixels = {number: one for number, one in self._pixels.items() if number in document.tracks}
        for number, track in document.tracks.items():
            known = self._pixels.get(number)
            if known is None or known[0] is not track or known[1] is not motion:
                there = courses(number)
                found = tuple(finding for ask, given in asked for finding in ask(there, seen, given))
                known = track, motion, found
                if not seen.missing([there]):
                    self._pixels[number] = known
            yield from known[2]

    def _of_pairs(self, document: Document, courses: Courses) -> Iterator[Finding]:
        motion, tracks = document.motion, document.tracks
        asked = self._named("of_two")
        if not asked:
            return
        pairs = dict[tuple[int, int], tuple[Track, Track, Motion | None, Found]]()
        met = self._meetings.pairs(document, courses)
        held: tuple[int, Course] | None = None
        for pair in sorted(met):
            one, other = tracks[pair[0]], tracks[pair[1]]
            known = self._pairs.get(pair)
            if known is None or known[0] is not one or known[1] is not other or known[2] is not motion:
                if held is None or held[0] != pair[0]:
                    held = pair[0], courses(pair[0])
                two = held[1], courses(pair[1])
                some = [ask for ask, is_worth in zip(asked, met[pair], strict=True) if is_worth]
                known = one, other, motion, tuple(finding for ask, given in some for finding in ask(*two, given))
            pairs[pair] = known
            yield from known[3]
        self._pairs = pairs

    def _of_whole(self, document: Document) -> Found:
        """Ask the kinds that can only look through the whole document, again when anything in it is different."""
        parts = document.frames, document.tracks, document.motion, document.tags, document.pictures
        if self._whole[0] is None or any(one is not other for one, other in zip(self._whole[0], parts, strict=True)):
            partly = ("in_track", "of_two", "in_frame", "in_pixels", "among", "in_table")
            whole = {n: kind for n, kind in self._kinds.items() if not any(hasattr(kind, part) for part in partly)}
            given = {name: self._given[name]["threshold"] for name in whole}
            self._whole = parts, tuple(f for name, kind in whole.items() for f in kind.find(document, given[name]))
        return self._whole[1]


class Courses:
    """The courses of a document's tracks, each made when it is first asked for, as many kept as there is room for."""

    MOST = 10_000_000
    """Frames of those that are kept, 48 bytes each; what a course reckons of itself goes when another is asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, Course] = {}
        self._frames = 0

    def __call__(self, number: int) -> Course:
        """Return the course of a track."""
        found = self._known.get(number)
        if found is not None:
            return replace(found)
        found = course(self._document, self._document.tracks[number])
        self._known[number] = replace(found)
        self._frames += len(found)
        while self._frames > self.MOST and len(self._known) > 1:
            self._frames -= len(self._known.pop(next(iter(self._known))))
        return found


def sign_of(kind: Any, given: Given) -> Sign:
    """Return what a kind that looks at two tracks says of those that are worth looking at."""
    restless, covering = getattr(kind, "restless", None), getattr(kind, "covering", None)
    return Sign(
        None if restless is None else lambda course: restless(course, given),
        None if covering is None else lambda one, other: covering(one, other, given),
    )


def given_of(spec: FindingSpec, changed: Mapping[str, float]) -> dict[str, float]:
    """Return a kind's parameters with some of them changed; raise ToolError for one that it has not."""
    given = spec.given
    for name in changed:
        if name not in given:
            raise ToolError(f'The kind "{spec.id}" has no parameter "{name}"', nearest(name, given))
    return given | dict(changed)


def silent(document: Document, finding: Finding) -> bool:
    """Say whether a finding is not told: on a person's keyframe, or in a range that a person has settled."""
    tracks = [document.tracks[number] for number in finding.ids if number in document.tracks]
    if not tracks:
        return is_settled(document, finding)
    key = keyframe_at(tracks[0], finding.worst)
    human = key is not None and key.by == "human"
    return human or all(settled(track, finding.worst) for track in tracks)
