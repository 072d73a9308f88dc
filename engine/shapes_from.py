"""What tools answer, made into shapes: masks or polygons, as the settings say.

Apart from the actions because detectors and batch runs make shapes by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from engine.document import Point, Rle, Shape
from engine.geometry import area, contains, rounded
from engine.masks import encode_window, window
from engine.outlines import has_holes, outlines, rings_of_mask, shape_mask, slider_epsilon, without_holes
from engine.settings import Settings
from engine.tools.base import Prediction

SMALLEST_PART = 0.005
"""Parts of a mask below this share of the largest one are noise, not objects."""


def filled(prediction: Prediction, settings: Settings) -> Prediction:
    """Return an answer without holes that are too small to be meant; the very same where it has none."""
    key = ("filled", settings.smallest_hole)
    if key not in prediction.kept:
        mask = without_holes(prediction.mask, settings.smallest_hole)
        prediction.kept[key] = None if mask is prediction.mask else replace(prediction, mask=mask)
    return prediction.kept[key] or prediction


def rings_of(prediction: Prediction, settings: Settings, clicked: Iterable[Point] = ()) -> list[tuple[Point, ...]]:
    """Return the outlines that a mask's polygons would have, largest first, without specks that nobody clicked."""
    points = tuple(clicked)
    key = (settings.points, settings.largest_part, points)
    if key not in prediction.kept:
        prediction.kept[key] = _rings(prediction, settings, points)
    return list(prediction.kept[key])


def _rings(prediction: Prediction, settings: Settings, points: tuple[Point, ...]) -> list[tuple[Point, ...]]:
    rings = outlines(prediction.mask, prediction.origin, slider_epsilon(settings.points))
    if settings.largest_part or len(rings) < 2:
        return [tuple(ring) for ring in rings[:1]]
    least = area(rings[0]) * SMALLEST_PART
    kept = (ring for ring in rings if area(ring) >= least or any(contains(ring, point) for point in points))
    return [rounded(ring) for ring in kept]


def mask_rings_of(prediction: Prediction, size: tuple[int, int], settings: Settings) -> list[tuple[Point, ...]]:
    """Return the outlines of an answer that stays a mask, holes too, in a frame of so many columns and rows."""
    prediction = filled(prediction, settings)
    key = ("mask", size)
    if key not in prediction.kept:
        rle = encode_window(prediction.mask, prediction.origin, size[::-1])
        prediction.kept[key] = [tuple(ring) for ring in rings_of_mask(rle)]
    return list(prediction.kept[key])


def stays_mask(prediction: Prediction, settings: Settings) -> bool:
    """Say whether the answer is kept as a mask: polygons are off, or it has holes that a polygon cannot show."""
    if not settings.polygons:
        return True
    if settings.holes_as_polygon:
        return False
    prediction = filled(prediction, settings)
    if "holes" not in prediction.kept:
        prediction.kept["holes"] = has_holes(prediction.mask)
    return bool(prediction.kept["holes"])


def shapes_from(
    prediction: Prediction, base: Shape, size: tuple[int, int], settings: Settings
) -> tuple[list[Shape], str]:
    """Return shapes like `base` for a mask, and a note where the result is not what was asked for.

    `size` is the frame's width and height. No shapes for an empty mask.
    """
    if not prediction.mask.any():
        return [], ""
    if stays_mask(prediction, settings):
        rle = encode_window(filled(prediction, settings).mask, prediction.origin, (size[1], size[0]))
        note = "Kept as a mask: it has holes, which a polygon cannot show" if settings.polygons else ""
        return [msgspec.structs.replace(base, type="mask", points=(), mask=rle)], note
    clicked = [(x, y) for x, y, positive in base.prompt.points if positive] if base.prompt else []
    rings = [ring for ring in rings_of(prediction, settings, clicked) if len(ring) >= 3]
    shapes = [msgspec.structs.replace(base, type="polygon", points=ring) for ring in rings]
    note = f"{len(shapes)} parts: polygons of one group" if len(shapes) > 1 else ""
    return shapes, note


def rle_of_shape(shape: Shape, size: tuple[int, int]) -> Rle:
    """Return the pixels of a shape with an area; `size` is the frame's width and height."""
    return shape_mask(shape, (size[1], size[0]))


def mask_of(shape: Shape, size: tuple[int, int]) -> Prediction:
    """Return a shape's pixels as an answer that a tool can start from; `size` is the frame's width and height."""
    mask, origin = window(rle_of_shape(shape, size))
    return Prediction(mask, origin)
