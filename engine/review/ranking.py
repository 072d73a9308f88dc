"""Findings as entries: neighbouring frames of one track together, the likeliest fault first, whatever kind says it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import is_, itemgetter

from engine.document import Document, Track
from engine.review.base import Finding, FindingSpec
from engine.review.states import State, state_about
from engine.review.stills import state_on

NEAR = 3
"""Frames between two findings of a track up to which they are one entry."""
LONGEST = 40
"""Frames of an entry, as far as it is merged of several findings."""
AS_SURE = 0.8
"""A finding counts as about as sure as another from this part of that one's likelihood on."""
Found = tuple[Finding, ...]
Keyed = tuple[tuple[float, int, tuple[int, ...]], "Entry"]
"""An entry with what it is ranked by."""
Ranked = dict[int, tuple[Track | None, list[Finding], list[Keyed]]]
"""Id of a track or shape -> the track, its findings and its entries."""


@dataclass(frozen=True)
class Entry:
    """Frames of one track or shape to be looked at."""

    ids: tuple[int, ...]
    """The first is the one to be changed; then the others that have to do with it."""
    label: str
    first: int
    last: int
    worst: int
    likely: float
    """How likely it is a fault, 0..1."""
    findings: Found
    """The likeliest first."""
    state: State = "unseen"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the ids of the kinds that found it, the likeliest first."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings))

    @property
    def text(self) -> str:
        """Return its reasons in words, one of each kind."""
        return "; ".join({one.kind: one.text for one in reversed(self.findings)}[kind] for kind in self.kinds)


def ranked(
    document: Document, found: Iterable[Finding], specs: Mapping[str, FindingSpec], known: Ranked | None = None
) -> tuple[Entry, ...]:  # fmt: skip
    """Return findings as entries, the likeliest fault first; equal ones by frame.

    `known` has what came of each object's findings the last time, and is brought up to date.
    """
    groups, known = dict[int, list[Finding]](), {} if known is None else known
    for finding in found:
        groups.setdefault(finding.ids[0], []).append(finding)
    before = dict(known)
    known.clear()
    keyed = list[Keyed]()
    for number, some in groups.items():
        track, last = document.tracks.get(number), before.get(number)
        if last is None or last[0] is not track or not _same(last[1], some):
            by_first = sorted(some, key=lambda finding: (finding.first, finding.last))
            entries = [_entry(document, group, specs) for group in _merged(by_first, 0 if track is None else NEAR)]
            last = track, some, [((-entry.likely, entry.first, entry.ids), entry) for entry in entries]
        known[number] = last
        keyed += last[2]
    return tuple(entry for _, entry in sorted(keyed, key=itemgetter(0)))


def _same(one: Sequence[Finding], other: Sequence[Finding]) -> bool:
    """Say whether these are the same objects: equal ones may be about a shape that has another state now."""
    if len(one) == len(other) == 1:
        return one[0] is other[0]
    return len(one) == len(other) and all(map(is_, one, other))


def _merged(found: Sequence[Finding], near: int) -> Iterator[list[Finding]]:
    """Yield findings of one track or shape, by their first frames, that are about the same stretch.

    Pictures have nothing to do with those beside them: of the last shape before it one without any is found.
    """
    group, last = list[Finding](), -1
    for finding in found:
        if group and (finding.first > last + near or finding.last - group[0].first >= LONGEST):
            yield group
            group, last = [], -1
        group.append(finding)
        last = max(last, finding.last)
    if group:
        yield group


def _entry(document: Document, group: Sequence[Finding], specs: Mapping[str, FindingSpec]) -> Entry:
    sure = {id(finding): specs[finding.kind].calibrated(finding.score) for finding in group}
    ordered = sorted(group, key=lambda finding: (-sure[id(finding)], finding.first))
    best = dict[str, float]()
    for finding in ordered:
        best[finding.kind] = max(best.get(finding.kind, 0.0), sure[id(finding)])
    doubt = math.prod(1 - likely for likely in best.values())
    ids = tuple(dict.fromkeys(number for finding in ordered for number in finding.ids))
    likely = max(sure.values())
    # of those that are about as sure, the one that says most exactly where
    exact = min(ordered, key=lambda one: (sure[id(one)] < AS_SURE * likely, specs[one.kind].reach))
    first, last = min(finding.first for finding in group), max(finding.last for finding in group)
    track = document.tracks.get(ids[0])
    if track is not None:
        label, state = track.label, state_about(document, ids, first, last, group)
    else:
        shape = document.shape(ordered[0].worst, ids[0])
        label, state = ("" if shape is None else shape.label), state_on(document, ordered[0].worst, ids)
    return Entry(ids, label, first, last, exact.worst, 1 - doubt, tuple(ordered), state)
