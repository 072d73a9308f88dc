"""What is done with finished shapes; and what clicks do when nothing is in hand: select."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

from engine import items
from engine.actions import action
from engine.actions.making import changed_shape
from engine.document import Point, Shape
from engine.fitting import is_foreign
from engine.geometry import centre
from engine.hits import hit
from engine.outlines import known_box
from engine.session import Session


def click(session: Session, point: Point, positive: bool) -> None:
    """Select the shape there; a click on the one that is selected opens it for editing."""
    from engine.actions import editing

    found = at(session, point)
    if found is not None and found.id == session.selected and positive and found.id not in session.locked:
        editing.start(session)
        return
    session.selected = found.id if found else None
    session.changed()


def at(session: Session, point: Point) -> Shape | None:
    """Return the shape that a click takes: the smallest of those there, the selected one's turn passing on."""
    if session.view.hide_all:
        return None
    tolerance = 6.0 / session.view.viewport.scale
    there = (shape for shape in session.shapes if shape.id not in session.hidden and is_here(session, shape))
    found = [shape for shape in there if hit(shape, point, tolerance)]
    return min(found, key=lambda shape: (-shape.z, _extent(shape)), default=None)


def _extent(shape: Shape) -> float:
    x1, y1, x2, y2 = known_box(shape) or (0.0, 0.0, 0.0, 0.0)
    return (x2 - x1) * (y2 - y1)


def moved(session: Session) -> None:
    """Nothing follows the cursor."""


def drags(session: Session, far: bool) -> bool:
    """Selecting ends with the press."""
    return False


def finish(session: Session) -> None:
    """Take the last tool again."""
    from engine.actions import load_actions

    if not session.last_tool:
        session.tell("No tool has been used yet: I opens the magic wand, B draws a rectangle", "information")
        return
    name, *args = session.last_tool
    load_actions()[name].run(session, *args)


def cancel(session: Session) -> None:
    """Let go of the selection; what is grouped next is a new group."""
    session.selected, session.last_group = None, 0
    session.media.playing = False
    session.changed()


def chosen(session: Session) -> Shape | None:
    """Return the selected shape if it may be changed; tell why not otherwise."""
    shape = session.shape(session.selected)
    if shape is None:
        session.tell("Select an object first (Tab, or click it)", "warning")
    elif shape.id in session.locked:
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


def _change(session: Session, title: str, make: Callable[[Shape], dict[str, object]]) -> None:
    shape = chosen(session)
    if shape is not None:
        changed = changed_shape(shape, **make(shape))
        session.commit(f"{title} {shape.label} {shape.id}", *items.put(session.document, changed))


@action("shape.next", "Select the {0} object")
def select_next(session: Session, direction: str | int = 1) -> None:
    """Select the next (1) or previous (-1) visible object, and put the cursor on it."""
    from engine.actions.view import point_at

    shapes = [shape for shape in session.shapes if shape.id not in session.hidden]
    if not shapes:
        session.tell("No object on this frame")
        return
    ids = [shape.id for shape in shapes]
    here = ids.index(session.selected) if session.selected in ids else (-1 if int(direction) > 0 else 0)
    shape = shapes[(here + int(direction)) % len(shapes)]
    session.selected = shape.id
    box = known_box(shape) if is_here(session, shape) else None
    point_at(session, centre(box or (*session.view.cursor, *session.view.cursor)))


@action("shape.delete", "Delete the selected object")
def delete(session: Session, scope: str = "frame") -> None:
    """Delete the selected shape; of a track this frame's part, that and all later ones (`onwards`), or `all`."""
    shape = chosen(session)
    if shape is None:
        return
    if scope not in get_args(items.Scope):
        raise ValueError(scope)
    edits = items.drop(session.document, shape.frame, shape.id, cast(items.Scope, scope))
    session.commit(f"Delete {shape.label} {shape.id}", *edits)


@action("shape.occluded", "Occluded or not")
def occluded(session: Session) -> None:
    """Toggle occluded."""
    _change(session, "Occluded", lambda shape: {"occluded": not shape.occluded})


@action("shape.z", "z order {0}")
def z_order(session: Session, change: str | int) -> None:
    """Change the z order by a step."""
    _change(session, "Order", lambda shape: {"z": shape.z + int(change)})


@action("shape.lock", "Lock or unlock")
def lock(session: Session) -> None:
    """Toggle the lock of the selected object."""
    if session.selected is None:
        session.tell("Select an object first (Tab, or click it)", "warning")
        return
    session.locked = session.locked ^ {session.selected}
    session.changed()


@action("shape.hide", "Hide or show")
def hide(session: Session) -> None:
    """Toggle the drawing of the selected object; with none selected, show all."""
    if session.selected is None:
        session.hidden = frozenset()
    else:
        session.hidden = session.hidden ^ {session.selected}
    session.changed()


@action("shape.group", "Group: mark the selected object, again to release it")
def group(session: Session) -> None:
    """Put the selected object into the group that is being made on this frame, or take it out of the one it is in.

    Letting go of the selection, or another frame, ends the group: the next object begins another.
    """
    shape = chosen(session)
    if shape is None:
        return
    if shape.group:
        _change(session, "Ungroup", lambda shape: {"group": 0})
        return
    begun = session.last_group and any(other.group == session.last_group for other in session.shapes)
    number = session.last_group if begun else session.document.next_id
    _change(session, "Group", lambda shape: {"group": number})
    session.last_group = number
    if not begun:
        session.tell("Grouped: {shape.group} on others adds them, {tool.cancel} ends the group")


@action("shape.join", "Join the masks of the selected object's group")
def join(session: Session) -> None:
    """Make one mask of the selected shape and those of its group; it keeps the selected one's label."""
    from engine.masks import union
    from engine.shapes_from import rle_of_shape

    shape = outlined(session, chosen(session))
    if shape is None:
        return
    fellows = [s for s in session.shapes if shape.group and s.group == shape.group and is_here(session, s)]
    others = [s for s in fellows if s.id != shape.id]
    areas = [s for s in (shape, *others) if s.type not in ("points", "polyline") and s.id not in session.locked]
    if len(areas) < 2:
        session.tell("Nothing to join: group the masks first", "warning")
        return
    size = session.view.viewport.frame_size
    mask = rle_of_shape(areas[0], size)
    for other in areas[1:]:
        mask = union(mask, rle_of_shape(other, size))
    joined = changed_shape(shape, type="mask", points=(), rotation=0.0, mask=mask, group=0, prompt=None)
    gone = (edit for s in areas[1:] for edit in items.drop(session.document, s.frame, s.id))
    session.commit(f"Join {shape.label} {shape.id}", *gone, *items.put(session.document, joined))
