"""The session's door: what is selected and in hand after a commit or an undo of it."""

from __future__ import annotations

import msgspec
import pytest

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import DropShape, PutLabels, PutShape
from engine.gestures import Drawing, Editing, Idle
from engine.session import Session
from tests.engine.actions.conftest import Pictures

BOX = Shape(1, 0, "car", "rectangle", ((100.0, 50.0), (200.0, 150.0)))
OTHER = msgspec.structs.replace(BOX, id=2)
MOVED = msgspec.structs.replace(BOX, points=((110.0, 60.0), (210.0, 160.0)))


@pytest.fixture
def session() -> Session:
    """Return a session with a box on its frame."""
    opened = Session(Document(MediaInfo("x", "video", 10, 320, 200), labels=(Label("car"),)), Pictures())
    opened.commit("x", PutShape(BOX))
    return opened


@pytest.mark.parametrize(
    ("edit", "selected", "after", "undone"),
    [
        (DropShape(0, 1), 1, None, None),  # undo brings it back, not the selection
        (PutShape(OTHER), 2, 2, None),
        (PutShape(OTHER), 1, 1, 1),
        (PutShape(MOVED), 1, 1, 1),
    ],
)
def test_nothing_is_selected_that_is_not_there(session, edit, selected, after, undone):
    session.selection.selected = selected
    session.commit("y", edit)
    session.selection.selected = session.selection.selected if session.shape(selected) is None else selected
    assert session.selection.selected == after
    session.undo()
    assert session.selection.selected == undone


@pytest.mark.parametrize(
    ("held", "edit", "after"),
    [
        (Editing(BOX, vertex=1), PutShape(MOVED), Editing(MOVED, vertex=1)),
        (Editing(BOX), DropShape(0, 1), Idle()),
        (Editing(BOX), PutShape(OTHER), Editing(BOX)),
        (Drawing("polygon", ((1.0, 1.0),)), DropShape(0, 1), Drawing("polygon", ((1.0, 1.0),))),
    ],
)
def test_what_is_edited_is_what_the_document_has(session, held, edit, after):
    session.take(held)
    session.commit("y", edit)
    assert session.gesture == after


def test_a_label_that_undo_takes_back_is_not_the_one_in_use(session):
    session.commit("y", PutLabels((Label("car"), Label("dog"))))
    session.label = "dog"
    session.undo()
    assert session.label == "car"


def test_one_step_on_is_one_step_back_and_ends_what_could_be_done_again(session):
    first, second, third = Drawing("polygon"), Drawing("polygon", ((1.0, 1.0),)), Drawing("polygon", ((2.0, 2.0),))
    session.take(first)
    session.advance(second)
    session.hand.future.append(third)
    session.advance(third)
    assert (session.gesture, session.hand.past, session.hand.future) == (third, [first, second], [])
    session.take(Idle())
    assert (session.gesture, session.hand.past, session.hand.future) == (Idle(), [], [])
