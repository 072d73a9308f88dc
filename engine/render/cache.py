"""What is computed once per shape and used at every drawing: its box and its outline as arrays.

Apart from the drawing so that 2,000 shapes cost nothing while they stay as they are. Shapes are immutable but cannot be
hashed (they hold dictionaries), so they are found by identity; the shape is kept with the entry, so an id cannot be
another one's. Full, by shapes or by their points, means emptied: what is on the screen is back after one drawing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Shape
from engine.outlines import shape_box, shape_rings
from engine.scene import ShapeView
from engine.viewport import Viewport

KEPT = 20_000
"""Shapes whose outlines are kept."""
POINTS = 500_000
"""Points kept in all: a shape that is being changed is another at every step, each point 150 bytes."""
NOWHERE: Box = (np.inf, np.inf, -np.inf, -np.inf)
Boxes = NDArray[np.float64]


class Entry:
    """One shape's box and, once they are asked for, its outlines in frame points."""

    __slots__ = ("_chains", "box", "shape")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.box: Box = shape_box(shape) or NOWHERE
        self._chains: list[NDArray[np.float64]] | None = None

    @property
    def chains(self) -> list[NDArray[np.float64]]:
        """The outline's rings, or the open chain of a polyline; for points, the points."""
        if self._chains is None:
            rings = shape_rings(self.shape, tolerance=0.005) or [self.shape.points]
            self._chains = [np.asarray(ring, np.float64).reshape(-1, 2) for ring in rings if ring]
        return self._chains


class Outlines:
    """Entries by shape, and the boxes of the last few scenes' shapes as one array."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._points = 0
        self._scenes: dict[int, tuple[tuple[ShapeView, ...], Boxes, int, bool]] = {}
        self._seen: dict[int, tuple[tuple[ShapeView, ...], Viewport, int]] = {}

    def entry(self, shape: Shape) -> Entry:
        """Return the entry of a shape."""
        found = self._entries.get(id(shape))
        if found is None or found.shape is not shape:
            points = _points(shape)
            if len(self._entries) >= KEPT or self._points + points > POINTS:
                self._entries.clear()
                self._points = 0
            self._points += points
            found = self._entries[id(shape)] = Entry(shape)
        return found

    def boxes(self, views: tuple[ShapeView, ...]) -> Boxes:
        """Return the frame boxes of the shapes in an (n, 4) array."""
        return self._scene(views)[1]

    def longest(self, views: tuple[ShapeView, ...]) -> int:
        """Return the number of characters of the longest text."""
        return self._scene(views)[2]

    def tracked(self, views: tuple[ShapeView, ...]) -> bool:
        """Say whether any of the shapes is a track's."""
        return self._scene(views)[3]

    def seen(self, views: tuple[ShapeView, ...], viewport: Viewport) -> int:
        """Return how many of the shapes are in view."""
        found = self._seen.get(id(views))
        if found is None or found[0] is not views or found[1] != viewport:
            x1, y1, x2, y2 = viewport.visible()
            boxes = self.boxes(views)
            near = (boxes[:, 0] < x2) & (boxes[:, 2] > x1) & (boxes[:, 1] < y2) & (boxes[:, 3] > y1)
            if len(self._seen) >= 4:  # two are compared, in turns
                self._seen.clear()
            found = self._seen[id(views)] = (views, viewport, int(np.count_nonzero(near)))
        return found[2]

    def _scene(self, views: tuple[ShapeView, ...]) -> tuple[tuple[ShapeView, ...], Boxes, int, bool]:
        found = self._scenes.get(id(views))
        if found is not None and found[0] is views:
            return found
        boxes = np.array([self.entry(view.shape).box for view in views], np.float64).reshape(-1, 4)
        if len(self._scenes) >= 4:
            self._scenes.clear()
        longest, tracked = max((len(view.text) for view in views), default=0), any(view.origin for view in views)
        found = self._scenes[id(views)] = (views, boxes, longest, tracked)
        return found


def _points(shape: Shape) -> int:
    """Return how many points a shape's outline has, about: of a mask, a run of its pixels has two."""
    return len(shape.points) if shape.mask is None else len(shape.mask.counts)
