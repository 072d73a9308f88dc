"""The selected track's trail: where its centre was, as a wide line, and will be, as a thin one; farther is fainter.

Keyframes on it are marked as everywhere: a person's filled, a tracker's hollow.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.document import Box
from engine.geometry import box_of
from engine.render.layer import Layer
from engine.render.shapes import HALO, WHITE, brighter, to_view
from engine.render.thin import Chain
from engine.scene import Scene, TrailView
from engine.tracks.trail import Place

WIDE, THIN = 3, 1
"""View pixels of the line behind and of the one ahead."""
STRONG, FAINT = 235, 50
"""Alpha beside the shown frame, and at the end of the trail."""
DIAMOND = 4.5
"""View pixels from the middle of a keyframe's mark to its corners."""
MARGIN = 8
"""View pixels by which the drawing goes beyond the centres."""


def paint_trail(layer: Layer, scene: Scene, trail: TrailView) -> None:
    """Draw a trail: its lines, then its keyframes."""
    points = to_view(scene.viewport, np.array([place.point for place in trail.places], np.float64).reshape(-1, 2))
    steps = list[tuple[Chain, int, int]]()
    for (one, start), (other, end) in pairwise(zip(trail.places, points, strict=True)):
        if other.away == one.away + 1 and not np.array_equal(start, end):
            width = WIDE if other.away <= 0 else THIN
            steps.append((np.stack((start, end)), width, _alpha(trail, max(abs(one.away), abs(other.away)))))
    for line, width, alpha in steps:
        layer.lines([line], HALO, width + 2, alpha=alpha // 2)
    for line, width, alpha in steps:
        layer.lines([line], brighter(trail.color), width, alpha=alpha)
    for place, point in zip(trail.places, points, strict=True):
        if place.by and place.away:
            _mark(layer, trail, place, point)


def trail_box(trail: TrailView) -> Box | None:
    """Return the smallest box round a trail's centres, in frame points."""
    return box_of(place.point for place in trail.places)


def diamond(point: Chain, half: float) -> Chain:
    """Return the corners of a square that stands on its tip."""
    return np.asarray(point + np.array([(0.0, -half), (half, 0.0), (0.0, half), (-half, 0.0)]))


def _mark(layer: Layer, trail: TrailView, place: Place, point: Chain) -> None:
    alpha = _alpha(trail, abs(place.away))
    layer.solid(diamond(point, DIAMOND + 1.5), HALO, alpha=alpha)
    layer.solid(diamond(point, DIAMOND), WHITE, alpha=alpha)
    if place.by != "human":
        layer.solid(diamond(point, DIAMOND - 1.8), HALO, alpha=alpha)


def _alpha(trail: TrailView, away: int) -> int:
    return STRONG - (STRONG - FAINT) * away // max(trail.reach, 1)
