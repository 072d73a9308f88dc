"""A review of pictures with a detector's objects, by keys in the running app: accepted, flagged, fixed, and undone."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from engine.document import Shape
from engine.edits import PutShape
from tests.tui.in_process import handled, on_top, running, settled, until, write
from tui.app import TermwandApp

UNSURE = {3: 0.51, 6: 0.53, 9: 0.55}
"""Number of an object -> its score, hardly above the lowest that its detector takes."""
DELETE = "\x1b[3~"


def found(number: int) -> Shape:
    """Return an object that a detector has found, three on each picture."""
    frame, place = divmod(number - 1, 3)
    x = 100.0 + 200 * place
    points = ((x, 300.0), (x + 90, 360.0))
    score = UNSURE.get(number, 0.95)
    return Shape(number, frame, "car", "rectangle", points, source="auto", model="far", score=score)


def shape(app: TermwandApp, number: int) -> Shape | None:
    return app.session.document.shape((number - 1) // 3, number)


def state(app: TermwandApp, number: int) -> str:
    there = shape(app, number)
    return "" if there is None or there.review is None else there.review.state


async def test_pictures_are_reviewed_by_keys(street: Path) -> None:
    async with running(street) as app:
        session, review = app.session, app.session.review
        session.commit("Detect", *(PutShape(found(number)) for number in range(1, 19)), touches=False)
        write(app, "\x05")
        await settled(app)
        assert [entry.ids for entry in review.open] == [(3,), (6,), (9,)]  # the lowest margin first
        assert (session.frame, session.selection.selected) == (0, 3)
        assert review.at is not None and "has a score of 0.51" in review.at.text
        write(app, "\r")
        await settled(app)
        accepted = shape(app, 3)
        assert accepted is not None and accepted.verified and accepted.source == "auto" and state(app, 3) == "accepted"
        assert (session.frame, session.selection.selected) == (1, 6)
        write(app, "!")
        await until(lambda: on_top(app) == "Ask" and app.screen.query(Input))
        write(app, "a van?\r")
        await settled(app)
        assert state(app, 6) == "flagged" and session.selection.selected == 9
        write(app, "e\t\r\x1b[C\x1b[C\x1b[C\rn")  # a corner three cells to the right
        await settled(app)
        fixed = shape(app, 9)
        assert fixed is not None and fixed.points != found(9).points and fixed.source == "semi-auto"
        assert state(app, 9) == "fixed" and not review.open
        assert review.counts == {"accepted": 1, "flagged": 1, "fixed": 1}
        write(app, "u")
        await settled(app)
        assert state(app, 9) == "" and [entry.ids for entry in review.open] == [(9,)]
        write(app, DELETE)
        await handled(app)
        await settled(app)
        assert shape(app, 9) is None and not review.open
        write(app, "\x1b[27u")
        await until(lambda: not review.on)
