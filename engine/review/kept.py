"""What kinds find of shapes, kept between edits: only frames that are different are asked about again.

What compares all shapes with one another is arithmetic on arrays, done anew; a finding is the same object as before as
long as its score is, so that whatever is made of findings can be kept too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.document import Document
from engine.review.base import Finding, FindingSpec, Given, Shapes, beside, of_row
from engine.review.states import SETTLED
from engine.review.stills import standing, state_of_shape, state_on
from engine.review.table import Rows, Table

Asked = Sequence[tuple[Any, Given]]
"""Functions of kinds, with their parameters."""


class OfShapes:
    """Asks kinds about frames, and about all shapes; what a person has settled is left out."""

    def __init__(self, in_frame: Asked, among: Asked, in_table: Asked) -> None:
        """Take functions `in_frame` and `in_table`, and for `among` the kinds themselves."""
        self._in_frame, self._among, self._in_table = in_frame, among, in_table
        self._seen: dict[int, Shapes] = {}
        self._frames: dict[int, list[Finding]] = {}
        """Frame -> what was found there, if anything."""
        self._rows = Rows()
        self._told: dict[Finding, Finding] = {}
        self._pictures: object = None
        self._shapes: list[dict[int, Finding]] = [{} for _ in among]
        """For each kind of `among` a finding by the id of its shape."""

    def findings(self, document: Document) -> Iterator[Finding]:
        """Yield what the kinds find."""
        changed = self._changes(document)
        if self._in_frame:
            yield from self._of_frames(document, changed)
        if self._among or self._in_table:
            table = self._rows.table(document, changed)
            for known, (kind, given) in zip(self._shapes, self._among, strict=True):
                yield from _of_all(kind, table, given, known, changed)
            yield from self._of_table(table)

    def _of_table(self, table: Table) -> Iterator[Finding]:
        """Yield what was found before as the same objects, as long as no picture was judged."""
        document = table.document
        before = self._told if document.pictures is self._pictures else {}
        found = [one for ask, given in self._in_table for one in ask(table, given) if not is_settled(document, one)]
        self._told = {one: one for one in (before.get(one, one) for one in found)}
        self._pictures = document.pictures
        yield from self._told

    def _changes(self, document: Document) -> set[int]:
        """Return the frames whose shapes are others than the last time."""
        seen = self._seen
        changed = {frame for frame, shapes in document.frames.items() if seen.get(frame) is not shapes}
        for frame in changed:
            seen[frame] = document.frames[frame]
        if len(seen) != len(document.frames):
            gone = {frame for frame in seen if frame not in document.frames}
            changed |= gone
            for frame in gone:
                del seen[frame]
        return changed

    def _of_frames(self, document: Document, changed: set[int]) -> Iterator[Finding]:
        for frame in {one + step for one in changed for step in (-1, 0, 1)}:
            self._frames.pop(frame, None)
            if frame not in document.frames:
                continue
            three = beside(document, frame)
            found = [one for ask, given in self._in_frame for one in ask(*three, frame, given)]
            if found := [one for one in found if not is_settled(document, one)]:
                self._frames[frame] = found
        for found in self._frames.values():
            yield from found


def _of_all(
    kind: Any, table: Table, given: Given, known: dict[int, Finding], changed: set[int]
) -> Iterator[Finding]:  # fmt: skip
    spec: FindingSpec = kind.SPEC
    scores = np.where(table.marks("settled"), -np.inf, kind.among(table, given))
    rows = np.flatnonzero(scores >= given["threshold"])
    before = dict(known)
    known.clear()
    ids = table.numbers("id")[rows].tolist()
    for row, number, score in zip(rows.tolist(), ids, scores[rows].tolist(), strict=True):
        found = before.get(number)
        if found is None or found.score != score or found.worst in changed:
            found = of_row(spec, table, row, score, kind.said(table, row, given))
        known[number] = found
        yield found


def is_settled(document: Document, finding: Finding) -> bool:
    """Say whether all shapes that a finding is about, or the picture where none of them is, were found right."""
    shapes = standing(document, finding.worst, finding.ids)
    if shapes:
        return all(state_of_shape(shape) in SETTLED for shape in shapes)
    return state_on(document, finding.worst, ()) in SETTLED
