"""Copies of a finished shape: remembered and put on another frame, or on all that follow, if they have room for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from engine import items
from engine.actions import action
from engine.counting import counted, frame_of
from engine.document import Shape
from engine.edits import PutShape, PutShapes
from engine.errors import AppError, MediaError
from engine.frame_bounds import fitted
from engine.geometry import Size
from engine.gestures.making import changed_shape
from engine.gestures.selected import chosen
from engine.jobs import Progress, Sized, Step
from engine.session import Session
from engine.tracks.edit import hold

TOLD = 200
"""Frames whose sizes are looked up between two words on how far it is."""


@action("shape.copy", "Copy the selected object")
def copy(session: Session) -> None:
    """Remember the selected shape."""
    shape = session.shape(session.selection.selected)
    if shape is not None:
        session.selection.clipboard, session.selection.clipboard_size = shape, session.view.viewport.frame_size
        session.tell(f"Copied {shape.label} {shape.id}")


@action("shape.paste", "Paste on this frame")
def paste(session: Session) -> None:
    """Put a copy of the remembered shape on the shown frame."""
    shape, size = session.selection.clipboard, session.view.viewport.frame_size
    if shape is None:
        session.tell("Nothing has been copied yet", "warning")
        return
    placed = _placed(shape, session.selection.clipboard_size, size)
    if placed is None:
        session.tell(f"The copied {shape.type} has no place on this frame of {size[0]} x {size[1]} pixels", "warning")
        return
    new = _copied(placed, session.document.next_id, session.frame)
    session.commit(f"Paste {new.label} {new.id}", PutShape(new))
    session.selection.selected = new.id
    session.changed()


def _copied(shape: Shape, number: int, frame: int) -> Shape:
    """Return a copy for a frame: a person's, also of what a detector found, which would replace its own."""
    source = "semi-auto" if shape.source == "auto" else shape.source
    return changed_shape(shape, id=number, frame=frame, group=0, source=source)


def _placed(shape: Shape, old: Size, new: Size) -> Shape | None:
    """Return a shape as it is on a frame of the same size, else as it fits, None if it does not."""
    return shape if old == new and shape.mask is None else fitted(shape, new)


@action("shape.propagate", "Copy the selected object to the following frames")
def propagate(session: Session, last: str | int) -> None:
    """Put copies of the selected shape on every following frame up to `last`, once the sizes of these are known.

    A track is held as it is here.
    """
    shape = chosen(session)
    if shape is None:
        return
    here, media = session.frame, session.media.frames
    end = frame_of(last, range(here + 1, len(media)))
    if end is None:
        raise AppError("Nothing to copy to", f"choose a frame from {counted(here + 1)} to {counted(len(media) - 1)}")
    if shape.id in session.document.tracks:
        edits = hold(session.document, shape.id, here, end, session.document.motion)
        session.commit(f"Propagate {shape.label} {shape.id}", *edits)
        session.tell(f"Held as it is here, up to frame {counted(end)} or a person's next keyframe")
        return
    size = session.view.viewport.frame_size

    def run(ticket: int) -> Iterator[Step]:
        sizes: list[tuple[int, Size | None]] = []
        for frame in range(here + 1, end + 1):
            try:
                sizes.append((frame, media.size(frame)))
            except MediaError:
                sizes.append((frame, None))
            if len(sizes) % TOLD == 0:
                yield Progress(ticket, "Copying", len(sizes), end - here)
        yield Sized(ticket, shape, size, tuple(sizes))

    session.jobs.start("propagate", run, receive=partial(receive, session))


def receive(session: Session, step: Sized) -> None:
    """Put the copies on the frames whose sizes have come; say on how many there is no place for one."""
    shape, first = items.find(session.document, step.shape.frame, step.shape.id), session.document.next_id
    if shape is None:
        raise AppError("There is nothing to copy any more", "the object has been deleted meanwhile")
    placed = [(frame, _placed(shape, step.size, size) if size is not None else None) for frame, size in step.sizes]
    fitting = [(frame, found) for frame, found in placed if found is not None]
    left = len(placed) - len(fitting)
    other = f"{left} frame(s) left out: a {shape.type} has no place on a frame of another size, or one that is damaged"
    if not fitting:
        raise AppError("Copied to no frame", other)
    copies = [_copied(found, first + i, frame) for i, (frame, found) in enumerate(fitting)]
    session.commit(f"Propagate {shape.label} {shape.id}", PutShapes(tuple(copies)))
    told = f"Copied to {len(copies)} frame(s)"
    session.tell(f"{told}, {other}" if left else told, "warning" if left else "information")
