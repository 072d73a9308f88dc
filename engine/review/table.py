"""All shapes of a document as arrays, for kinds of trouble that compare each with all others.

Made once; after an edit only the frames that are different are read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.document import SHAPE_TYPES, Document, Picture, Shape
from engine.outlines import shape_box
from engine.review.states import SETTLED
from engine.review.stills import state_of_shape

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
COLUMNS = ("frame", "id", "label", "type", "model", "x1", "y1", "x2", "y2", "score", "machine", "settled", "picture")
"""Ids fit a float: they are below 2**53. `picture` is the area of the shape's picture in pixels, 0 where unknown."""
NOWHERE = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Table:
    """A row for each shape, in no order."""

    document: Document
    values: Floats
    """(n, columns)"""
    labels: tuple[str, ...]
    models: tuple[str, ...]
    """What the numbers in these columns are."""

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> Floats:
        """Return the numbers of a column; NaN where there is none."""
        found: Floats = self.values[:, COLUMNS.index(name)]
        return found

    def numbers(self, name: str) -> Ints:
        """Return a column of whole numbers."""
        return self.column(name).astype(np.int64)

    def marks(self, name: str) -> Bools:
        """Return a column of yes and no."""
        return self.column(name) > 0

    def label(self, row: int) -> str:
        """Return the label of a row."""
        return self.labels[int(self.column("label")[row])]

    def type(self, row: int) -> str:
        """Return the type of a row's shape."""
        return SHAPE_TYPES[int(self.column("type")[row])]

    def id(self, row: int) -> int:
        """Return the id of a row."""
        return int(self.column("id")[row])


class Rows:
    """Keeps the table of a document between edits."""

    def __init__(self) -> None:
        self._values: Floats = np.empty((0, len(COLUMNS)))
        self._labels, self._models = dict[str, int](), dict[str, int]()

    def table(self, document: Document, changed: set[int]) -> Table:
        """Return the table of a document that differs from the last one on some frames."""
        if changed:
            frames = np.fromiter(changed, np.float64, len(changed))
            kept = self._values[~np.isin(self._values[:, 0], frames)]
            new = [
                self._row(shape, document.pictures.get(shape.frame))
                for frame in sorted(changed)
                for shape in document.shapes(frame)
            ]
            self._values = np.concatenate((kept, np.array(new).reshape(-1, len(COLUMNS))))
        return Table(document, self._values, tuple(self._labels), tuple(self._models))

    def _row(self, shape: Shape, picture: Picture | None) -> tuple[float, ...]:
        box = shape_box(shape) or NOWHERE
        return (
            shape.frame,
            shape.id,
            self._labels.setdefault(shape.label, len(self._labels)),
            SHAPE_TYPES.index(shape.type),
            self._models.setdefault(shape.model, len(self._models)),
            *box,
            np.nan if shape.score is None else shape.score,
            shape.source == "auto",
            state_of_shape(shape) in SETTLED,
            0 if picture is None else picture.width * picture.height,
        )


def table_of(document: Document) -> Table:
    """Return the table of a document that is looked at once."""
    return Rows().table(document, {*document.frames})


def groups(numbers: Ints, rows: Ints) -> Iterator[Ints]:
    """Yield which of some rows have one number, for each number that there is."""
    some = numbers[rows]
    if len(some) and some.min() >= 0 and some.max() < 2**16:  # sorted by digits, in a fifth of the time
        some = some.astype(np.uint16)
    ordered = rows[np.argsort(some, kind="stable")]
    ends = np.flatnonzero(np.diff(numbers[ordered])) + 1
    return (some for some in np.split(ordered, ends) if len(some))
