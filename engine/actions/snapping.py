"""Snap: the selected box, outline or mask fitted to the object in the picture, where models run, in one undo step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil, cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from engine import items
from engine.actions import action
from engine.document import Box, Point, Shape
from engine.geometry import Size, box_from, centre
from engine.gestures import Editing, Idle
from engine.gestures.making import changed_shape
from engine.gestures.selected import chosen, outlined
from engine.jobs import Answer, Step
from engine.masks import encode_window
from engine.outlines import pair
from engine.prompt import Prompt
from engine.requests import Predict
from engine.session import Session
from engine.settings import Settings
from engine.shapes_from import mask_of, rings_of
from engine.tools.base import Prediction
from engine.tools.registry import fitters

KIND = TOOL = "snap"
ROUND = 2.0
"""Sides of the part that is turned upright, in a turned box's own."""
BOXES = ("rectangle", "ellipse")


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of a shape: its box alone, upright in the frame or in a part that is turned; else its mask."""

    shape: Shape
    prompt: Prompt
    mask: Prediction | None = None


@action("shape.snap", "Snap the selected object to its border in the picture")
def snap(session: Session) -> None:
    """Fit the selected shape to the object in it; where the picture is not sure, it stays as it is."""
    held, image = session.gesture, session.media.original
    if not isinstance(held, Idle | Editing) or (isinstance(held, Editing) and held.grabbed):
        session.tell("{tool.finish} finishes what is in hand, {tool.cancel} drops it: snap after that", "warning")
        return
    shape = outlined(session, chosen(session))
    if shape is None or image is None:
        return
    if shape.type in ("points", "polyline"):
        session.tell(f"Snap fits boxes, ellipses, polygons and masks: a {shape.type} has no inside", "warning")
        return
    question = _question(shape, session.view.viewport.frame_size)
    key, pixels = _picture(question, image)
    tools = session.tools

    def run(ticket: int) -> Iterator[Step]:
        began = time.perf_counter()
        features = tools.features(TOOL, key, pixels())
        found = tools.interactor(TOOL).predict(features, question.prompt, question.mask)
        yield Answer(ticket, question.prompt, found, time.perf_counter() - began)

    asked = Predict(TOOL, key, pixels, question.prompt, question.mask)
    request = asked if fitters()[TOOL].process == "engine" else None
    session.jobs.start(KIND, run, receive=partial(receive, session, question), request=request)
    session.changed()


def receive(session: Session, question: Question, step: Answer) -> None:
    """Put the fitted shape in the place of the one that was asked about, if that is still as it was."""
    shape = question.shape
    what = f"{shape.label} {shape.id}"
    if items.find(session.document, shape.frame, shape.id) != shape:
        session.tell(f"{what} has been changed meanwhile: snap left it as it is", "warning")
        return
    fitted = _fitted(question, step.prediction, session.settings)
    if fitted is None:
        session.tell(f"{what} is kept as it was: the picture shows no surer border")
    else:
        session.commit(f"Snap {what}", *items.put(session.document, fitted))


def cancel(session: Session) -> None:
    """Stop looking for the border; the shape stays."""
    session.jobs.cancel(KIND)
    session.tell("Snap was given up: the object is as it was")
    session.changed()


def _question(shape: Shape, size: Size) -> Question:
    if shape.type not in BOXES:
        return Question(shape, Prompt(), mask_of(shape, size))
    box = _box(shape)
    if not shape.rotation:
        return Question(shape, Prompt(box=box))
    width, height = box[2] - box[0], box[3] - box[1]
    left, top = ((side - own) / 2 for side, own in zip(_room(box), (width, height), strict=True))
    return Question(shape, Prompt(box=(left, top, left + width, top + height)))


def _box(shape: Shape) -> Box:
    """Return a rectangle's or ellipse's own box, as it is before it is turned."""
    (x1, y1), (x2, y2) = pair(shape)
    return box_from((2 * x1 - x2, 2 * y1 - y2), (x2, y2)) if shape.type == "ellipse" else box_from((x1, y1), (x2, y2))


def _room(box: Box) -> Size:
    return ceil(ROUND * (box[2] - box[0])) + 2, ceil(ROUND * (box[3] - box[1])) + 2


def _picture(question: Question, image: NDArray[np.uint8]) -> tuple[object, Callable[[], NDArray[np.uint8]]]:
    """Return the name and the pixels of what is looked at: the frame, or a part of it that is turned upright."""
    shape = question.shape
    if question.mask is not None or not shape.rotation:
        return (shape.frame, "original"), lambda: image
    box = _box(shape)

    def turned() -> NDArray[np.uint8]:
        from engine.tools.segment.turning import upright

        return upright(image, centre(box), shape.rotation, _room(box))

    return (shape.frame, "turned", box, shape.rotation), turned


def _fitted(question: Question, found: Prediction, settings: Settings) -> Shape | None:
    """Return the shape as it was found to be, None where that is what it was."""
    shape, mask = question.shape, question.mask
    if mask is None:
        return _fitted_box(question, found)
    if (found.origin == mask.origin and np.array_equal(found.mask, mask.mask)) or not found.mask.any():
        return None
    if shape.mask is not None:
        return changed_shape(shape, mask=encode_window(found.mask, found.origin, shape.mask.size))
    rings = rings_of(found, settings)
    return changed_shape(shape, points=rings[0]) if len(rings[0]) > 2 else None


def _fitted_box(question: Question, found: Prediction) -> Shape | None:
    shape, asked = question.shape, question.prompt.box
    assert asked is not None
    (x, y), (height, width) = found.origin, found.mask.shape
    whole = (float(x), float(y), float(x + width), float(y + height))
    # the answer is in whole pixels: a side that is not a pixel away was not moved
    x1, y1, x2, y2 = (old if round(old) == new else new for old, new in zip(asked, whole, strict=True))
    if (x1, y1, x2, y2) == asked or x2 - x1 < 1 or y2 - y1 < 1:
        return None
    middle, half = centre((x1, y1, x2, y2)), ((x2 - x1) / 2, (y2 - y1) / 2)
    if shape.rotation:
        middle = _in_frame(shape, middle, centre(asked))
    corner = (middle[0] + half[0], middle[1] + half[1])
    first = middle if shape.type == "ellipse" else (middle[0] - half[0], middle[1] - half[1])
    return changed_shape(shape, points=(first, corner))


def _in_frame(shape: Shape, point: Point, middle: Point) -> Point:
    """Return where a point of the upright part, round whose `middle` the shape is turned, lies in the frame."""
    (x, y), turn = centre(_box(shape)), radians(shape.rotation)
    dx, dy = point[0] - middle[0], point[1] - middle[1]
    return x + dx * cos(turn) - dy * sin(turn), y + dx * sin(turn) + dy * cos(turn)
