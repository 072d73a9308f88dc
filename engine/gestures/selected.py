"""The selected item as gestures and actions take it: if it may be worked on, else with a word on why not."""

from __future__ import annotations

from engine.document import Shape
from engine.frame_bounds import is_foreign
from engine.session import Session


def chosen(session: Session) -> Shape | None:
    """Return the selected shape if it may be changed; tell why not otherwise."""
    shape = session.shape(session.selection.selected)
    if shape is None:
        session.tell("Select an object first (Tab, or click it)", "warning")
    elif shape.id in session.selection.locked:
        session.tell("The object is locked: {shape.lock} unlocks it", "warning")
        return None
    return shape


def is_here(session: Session, shape: Shape) -> bool:
    """Say whether a shape can be drawn on the shown frame; a mask of another size cannot, and is listed alone."""
    return not is_foreign(shape, session.view.viewport.frame_size)


def outlined(session: Session, shape: Shape | None) -> Shape | None:
    """Return a shape whose outline is to be worked on, None if it has none on this frame; tell why not."""
    if shape is None or is_here(session, shape) or shape.mask is None:
        return shape
    (height, width), frame = shape.mask.size, session.view.viewport.frame_size
    text = f"This mask is {width} x {height} pixels, the frame {frame[0]} x {frame[1]}: it can only be deleted"
    session.tell(text, "warning")
    return None
