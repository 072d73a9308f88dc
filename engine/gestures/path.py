"""The course of a path along an outline, from its points and the lines that were traced between them. Pure."""

from __future__ import annotations

from engine.document import Point
from engine.memo import kept
from engine.outlines import simplified, slider_epsilon

Line = tuple[Point, ...]


def outline(points: Line, lines: tuple[Line, ...], closing: Line = ()) -> Line:
    """Return the path, each point once; lines[i] runs from points[i] to points[i + 1], missing ones are straight."""
    found = list(points[:1])
    for number, line in enumerate(lines):
        found.extend(line[1:] or (points[number + 1],))
    found.extend(closing[1:-1])
    return tuple(found)


@kept
def ring(points: Line, lines: tuple[Line, ...], closing: Line, slider: int) -> Line:
    """Return the path as a polygon of as many points as the slider (0..13) leaves it."""
    return simplified(outline(points, lines, closing), slider_epsilon(slider), closed=True)
