"""What all edits need: the ids that are taken, numbers of frames that fit, rounding, refusals."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine import rules
from engine.document import Document
from engine.errors import EditError
from engine.ids import Ids
from engine.rounding import rounded


def indexed(document: Document) -> Document:
    """Return the document with its set of taken ids; made once, then carried along by every edit."""
    if document.ids is not None:
        return document
    ids = Ids.of([shape.id for shapes in document.frames.values() for shape in shapes] + list(document.tracks))
    return replace(document, ids=ids)


def must(problem: str, what: str) -> None:
    """Raise EditError for a problem, if there is one."""
    if problem:
        raise EditError(f"{what} does not fit", problem)


def frame_problem(document: Document, frame: int) -> str:
    """Say what is wrong with a frame's number; what a file holds beyond its media may be changed and put back."""
    count = max(document.media.frames, document.beyond)
    last = count - 1 if document.media.frames > 0 else rules.LARGEST_FRAME
    return rules.number_problem(frame, "frame", lowest=0, highest=last)


def round_region(region: Any, what: str) -> Any:
    """Return a shape or keyframe rounded as it is kept."""
    try:
        return rounded(region)
    except (TypeError, ValueError, OverflowError) as error:
        raise EditError(f"{what} does not fit", "its points must be pairs of numbers") from error


def taken_problem(document: Document, number: int) -> str:
    """Say that an id is in use."""
    assert document.ids is not None
    if number not in document.ids:
        return ""
    return f"id {number} is used by another shape or track"
