"""What the canvas shows, as plain data: made from a session, drawn by `engine.render`, compared to find what changed.

Frozen, so that a worker thread can draw it while the annotator goes on. All points are frame points.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Point, Shape, ShapeType
from engine.prompt import Prompt
from engine.tracks.origin import Origin
from engine.tracks.trail import Place
from engine.viewport import Rect, Viewport

Color = tuple[int, int, int]
"""Red, green, blue, 0..255."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame's pixels after filters; `key` is equal exactly if the pixels are equal."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    key: Hashable


@dataclass(frozen=True, slots=True)
class ShapeView:
    """A shape of the document as it is to be drawn."""

    shape: Shape
    color: Color
    text: str = ""
    selected: bool = False
    locked: bool = False
    handles: bool = False
    """Draw its vertices or corners (edit mode)."""
    hot: int | None = None
    """The vertex that the next action would take."""
    origin: Origin | Literal[""] = ""
    """Of a track: where its shape on this frame comes from. A person's keyframe looks like a shape, others are thin."""


@dataclass(frozen=True, slots=True)
class TrailView:
    """Where the selected track was on up to `reach` frames before the shown one, and will be on as many after it."""

    places: tuple[Place, ...]
    """In the order of frames; those on which it does not stand are left out."""
    reach: int
    color: Color


@dataclass(frozen=True, slots=True)
class PreviewView:
    """An answer that is not committed yet: outlines (each a ring of frame points) with holes by even-odd filling."""

    rings: tuple[tuple[Point, ...], ...]
    color: Color
    stale: bool = False
    """It answers an older prompt than the one shown: drawn dashed."""
    vertices: bool = True
    filled: bool = True


@dataclass(frozen=True, slots=True)
class DraftView:
    """A shape being drawn: its points so far, and the rubber band to the cursor."""

    type: ShapeType
    points: tuple[Point, ...]
    color: Color
    closed: bool = False
    hot: int | None = None
    band: tuple[Point, ...] = ()
    """What follows the last point but is not fixed yet: the cursor, or the live line to it; drawn lighter."""
    anchors: tuple[Point, ...] | None = None
    """The points to mark with dots; None marks every one, unless they stand too close to be told apart."""


@dataclass(frozen=True, slots=True)
class GridView:
    """The labelled grid of the jump: places of `box` in `columns` x `rows`, one text each, row by row."""

    box: Box
    columns: int
    rows: int
    texts: tuple[str, ...] = ()
    typed: str = ""
    """What was typed of a text so far: places that do not begin with it have none."""
    lens: Rect | None = None
    """Where the box is shown magnified; None where it stands."""
    text_size: int = 13
    """Height of letters in view pixels."""


@dataclass(frozen=True, slots=True)
class HintView:
    """The letters of a proposal, from `place` on to the right and down; `typed` of them were typed already."""

    place: Point
    text: str
    typed: int = 0
    text_size: int = 13
    """Height of letters in view pixels."""


@dataclass(frozen=True, slots=True)
class CropView:
    """A crop of the strip: a small picture of the object on one frame."""

    rect: Rect
    """Where it stands on the view."""
    number: str
    """The frame's, as it stands below the picture."""
    pixels: NDArray[np.uint8] | None = field(compare=False)
    """(h, w, 3) RGB; None until it has been made."""
    key: Hashable
    """Equal exactly if the pixels are equal."""
    box: Box | None = None
    """The object's, in shares 0..1 of the crop's width and height."""
    here: bool = False
    """It is of the frame that is shown."""
    within: bool = False
    """Its frame is one of those to be looked at."""
    worst: bool = False


@dataclass(frozen=True, slots=True)
class StripView:
    """The band at the view's lower edge: crops from left to right, none where there is nothing to show."""

    rect: Rect
    crops: tuple[CropView, ...]
    color: Color
    caption: int
    """Height of the numbers' row in view pixels."""
    numbers: bool = True
    """Draw them."""


@dataclass(frozen=True, slots=True)
class Style:
    """How shapes are drawn."""

    fill: float = 0.25
    """Opacity of the inside, 0..1; the selected shape gets 1.6 times as much, a box less than half."""
    outline: int = 2
    """Width in view pixels."""
    texts: bool = True
    text_size: int = 13
    """Height of letters in view pixels; 13 suits cells of 10 x 20."""
    hidden: bool = False
    """Draw no shapes at all."""


@dataclass(frozen=True)
class Scene:
    """Everything that the canvas shows at one moment."""

    picture: Picture | None
    viewport: Viewport
    shapes: tuple[ShapeView, ...] = ()
    """In drawing order: later ones over earlier ones."""
    trail: TrailView | None = None
    preview: PreviewView | None = None
    draft: DraftView | None = None
    prompt: Prompt = field(default_factory=Prompt)
    hot_click: int | None = None
    """The click of the prompt that would be deleted: drawn enlarged."""
    reach: Box | None = None
    """The scissors' red square."""
    grid: GridView | None = None
    hints: tuple[HintView, ...] = ()
    """Drawn over everything but the strip."""
    strip: StripView | None = None
    brush: tuple[Point, float, Literal["add", "remove"]] | None = None
    """Centre, radius in frame pixels, and what it does."""
    cursor: Point | None = None
    """Drawn by the surface itself, as a crosshair: moving it must cost next to nothing."""
    precise: bool = False
    brightness: float = 0.0
    """-1..1, 0 leaves the picture as it is."""
    contrast: float = 0.0
    """-1..1, 0 leaves the picture as it is."""
    style: Style = field(default_factory=Style)
    covered: tuple[Rect, ...] = ()
    """View rectangles in which nothing is drawn over the picture: a message stands there, to be read."""
