"""Snap in the running app: in the engine process, shown when it is there, given up by Esc."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.document import Shape
from engine.edits import PutShape
from engine.outlines import shape_box
from tests.tui.in_process import running, until, write

PERSON = (150.0, 470.0, 440.0, 640.0)


async def test_the_selected_box_is_fitted_and_the_screen_stays_quick(street: Path) -> None:
    async with running(street) as app:
        session = app.session
        car = Shape(1, 0, "car", "rectangle", (PERSON[:2], PERSON[2:]))
        session.commit("Draw car 1", PutShape(car))
        session.selection.selected = 1
        write(app, "~")
        await until(lambda: "snap" in session.jobs.running or session.history.undo_title == "Snap car 1")
        assert "job snap" not in [thread.name for thread in threading.enumerate()]  # the engine process does it
        await until(lambda: "snap" not in session.jobs.running)
        after = shape_box(session.document.shapes(0)[0])
        assert after != PERSON and session.history.undo_title == "Snap car 1"
        write(app, "~\x1b[27u:4\r")
        await until(lambda: session.frame == 3)
        assert "snap" not in session.jobs.running
