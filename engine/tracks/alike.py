"""Shapes that are probably the same object: on the frames beside a shape, and round it on its own frame."""

from __future__ import annotations

from collections.abc import Sequence

from engine.document import Document, Shape
from engine.geometry import centre
from engine.tracks.overlap import box_around, overlap

SAME = 0.3
"""Overlap with the shape on the frame before from which one of the same label and type is the same object."""


def chain(document: Document, shape: Shape) -> list[Shape]:
    """Return a shape with those that go on from it on the frames before and after, without a frame between."""
    before, after = _onwards(document, shape, -1), _onwards(document, shape, 1)
    return [*reversed(before), shape, *after]


def _onwards(document: Document, shape: Shape, step: int) -> list[Shape]:
    found = list[Shape]()
    here = shape
    while True:
        near = [one for one in document.shapes(here.frame + step) if (one.label, one.type) == (here.label, here.type)]
        rated = [(overlap(here.type, here, one), -one.id, one) for one in near]
        best = max(rated, default=None, key=lambda rate: rate[:2])
        if best is None or best[0] < SAME:
            return found
        here = best[2]
        found.append(here)


def nearest(shape: Shape, others: Sequence[Shape]) -> list[Shape]:
    """Return shapes by how near their middles are to a shape's, the nearest first."""

    def middle(one: Shape) -> tuple[float, float]:
        return centre(box_around(one.type, one) or (0.0, 0.0, 0.0, 0.0))

    x, y = middle(shape)
    return sorted(others, key=lambda one: (middle(one)[0] - x) ** 2 + (middle(one)[1] - y) ** 2)
