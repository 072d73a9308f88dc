"""Brush and eraser: painting a mask, also one that is there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from engine.document import Point, Rle, Shape
from engine.gestures import base
from engine.gestures.making import put_shapes
from engine.gestures.selected import is_here
from engine.gestures.taking import begin
from engine.masks import brush, encode_window, mask_area
from engine.session import Session
from engine.session.gesture import Gesture, Idle
from engine.shapes_from import rle_of_shape

SMALLEST, LARGEST = 0.5, 500.0
STEP = 1.25
NO_AREA = ("points", "polyline")

unblocked = base.unblocked


@dataclass(frozen=True)
class Painting(Gesture):
    """A mask being painted."""

    mode: ClassVar[str] = "brush"
    mask: Rle | None = None
    erase: bool = False
    down: bool = False
    """The brush is on the picture: moving the cursor paints."""
    last: Point | None = None
    """Where the stroke has come to."""
    replaces: int | None = None

    @property
    def reopened(self) -> int | None:
        """The shape that is painted on."""
        return self.replaces

    def emptied(self) -> Painting:
        """Return brush or eraser with nothing painted."""
        return Painting(erase=self.erase)

    def taken_by(self) -> tuple[str, ...]:
        """Return the action that takes the brush in hand."""
        return ("brush.start",)

    def lifted(self) -> Painting:
        """Return the same with the brush off the picture."""
        return replace(self, down=False, last=None)


def start(session: Session) -> None:
    """Take the brush in hand; a selected mask, polygon, rectangle or ellipse is painted on."""
    session.labelled()
    shape = session.shape(session.selection.selected)
    if shape is None or shape.id in session.selection.locked or shape.type in NO_AREA or not is_here(session, shape):
        begin(session, Painting())
        session.hand.last_tool = ("brush.start",)
        return
    mask = shape.mask if shape.mask is not None else rle_of_shape(shape, session.view.viewport.frame_size)
    begin(session, Painting(mask=mask, replaces=shape.id))
    session.label, session.hand.last_tool = shape.label, ("brush.start",)


def switch(session: Session, held: Painting) -> None:
    """Take the eraser for the brush, or the brush for the eraser."""
    session.gesture = replace(held, erase=not held.erase)
    session.changed()


def resize(session: Session, change: int) -> None:
    """Make the brush larger or smaller."""
    radius = session.hand.brush * (STEP if change > 0 else 1 / STEP)
    session.hand.brush = round(min(max(radius, SMALLEST), LARGEST), 2)
    session.changed()


def _empty(session: Session) -> Rle:
    width, height = session.view.viewport.frame_size
    return encode_window(np.zeros((1, 1), bool), (0, 0), (height, width))


def _stroke(session: Session, held: Painting, start: Point, end: Point) -> Painting:
    mask = brush(held.mask or _empty(session), start, end, radius=session.hand.brush, add=not held.erase)
    return replace(held, mask=mask, last=end)


def click(session: Session, held: Painting, point: Point, positive: bool) -> None:
    """Put the brush down or lift it; a right click switches brush and eraser."""
    if not positive:
        switch(session, held)
    elif held.down:
        session.gesture = held.lifted()
        session.changed()
    else:
        session.advance(replace(_stroke(session, held, point, point), down=True))


def moved(session: Session, held: Painting) -> None:
    """Paint from where the brush was to the cursor while it is down."""
    if held.down and held.last is not None and held.last != session.view.cursor:
        session.gesture = _stroke(session, held, held.last, session.view.cursor)


resume = moved


def drags(session: Session, held: Painting, far: bool) -> bool:
    """Lift the brush when the button is let go."""
    return held.down


def finish(session: Session, held: Painting) -> None:
    """Make a mask shape of what is painted."""
    if held.mask is None or mask_area(held.mask) == 0:
        session.tell("Nothing is painted yet", "warning")
        return
    shape = Shape(id=0, frame=session.frame, label=session.label, type="mask", mask=held.mask)
    put_shapes(session, [shape], held.replaces)


def cancel(session: Session, held: Painting) -> None:
    """Lift the brush, then what is painted, then the tool."""
    if held.down:
        session.gesture = held.lifted()
        session.changed()
        return
    first = next((step for step in session.hand.past if isinstance(step, Painting)), None)
    session.take(Idle() if first is None else first.lifted())
