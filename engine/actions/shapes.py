"""What is done with finished shapes: selected by key, deleted, ordered, locked, hidden, grouped, joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

from engine import items
from engine.actions import action
from engine.counting import frame_of
from engine.document import Shape
from engine.errors import AppError
from engine.geometry import centre
from engine.gestures.cursor import point_at
from engine.gestures.making import changed_shape
from engine.gestures.selected import chosen, is_here, outlined
from engine.outlines import known_box
from engine.session import Session, following
from engine.tracks.cut import cut


def _change(session: Session, title: str, make: Callable[[Shape], dict[str, object]]) -> None:
    shape = chosen(session)
    if shape is not None:
        changed = changed_shape(shape, **make(shape))
        session.commit(f"{title} {shape.label} {shape.id}", *items.put(session.document, changed))


@action("shape.sort", "Objects by their scores, the doubtful ones first, or as they were made")
def sort(session: Session) -> None:
    """Turn the order of the list of objects, in which the next one is also selected."""
    session.view.by_score = not session.view.by_score
    session.tell("Objects by score, the lowest first" if session.view.by_score else "Objects as they were made")
    session.changed()


@action("shape.next", "Select the {0} object")
def select_next(session: Session, direction: str | int = 1) -> None:
    """Select the next (1) or previous (-1) visible object, and put the cursor on it."""
    shapes = [
        shape
        for shape in items.listed(session.shapes, session.view.by_score)
        if shape.id not in session.selection.hidden
    ]
    if not shapes:
        session.tell("No object on this frame")
        return
    ids = [shape.id for shape in shapes]
    number = session.selection.selected
    here = ids.index(number) if number in ids else (-1 if int(direction) > 0 else 0)
    shape = shapes[(here + int(direction)) % len(shapes)]
    session.selection.pick(shape.id)
    box = known_box(shape) if is_here(session, shape) else None
    point_at(session, centre(box or (*session.view.cursor, *session.view.cursor)))


@action("shape.delete", "Delete the selected object")
def delete(session: Session, scope: str = "frame", first: str | int = 0, last: str | int = 0) -> None:
    """Delete the selected shape; of a track this frame's part, that and all later ones (`onwards`), or `all`.

    Or a `range` of its frames, by their numbers on the screen, both included.
    """
    shape = chosen(session)
    if shape is None:
        return
    if scope not in (*get_args(items.Scope), "range"):
        raise ValueError(scope)
    session.selection.scope = scope
    track = session.document.tracks.get(shape.id)
    if scope == "range" and track is not None:
        begin, end = (frame_of(number, range(len(session.media.frames))) for number in (first, last))
        if begin is None or end is None or end < begin:
            raise AppError("No such frames", f"they go from 1 to {len(session.media.frames)}: for example 12-40")
        edits = cut(session.document, track, begin, end, session.document.motion)
    else:
        wanted = "frame" if scope == "range" else scope
        edits = items.drop(session.document, shape.frame, shape.id, cast(items.Scope, wanted))
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
    picked = session.selection
    if picked.selected is None:
        session.tell("Select an object first (Tab, or click it)", "warning")
        return
    picked.locked = picked.locked ^ {picked.selected}
    following.locked(session, picked.selected)
    session.changed()


@action("shape.hide", "Hide or show")
def hide(session: Session) -> None:
    """Toggle the drawing of the selected object; with none selected, show all."""
    picked = session.selection
    picked.hidden = frozenset() if picked.selected is None else picked.hidden ^ {picked.selected}
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
    last = session.selection.last_group
    begun = last and any(other.group == last for other in session.shapes)
    number = last if begun else session.document.next_id
    _change(session, "Group", lambda shape: {"group": number})
    session.selection.last_group = number
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
    locked = session.selection.locked
    areas = [s for s in (shape, *others) if s.type not in ("points", "polyline") and s.id not in locked]
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
