"""What a person has said of shapes and of whole pictures; of tracks see `states`.

A shape that is right is verified. One that is flagged keeps the comment until it is changed: then it is unseen again.
A picture is judged as a whole where the trouble is that nothing is on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from engine.document import Document, Judgement, Picture, ReviewState, Shape
from engine.edit_types import Edit, PutPicture, PutShape
from engine.review.states import SETTLED, State


def evidence(shape: Shape) -> str:
    """Return a digest of what a shape shows."""
    mask = shape.mask and (shape.mask.size, shape.mask.counts)
    shown = shape.label, shape.type, shape.points, shape.rotation, mask
    return hashlib.blake2b(repr(shown).encode(), digest_size=8).hexdigest()


def state_of_shape(shape: Shape) -> State:
    """Return what was said of a shape as it stands; unseen if it has changed since."""
    said = shape.review
    if said is not None and (not said.evidence or said.evidence == evidence(shape)):
        return said.state
    return "accepted" if shape.verified else "unseen"


def state_of_picture(document: Document, frame: int) -> State:
    """Return what was said of a picture on which nothing is."""
    line = document.pictures.get(frame)
    said = None if line is None else line.review
    return "unseen" if said is None or document.shapes(frame) else said.state


def state_on(document: Document, frame: int, ids: Iterable[int]) -> State:
    """Return the state of shapes on a frame, that of the first one not settled; of the picture where none is there."""
    states = [state_of_shape(shape) for shape in standing(document, frame, ids)]
    if not states:
        return state_of_picture(document, frame)
    return next((state for state in states if state not in SETTLED), states[0])


def standing(document: Document, frame: int, ids: Iterable[int]) -> list[Shape]:
    """Return which shapes of some ids stand on a frame, in the order of the ids."""
    there = {shape.id: shape for shape in document.shapes(frame)}
    return [there[number] for number in ids if number in there]


def judging(
    document: Document, frame: int, ids: Iterable[int], state: ReviewState, *, reason: str = "", comment: str = "",
    by: str = "", at: str = "", picture: Picture | None = None,
) -> Iterator[Edit]:  # fmt: skip
    """Yield the edits that say something of shapes on a frame, or of the picture where none of them is there.

    `picture` is what the media knows of it (`session.media.frames.picture`), for one that has no line in the document
    yet. A frame of a video has none: nothing is yielded for it. `reason` and `at` as in `states.judged`.
    """
    said = Judgement(state, reason, comment, by, at)
    shapes = standing(document, frame, ids)
    for shape in shapes:
        new = replace(said, evidence=evidence(shape))
        yield PutShape(replace(shape, verified=state in SETTLED, review=new))
    line = document.pictures.get(frame, picture)
    if not shapes and line is not None:
        yield PutPicture(frame, replace(line, review=said))


def unsaying(document: Document, frame: int, ids: Iterable[int]) -> Iterator[Edit]:
    """Yield the edits that take back what was said of shapes on a frame, or of the picture."""
    shapes = standing(document, frame, ids)
    for shape in shapes:
        yield PutShape(replace(shape, verified=False, review=None))
    line = document.pictures.get(frame)
    if not shapes and line is not None and line.review is not None:
        yield PutPicture(frame, replace(line, review=None))
