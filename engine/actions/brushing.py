"""Brush and eraser: painting a mask, also one that is there already."""

from __future__ import annotations

from dataclasses import replace

from engine.actions import action
from engine.actions.making import put_shapes
from engine.actions.shapes import is_here
from engine.actions.taking import begin
from engine.document import Point, Rle, Shape
from engine.masks import brush, encode_window, mask_area
from engine.session import Session
from engine.work import Brush, Idle

SMALLEST, LARGEST = 0.5, 500.0
STEP = 1.25
NO_AREA = ("points", "polyline")


@action("brush.start", "Paint a mask, or correct the selected one")
def start(session: Session) -> None:
    """Take the brush in hand; a selected mask, polygon, rectangle or ellipse is painted on."""
    from engine.shapes_from import mask_of

    session.labelled()
    shape = session.shape(session.selected)
    if shape is None or shape.id in session.locked or shape.type in NO_AREA or not is_here(session, shape):
        begin(session, Brush())
        session.last_tool = ("brush.start",)
        return
    size = session.view.viewport.frame_size
    mask = shape.mask
    if mask is None:
        found = mask_of(shape, size)
        mask = encode_window(found.mask, found.origin, (size[1], size[0]))
    begin(session, Brush(mask=mask, replaces=shape.id))
    session.label, session.last_tool = shape.label, ("brush.start",)


@action("brush.erase", "Brush or eraser")
def erase(session: Session) -> None:
    """Toggle between painting and erasing."""
    if isinstance(session.work, Brush):
        session.work = replace(session.work, erase=not session.work.erase)
        session.changed()


def resize(session: Session, change: int) -> None:
    """Make the brush larger or smaller."""
    radius = session.brush * (STEP if change > 0 else 1 / STEP)
    session.brush = round(min(max(radius, SMALLEST), LARGEST), 2)
    session.changed()


def _empty(session: Session) -> Rle:
    import numpy as np

    width, height = session.view.viewport.frame_size
    return encode_window(np.zeros((1, 1), bool), (0, 0), (height, width))


def _stroke(session: Session, work: Brush, start: Point, end: Point) -> Brush:
    mask = brush(work.mask or _empty(session), start, end, radius=session.brush, add=not work.erase)
    return replace(work, mask=mask, last=end)


def click(session: Session, point: Point, positive: bool) -> None:
    """Put the brush down or lift it; a right click switches brush and eraser."""
    work = session.work
    assert isinstance(work, Brush)
    if not positive:
        erase(session)
    elif work.down:
        session.work = replace(work, down=False, last=None)
        session.changed()
    else:
        session.advance(replace(_stroke(session, work, point, point), down=True))


def moved(session: Session) -> None:
    """Paint from where the brush was to the cursor while it is down."""
    work = session.work
    assert isinstance(work, Brush)
    if work.down and work.last is not None and work.last != session.view.cursor:
        session.work = _stroke(session, work, work.last, session.view.cursor)


def drags(session: Session, far: bool) -> bool:
    """Lift the brush when the button is let go."""
    return isinstance(session.work, Brush) and session.work.down


def finish(session: Session) -> None:
    """Make a mask shape of what is painted."""
    work = session.work
    assert isinstance(work, Brush)
    if work.mask is None or mask_area(work.mask) == 0:
        session.tell("Nothing is painted yet", "warning")
        return
    shape = Shape(id=0, frame=session.frame, label=session.label, type="mask", mask=work.mask)
    put_shapes(session, [shape], work.replaces)


def cancel(session: Session) -> None:
    """Lift the brush, then what is painted, then the tool."""
    work = session.work
    assert isinstance(work, Brush)
    if work.down:
        session.work = replace(work, down=False, last=None)
        session.changed()
    elif session.past:
        first = next(step for step in session.past if isinstance(step, Brush))
        session.take(replace(first, down=False, last=None))
    else:
        session.take(Idle())
