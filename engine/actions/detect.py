"""Detectors: run over this frame, a range or all, their label tables, their confidence; proposals taken by letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.actions import action
from engine.counting import counted, frame_of
from engine.document import Label, TableRow
from engine.edits import Edit, PutLabels, PutTable
from engine.errors import AppError, EditError, nearest
from engine.gestures import hinting, sifting, sources
from engine.palette import label_color
from engine.runs.by_detection import METHODS
from engine.session import Session, detecting
from engine.tools.detecting.tiles import LARGEST, SMALLEST

WHERE = "this frame (frame), a range (4-9) or all"


@action("detect.run", "Annotate with a detector")
def run(session: Session, detector: str, where: str = "frame") -> None:
    """Run a detector over this `frame`, `all` frames, or those from one number to another (`4-9`)."""
    spec, frames = detecting.spec_of(detector), frames_of(session, where)
    session.hand.last_tool = ("detect.run", detector, "frame")
    detecting.start(session, spec, frames)


@action("detect.tracks", "Annotate as tracks with a detector")
def tracks(session: Session, detector: str, where: str = "all", method: str = "bytetrack") -> None:
    """Run a detector over frames (see `run`), and join what it finds into a track for each object.

    `method` is `bytetrack` or `ocsort`.
    """
    spec, frames = detecting.spec_of(detector), frames_of(session, where)
    if method not in METHODS:
        raise AppError(f'Nothing that joins tracks is called "{method}"', nearest(method, METHODS))
    detecting.start(session, spec, frames, method=method)


@action("detect.tiles", "Detect on tiles of {0} pixels, 0 for none")
def tiles(session: Session, size: str | int) -> None:
    """Have detectors look at overlapping tiles of so many pixels as well, so that what is small is found."""
    size = str(size)
    if not size.isdecimal() or 0 < int(size) < SMALLEST or int(size) > LARGEST:
        raise AppError("A tile has no such size", f"give pixels from {SMALLEST} to {LARGEST}, or 0 for no tiles")
    session.set(tiles=int(size))
    session.tell(f"Detectors look at tiles of {size} pixels, too" if int(size) else "Detectors look at whole frames")


def frames_of(session: Session, where: str) -> Sequence[int]:
    """Return the frames that are named; raise AppError if they are none of the media's."""
    count = len(session.media.frames)
    if where in ("frame", "all"):
        return [session.frame] if where == "frame" else range(count)
    first, _, last = where.partition("-")
    ends = frame_of(first, range(count)), frame_of(last or first, range(count))
    if ends[0] is None or ends[1] is None or ends[1] < ends[0]:
        raise AppError("No such frames", f"they go from {counted(0)} to {counted(count - 1)}; write them as 4-9")
    return range(ends[0], ends[1] + 1)


@action("detect.again", "Annotate this frame with the last detector")
def again(session: Session) -> None:
    """Run the detector that was used last over the shown frame."""
    run(session, sources.detector_of(session))


@action("detect.table", "Match a detector's labels with ours")
def table(session: Session, detector: str, rows: Sequence[Any]) -> None:
    """Keep a label table, given as rows of plain values; labels of ours that there are not yet are added with it."""
    spec = detecting.spec_of(detector)
    try:
        kept = msgspec.convert(rows, tuple[TableRow, ...])
    except msgspec.ValidationError as error:
        raise EditError("The label table does not fit", str(error)) from error
    if kept == session.document.tables.get(detector):
        return
    labels = list(session.document.labels)
    for name in dict.fromkeys(row.ours for row in kept if row.ours):
        if session.document.label(name) is None:
            labels.append(Label(name, color=label_color(len(labels))))
    edits: list[Edit] = [PutTable(detector, kept)]
    if len(labels) > len(session.document.labels):
        edits.insert(0, PutLabels(tuple(labels)))
    session.commit(f"Labels of {spec.name}", *edits)
    if not session.label and labels:
        session.label = labels[0].name
        session.changed()


# the confidence


@action("detect.sift", "Confidence: slide what the detector's last results take")
def sift(session: Session) -> None:
    """Take the slider in hand for the detector that was used last on this frame."""
    sifting.begin(session)


@action("detect.confidence", "Confidence {0}")
def confidence(session: Session, change: str | float) -> None:
    """Move the slider by so much."""
    sifting.move(session, float(change))


# hints


@action("hints.open", "Object hints: a letter on each proposal accepts it")
def hints(session: Session) -> None:
    """Put a letter on whatever detectors have found here and nobody has taken; run the last one where none has yet."""
    hinting.begin(session)


@action("hints.type", "Accept the proposal of a letter; with Shift reject it")
def choose(session: Session, letter: str) -> None:
    """Take one letter of a hint."""
    hinting.typed(session, letter)


@action("hints.back", "Take back the last letter, or the last proposal that was accepted")
def back(session: Session) -> None:
    """Take back a letter, with none typed the last step."""
    hinting.back(session)


@action("hints.all", "Accept every proposal that is left")
def accept_all(session: Session) -> None:
    """Accept what bears a hint, as one step of undo."""
    hinting.accept_all(session)
