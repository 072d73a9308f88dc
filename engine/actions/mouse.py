"""The mouse: clicks, drags, wheel, Block by Ctrl. View points come in; what is in hand gets frame points.

A button is 1 (left), 2 (middle), 3 (right), or 0 where none is held. What is between two events: `session.view.mouse`.
"""

from __future__ import annotations

from engine.actions import action, frames, hand, view
from engine.counting import counted
from engine.document import Point
from engine.gestures import Editing, Idle, Prompting, Sifting, Tracing, dispatch, editing, grid, sifting, tracing
from engine.scene_strip import frame_at, is_on_strip
from engine.session import Session

FAR = 6.0
"""View pixels from press to release that make a drag of a click."""
WHEEL = 0.05
"""By which a step of the wheel with Ctrl slides the confidence."""
PAN_WHEEL = 60.0
"""View pixels by which a step of the wheel moves the view while the middle button is held."""


@action("mouse.move", "The mouse has moved")
def move(session: Session, x: float, y: float, button: int = 0, ctrl: bool = False) -> None:
    """Let the cursor follow, or the view if the middle button is held."""
    mouse, point = session.view.mouse, (float(x), float(y))
    _block(session, ctrl)
    if mouse.panning and int(button) == 2:
        view.drag(session, mouse.last[0] - point[0], mouse.last[1] - point[1])
        mouse.last = point
        return
    mouse.panning = False
    if session.view.jump is not None or (not int(button) and is_on_strip(session, point)):
        return
    if int(button) == 1 and mouse.pressed is not None and _is_far(mouse.pressed, point):
        _drag_selected(session, mouse.pressed)
    _to(session, point)


@action("mouse.press", "A mouse button goes down")
def press(session: Session, x: float, y: float, button: int = 1, ctrl: bool = False) -> None:
    """Click at a point, inside with the left button and outside with the right one; the middle one takes the view.

    A click on a crop of the strip goes to its frame.
    """
    mouse, point, button = session.view.mouse, (float(x), float(y)), int(button)
    if is_on_strip(session, point):
        frame = frame_at(session, point)
        if frame is not None:
            frames.go(session, counted(frame))
        return
    mouse.last = point
    if button == 2:
        mouse.panning = True
        return
    _block(session, ctrl)
    grid.put_away(session)
    _to(session, point)
    mouse.pressed = point if button == 1 else None
    (hand.positive if button == 1 else hand.negative)(session)


@action("mouse.release", "A mouse button goes up")
def release(session: Session, x: float, y: float, button: int = 1, ctrl: bool = False) -> None:
    """Let a drag end as a click where what is in hand takes drags; in a review the keys are its own again then."""
    mouse, point = session.view.mouse, (float(x), float(y))
    mouse.panning = False
    _unblock(session, ctrl)
    if int(button) != 1 or mouse.pressed is None:
        return
    start, mouse.pressed = mouse.pressed, None
    _to(session, point)
    far = _is_far(start, point)
    dispatch.release(session, far)
    if session.review.on and far and isinstance(session.gesture, Editing) and not session.gesture.grabbed:
        session.take(Idle())


@action("mouse.wheel", "The wheel turns")
def wheel(session: Session, x: float, y: float, steps: int, ctrl: bool = False) -> None:
    """Zoom at a point (up is in), move the view with the middle button held; with Ctrl size the square, or slide.

    Over the strip it steps through the frames.
    """
    _unblock(session, ctrl)
    steps = int(steps)
    if ctrl and isinstance(session.gesture, Sifting):
        sifting.move(session, WHEEL if steps > 0 else -WHEEL)
    elif ctrl and isinstance(session.gesture, Tracing):
        tracing.resize(session, session.gesture, 1 if steps > 0 else -1)
    elif is_on_strip(session, (float(x), float(y))):
        frames.step(session, -steps)
    elif session.view.mouse.panning:
        view.drag(session, 0.0, -steps * PAN_WHEEL)
    else:
        at = session.view.viewport.to_frame((float(x), float(y)))
        view.zoom(session, "in" if steps > 0 else "out", at)


@action("mouse.ctrl", "Ctrl goes down or up")
def control(session: Session, held: bool) -> None:
    """Block while Ctrl is held, on the word of a terminal that reports the key itself: from now on that decides."""
    session.view.mouse.ctrl_is_reported = True
    dispatch.hold_block(session, held)


def _drag_selected(session: Session, start: Point) -> None:
    """Let a drag that began on the selected shape take its vertex, or the whole of it, along."""
    shape = session.shape(session.selection.selected)
    if isinstance(session.gesture, Idle) and shape is not None and shape.id not in session.selection.locked:
        editing.start(session)
    if isinstance(session.gesture, Editing) and not session.gesture.grabbed:
        _to(session, start)
        hand.positive(session)


def _to(session: Session, point: Point) -> None:
    """Put the cursor on a view point, kept within the frame; the view stays."""
    x, y = session.view.viewport.to_frame(point)
    width, height = session.view.viewport.frame_size
    session.view.cursor = (min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height)))
    session.view.cursor_shown = True
    dispatch.moved(session)
    session.changed()


def _block(session: Session, ctrl: bool) -> None:
    """Hold Block as long as mouse events come with Ctrl; where the terminal reports Ctrl itself, that decides."""
    if not session.view.mouse.ctrl_is_reported:
        dispatch.hold_block(session, ctrl and isinstance(session.gesture, Prompting | Tracing))


def _unblock(session: Session, ctrl: bool) -> None:
    """Let any event without Ctrl end the block; the wheel never begins one."""
    if not ctrl:
        _block(session, ctrl)


def _is_far(start: Point, point: Point) -> bool:
    return abs(point[0] - start[0]) > FAR or abs(point[1] - start[1]) > FAR
