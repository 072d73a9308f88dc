"""What is remembered with the frame that was shown last: label, tool and zoom, taken again when it is opened."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from engine.document import SHAPE_TYPES, Document, Left
from engine.errors import ToolError
from engine.gestures import Drawing, Gesture, Painting, Prompting, Tracing
from engine.session import Session
from engine.tools.registry import interactors, trackers
from engine.viewport import MAX_SCALE


def to_save(session: Session) -> Document:
    """Return the document as it is saved: with the frame that is shown, and how it was left."""
    if session.media.shown < 0:  # nothing has been seen yet
        return session.document
    return msgspec.structs.replace(session.document, last_frame=session.frame, left=left(session))


def left(session: Session) -> Left | None:
    """Return what is to be remembered; None where all is as in a document that is opened for the first time."""
    labels, held = session.document.labels, session.gesture.taken_by()
    found = Left(
        label=session.label if labels and session.label != labels[0].name else "",
        tool=held or session.hand.last_tool,
        in_hand=bool(held),
    )
    viewport = session.view.viewport
    if not viewport.is_fitted:
        x, y = viewport.middle
        found = msgspec.structs.replace(found, zoom=round(viewport.scale, 4), centre=(round(x, 2), round(y, 2)))
    return None if found == Left() else found


def restore(session: Session) -> None:
    """Take again what was remembered, as far as it still means anything; called when the first frame is there."""
    document, view = session.document, session.view
    found = document.left
    if found is None:
        return
    if document.label(found.label) is not None:
        session.label = found.label
    try:
        gesture = _taken_by(found.tool)
    except ToolError as error:  # a tool file of the user's own is broken: that keeps no document from being shown
        gesture = None
        session.tell(f"{error.title}. {error.detail}", "warning")
    if gesture is not None:
        session.hand.last_tool = found.tool
        if found.in_hand and session.label and not session.read_only:
            session.take(gesture)
    if found.centre is not None and 0 < found.zoom <= MAX_SCALE and session.frame == document.last_frame:
        x, y = found.centre
        view.viewport = replace(view.viewport, scale=found.zoom).around((x, y, x, y))
        view.cursor = found.centre


def _taken_by(tool: tuple[str, ...]) -> Gesture | None:
    """Return a tool of a file, in hand: None for what is none, whatever an edited file says."""
    match tool:
        case ("tool.interact", name) if name in interactors():
            spec = interactors()[name]
            return Tracing(name) if spec.path else Prompting(name, boxing=spec.needs_box)
        case ("draw.start", name):
            return next((Drawing(kind) for kind in SHAPE_TYPES if kind == name != "mask"), None)
        case ("track.draw", name) if name in trackers():
            return Drawing("rectangle", tracker=name)
        case ("brush.start",):
            return Painting()
    return None
