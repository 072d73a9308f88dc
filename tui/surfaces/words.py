"""The texts of a scene as characters of the terminal: for symbols, where letters made of pixels cannot be read.

A surface with a method `say(words)` is given them; the scene is then painted without its texts.
"""

from __future__ import annotations

import math
from dataclasses import replace

from engine.outlines import shape_box
from engine.render.grid import shown_box
from engine.scene import GridView, Scene, ShapeView, StripView
from engine.text import plain

Words = dict[tuple[int, int], str]
"""(column, row) of a cell in the canvas -> one character."""
LONGEST = 24


def words_of(scene: Scene, cell: tuple[int, int]) -> Words:
    """Return the characters of the jump's grid, else of object hints and shapes' names; and of the strip's numbers."""
    numbers = {} if scene.strip is None else _numbers(scene.strip, cell)
    if scene.grid is not None and scene.grid.texts:
        return _grid(scene, scene.grid, cell) | numbers
    found = _hints(scene, cell) | numbers
    if scene.style.texts and not scene.style.hidden:
        for view in sorted(scene.shapes, key=lambda view: not view.selected):
            found |= _name(scene, view, cell, found)
    return found


def wordless(scene: Scene) -> Scene:
    """Return the scene without what `words_of` says."""
    grid = None if scene.grid is None else replace(scene.grid, texts=())
    strip = None if scene.strip is None else replace(scene.strip, numbers=False)
    return replace(scene, grid=grid, hints=(), strip=strip, style=replace(scene.style, texts=False))


def _grid(scene: Scene, grid: GridView, cell: tuple[int, int]) -> Words:
    left, top, right, bottom = shown_box(scene, grid)
    wide, high = (right - left) / grid.columns, (bottom - top) / grid.rows
    found: Words = {}
    for number, text in enumerate(grid.texts):
        if not text.startswith(grid.typed):
            continue
        x = left + (number % grid.columns + 0.5) * wide
        y = top + (number // grid.columns + 0.5) * high
        text = text[len(grid.typed) :]
        found |= _spread(text, math.floor(x / cell[0] - len(text) / 2 + 0.5), int(y / cell[1]))
    return found


def _hints(scene: Scene, cell: tuple[int, int]) -> Words:
    found: Words = {}
    for hint in reversed(scene.hints):
        x, y = scene.viewport.to_view(hint.place)
        found |= _spread(f" {hint.text[hint.typed :]} ", int(x / cell[0]), int(y / cell[1]))
    return found


def _numbers(strip: StripView, cell: tuple[int, int]) -> Words:
    """Return the numbers below the crops, the shown frame's in brackets."""
    found: Words = {}
    for crop in strip.crops:
        x, y, width, height = crop.rect
        text = f"[{crop.number}]" if crop.here else crop.number
        found |= _spread(text, round((x + width / 2) / cell[0] - len(text) / 2), (y + height + cell[1]) // cell[1])
    return found


def _name(scene: Scene, view: ShapeView, cell: tuple[int, int], taken: Words) -> Words:
    """Return the name above the shape's corner, else below that or under the shape; nothing where all are taken."""
    box = shape_box(view.shape)
    if box is None or not view.text:
        return {}
    (x, y), (_, bottom) = scene.viewport.to_view(box[:2]), scene.viewport.to_view(box[2:])
    width, height = scene.viewport.usable
    if x > width or y > height or x < -width or y < 0:
        return {}
    text, column, top = plain(view.text, LONGEST), max(int(x / cell[0]), 0), int(y / cell[1])
    for row in (max(top - 1, 0), top, int(bottom / cell[1]) + 1):
        around = _spread(f" {text} ", column - 1, row)  # two names side by side would read as one
        if taken.keys().isdisjoint(around) and row < height / cell[1]:
            return _spread(text, column, row)
    return {}


def _spread(text: str, column: int, row: int) -> Words:
    return {(column + i, row): character for i, character in enumerate(text) if column + i >= 0}
