"""Committing what tools and drawings have made: fresh ids, groups of parts, the place of a shape that was redrawn."""

from __future__ import annotations

import msgspec

from engine import items
from engine.document import Keyframe, PromptRecord, Shape, Track
from engine.edit_types import PutTrack
from engine.prompt import Prompt
from engine.session import Session
from engine.session.gesture import Idle
from engine.shapes_from import shapes_from
from engine.tools.base import Prediction


def put(session: Session, prediction: Prediction, base: Shape, replaces: int | None) -> bool:
    """Commit a mask as shapes like `base`, in place of the shape that was reopened, if any; say whether it has any."""
    shapes, note = shapes_from(prediction, base, session.view.viewport.frame_size, session.settings)
    if not shapes:
        session.tell("The answer is empty: nothing to save", "warning")
        return False
    put_shapes(session, shapes, replaces)
    if note:
        session.tell(note)
    return True


def put_shapes(session: Session, shapes: list[Shape], replaces: int | None) -> None:
    """Commit new shapes with fresh ids; the first takes the place of the shape that was reopened, if any.

    Several are parts of one object: they have one group, that of the reopened shape if it has one, and what it was.
    """
    old = session.shape(replaces)
    first = session.document.next_id
    group = (old.group if old is not None else 0) or (first + len(shapes) if len(shapes) > 1 else 0)
    numbered = [replace_ids(shape, first + i, group) for i, shape in enumerate(shapes)]
    if old is not None:
        kept = {"label": old.label, "attributes": old.attributes, "z": old.z, "occluded": old.occluded}
        numbered = [changed_shape(shape, **kept) for shape in numbered]
        numbered[0] = changed_shape(numbered[0], id=old.id)
    verb = "Redraw" if old is not None else "Draw"
    edits = (edit for shape in numbered for edit in items.put(session.document, shape))
    session.commit(f"{verb} {numbered[0].label} {numbered[0].id}", *edits)
    session.selection.selected = numbered[0].id  # only now: where the commit is refused, what is in hand stays there
    session.take(Idle())


def put_track(session: Session, shape: Shape, tracker: str) -> None:
    """Commit a shape as a new track that is pinned to a tracker, with a keyframe of a person on its frame."""
    new, first = session.document.next_id, Keyframe(shape.frame, shape.points, shape.rotation, shape.mask)
    track = Track(new, shape.label, shape.type, tracker=tracker, pinned=True, keyframes=(first,))
    session.commit(f"Track {shape.label} {new}", PutTrack(track))
    session.selection.selected = new
    session.take(Idle())


def replace_ids(shape: Shape, shape_id: int, group: int) -> Shape:
    """Return a shape under another id and group."""
    return changed_shape(shape, id=shape_id, group=group)


def changed_shape(shape: Shape, **values: object) -> Shape:
    """Return a shape with some fields replaced."""
    return msgspec.structs.replace(shape, **values)


def record_of(tool: str, prompt: Prompt) -> PromptRecord:
    """Return a prompt as it is saved."""
    return PromptRecord(
        tool=tool, points=tuple((c.point[0], c.point[1], c.positive) for c in prompt.clicks), box=prompt.box
    )
