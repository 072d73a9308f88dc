"""What the canvas shows of what detectors have found: proposals with their letters, or what a score would take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from engine.detected import Object, is_replaceable
from engine.document import Point, Shape
from engine.gestures import Hinting, Sifting, hinting, sifting
from engine.gestures.proposing import Proposal
from engine.masks import heart
from engine.memo import kept
from engine.scene import Color, HintView, Scene, ShapeView
from engine.session import Session
from engine.settings import Settings
from engine.shapes_from import rings_of
from engine.text import plain
from engine.viewport import Viewport

GREY: Color = (200, 200, 200)
"""Of a proposal that no label is matched with."""
APART = (1.6, 1.2)
"""Least distance of two hints, in their own widths and heights."""
LETTER = (1.9, 0.95)
"""Size of the letters, in columns and in rows of the terminal: the smaller of the two."""


def with_found(session: Session, scene: Scene, held: Hinting | Sifting, colors: Mapping[str, Color]) -> Scene:
    """Return the scene with what is proposed, or would be taken."""
    if isinstance(held, Sifting):
        return _sifted(session, scene, held, colors)
    left = tuple(one for one in hinting.left(session, held) if one.name.startswith(held.typed))
    views = [_proposed(one, held.frame, colors.get(one.label, GREY), session.settings) for one in left]
    size = max(round(min(LETTER[0] * session.view.cell[0], LETTER[1] * session.view.cell[1])), 9)
    places = spread([_spot(one) for one in left], scene.viewport, size)
    hints = tuple(
        HintView(place, one.name.upper(), len(held.typed), size) for one, place in zip(left, places, strict=True)
    )
    if any(one.detection.mask is not None for one in left):  # they lie on each other, and the picture is to be seen
        scene = replace(scene, style=replace(scene.style, fill=0.0))
    return replace(scene, shapes=_joined(scene.shapes, tuple(views)), hints=hints)


def _spot(one: Proposal) -> Point:
    """Return where a proposal's letters stand: in the middle of its mask, else at its box's corner."""
    mask = one.detection.mask
    if mask is None:
        return one.detection.box[:2]
    if heart not in mask.kept:
        mask.kept[heart] = heart(mask.mask, mask.origin)
    found: Point = mask.kept[heart]
    return found


@kept
def _joined(shapes: tuple[ShapeView, ...], views: tuple[ShapeView, ...]) -> tuple[ShapeView, ...]:
    return (*shapes, *views)


def _proposed(one: Proposal, frame: int, color: Color, settings: Settings) -> ShapeView:
    """Return a proposal as a shape of a number that no shape has; dashed, as it is none yet."""
    x1, y1, x2, y2 = map(float, one.detection.box)
    number = -1 - sum(ord(letter) << (8 * place) for place, letter in enumerate(one.name))
    shape = Shape(number, frame, one.label, "rectangle", ((x1, y1), (x2, y2)), one.detection.rotation)
    rings = rings_of(one.detection.mask, settings) if one.detection.mask is not None else []
    if rings and len(rings[0]) > 2:
        shape = msgspec.structs.replace(shape, type="polygon", points=rings[0], rotation=0.0)
    return ShapeView(shape, color, locked=True)


def spread(spots: Iterable[Point], viewport: Viewport, size: int) -> list[Point]:
    """Return frame points for hints near these places of proposals, in view and not on each other where there is room.

    A hint that would lie on one before it goes down until it is free; `size` is the height of a letter in view pixels.
    """
    wide, high = APART[0] * size, APART[1] * size
    taken, found = list[Point](), list[Point]()
    width, height = viewport.usable
    for spot in spots:
        x, y = viewport.to_view(spot)
        x, y = min(max(x, 0.0), max(width - wide, 0.0)), min(max(y, 0.0), max(height - high, 0.0))
        rows = max(int(height / high), 1)
        free = ((x, (y + row * high) % max(height - high, 1.0)) for row in range(rows))
        place = next((at for at in free if not any(_near(at, other, (wide, high)) for other in taken)), (x, y))
        taken.append(place)
        found.append(viewport.to_frame(place))
    return found


def _near(one: Point, other: Point, apart: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < apart[0] and abs(one[1] - other[1]) < apart[1]


def _sifted(session: Session, scene: Scene, held: Sifting, colors: Mapping[str, Color]) -> Scene:
    """Return the scene with the detector's objects by the slider's score in place of those that would go."""
    objects = sifting.objects_now(session, held)
    if objects is None:
        return scene
    locked = session.selection.locked
    stay = tuple(view for view in scene.shapes if not is_replaceable(view.shape, held.detector, locked))
    return replace(scene, shapes=(*stay, *_views(objects, colors)))


def _views(objects: Iterable[Object], colors: Mapping[str, Color]) -> list[ShapeView]:
    shapes = [shape for one in objects for shape in one.shapes]
    return [
        ShapeView(
            msgspec.structs.replace(shape, id=-1 - place), colors.get(shape.label, GREY),
            f"{plain(shape.label, 18)} {shape.score or 0:.2f}",
        )
        for place, shape in enumerate(shapes)
    ]  # fmt: skip
