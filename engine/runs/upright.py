"""Turned objects as the checks see them: points, windows, looks and the search know upright boxes alone."""

from __future__ import annotations

from dataclasses import replace

from engine.document import Box
from engine.geometry import box_of, centre, corners
from engine.tools.base import Target


def upright(target: Target) -> Box:
    """Return the smallest upright box round an object, x1, y1, x2, y2 in frame pixels."""
    if not target.rotation:
        return target.box
    return box_of(corners(target.box, target.rotation)) or target.box


def found_at(target: Target, box: Box) -> Target:
    """Return an object where the upright box round it is about this one: turned as before, grown as a whole."""
    if not target.rotation:
        return replace(target, box=box, mask=None)
    was, (x, y) = upright(target), centre(box)
    area = max((was[2] - was[0]) * (was[3] - was[1]), 1e-6)
    grown = ((box[2] - box[0]) * (box[3] - box[1]) / area) ** 0.5
    across, down = ((target.box[i + 2] - target.box[i]) / 2 * grown for i in (0, 1))
    return replace(target, box=(x - across, y - down, x + across, y + down), mask=None)
