"""A finished object taken in hand again: with its own prompt, or with another interactor that starts from its mask."""

from __future__ import annotations

from engine.gestures import drawing, tracing
from engine.gestures.interactors import usable
from engine.gestures.preparing import prepare
from engine.gestures.prompting import Prompting, request
from engine.gestures.selected import outlined
from engine.gestures.taking import begin
from engine.prompt import Click, Prompt
from engine.session import Session
from engine.shapes_from import mask_of


def reopen(session: Session) -> None:
    """Take the selected shape's own tool and prompt in hand again."""
    shape = session.shape(session.selection.selected)
    if shape is None:
        session.tell("Select the object to redraw first", "warning")
        return
    if shape.id in session.selection.locked:
        session.tell("The object is locked: {shape.lock} unlocks it", "warning")
        return
    if outlined(session, shape) is None:
        return
    record = shape.prompt
    if record is None:
        drawing.redraw(session, shape)
        return
    if usable(record.tool).path:
        tracing.reopen(session, shape, record)
        return
    prompt = Prompt(tuple(Click((x, y), inside) for x, y, inside in record.points), record.box)
    start = mask_of(shape, session.view.viewport.frame_size)
    held = Prompting(record.tool, prompt, replaces=shape.id, start=start)
    begin(session, held)
    session.label = shape.label
    request(session, held)
    prepare(session)


def refine(session: Session, tool: str) -> None:
    """Take an interactor in hand with the selected shape's mask as its start."""
    shape, spec = session.shape(session.selection.selected), usable(tool)
    if shape is None:
        session.tell("Select the object to refine first", "warning")
        return
    if shape.id in session.selection.locked:
        session.tell("The object is locked: {shape.lock} unlocks it", "warning")
        return
    if spec.path:
        session.tell(f"{spec.name} follows an outline: it refines no object", "warning")
        return
    if outlined(session, shape) is None:
        return
    if not spec.refines:
        session.tell(f"{spec.name} cannot start from a shape: it begins with a new prompt", "warning")
    start = mask_of(shape, session.view.viewport.frame_size) if spec.refines else None
    prompt = Prompt()
    if shape.prompt is not None:
        kept = tuple(Click((x, y), inside) for x, y, inside in shape.prompt.points if inside or spec.negatives)
        prompt = Prompt(kept, shape.prompt.box if spec.accepts_box or spec.needs_box else None)
    boxing = spec.needs_box and prompt.box is None
    held = Prompting(tool, prompt, replaces=shape.id, start=start, boxing=boxing)
    begin(session, held)
    session.label = shape.label
    if prompt:
        request(session, held)
    prepare(session)
