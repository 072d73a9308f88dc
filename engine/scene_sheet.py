"""What the canvas shows of a sample: the contact sheet as its picture, boxes, names and letters over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from engine.document import Point, Shape, ShapeType
from engine.gestures import Certifying, certifying
from engine.jump import LETTERS
from engine.render.sheet import Layout, Tile, composed, on_sheet
from engine.scene import Color, HintView, Picture, Scene, ShapeView, Style
from engine.session import Session
from engine.text import plain
from engine.viewport import Viewport

GREY: Color = (150, 150, 156)
RED: Color = (255, 64, 64)
LETTER = (1.9, 0.95)
"""Size of the letters, in columns and in rows of the terminal: the smaller of the two."""
NAME = 18
"""Characters of a label's name over a crop."""
Tiles = tuple[Tile | None, ...]


def with_sheet(session: Session, scene: Scene, held: Certifying, colors: Mapping[str, Color]) -> Scene:
    """Return the scene with the sheet in place of the frame and of everything on it."""
    one = session.safety.document.certificates.get(held.certificate)
    if one is None or not one.crops:
        return scene
    sheet, size = certifying.sheet_of(session), session.view.viewport.view_size
    there = certifying.places(held, one, sheet)
    tiles = session.review.sheets.of(one, there, sheet.tile)
    letter = max(round(min(LETTER[0] * session.view.cell[0], LETTER[1] * session.view.cell[1])), 9)
    corners = [sheet.rect(place)[:2] for place in range(len(there))]
    hints = tuple(
        HintView((float(x), float(y)), name.upper(), 0, letter) for (x, y), name in zip(corners, LETTERS, strict=False)
    )
    wrong = tuple(place in one.wrong for place in there)
    own = tuple(colors.get(tile.shape.label, GREY) if tile is not None and tile.shape else GREY for tile in tiles)
    return replace(
        scene, picture=_picture(sheet, tiles), viewport=Viewport(size, size), shapes=_views(sheet, tiles, wrong, own),
        hints=hints, trail=None, strip=None, cursor=None, brightness=0.0, contrast=0.0, style=Style(fill=0.0),
    )  # fmt: skip


@lru_cache(1)
def _picture(sheet: Layout, tiles: Tiles) -> Picture:
    return Picture(composed(sheet, tiles), ("sheet", sheet, tiles))


@lru_cache(1)
def _views(
    sheet: Layout, tiles: Tiles, wrong: tuple[bool, ...], colors: tuple[Color, ...]
) -> tuple[ShapeView, ...]:  # fmt: skip
    """Return what is drawn over the crops: what is certified, then a frame round each with its name."""
    found = list[ShapeView]()
    for place, (tile, is_wrong, color) in enumerate(zip(tiles, wrong, colors, strict=True)):
        x, y, width, height = rect = sheet.rect(place)
        shapes = on_sheet(tile, rect) if tile is not None else []
        found += [ShapeView(shape, color) for shape in shapes]
        ring = ((float(x), float(y)), (float(x + width - 1), float(y + height - 1)))
        text = "" if tile is None else tile.problem or (plain(tile.shape.label, NAME) if tile.shape else "")
        if is_wrong:
            cross = (ring[0], ring[1], (ring[1][0], ring[0][1]), (ring[0][0], ring[1][1]))
            found += [ShapeView(_line(place, "polyline", cross[i : i + 2]), RED) for i in (0, 2)]
            text = f"WRONG {text}"
        found.append(ShapeView(_line(place, "rectangle", ring), RED if is_wrong else GREY, text, selected=is_wrong))
    return tuple(found)


def _line(place: int, kind: ShapeType, points: tuple[Point, ...]) -> Shape:
    """Return a shape that is only drawn, of a number that no shape has."""
    return Shape(-1 - place, 0, "", kind, points)
