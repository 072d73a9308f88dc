"""A line to type into: the number of a frame, a new label, how far an object is copied."""

from __future__ import annotations

import pytest

from tests.tui.in_process import click_on, on_top, said, settled, until, write

ESC, BACK = "\x1b[27u", "\x7f"


@pytest.mark.parametrize(("typed", "frame"), [("3\r", 2), ("  6 \r", 5), ("\r", 0), (f"3{ESC}", 0)], ids=ascii)
async def test_a_frame_by_number(app, typed, frame):
    write(app, ":" + typed)
    await settled(app)
    await until(lambda: app.session.frame == frame and on_top(app) == "MainScreen")


async def test_a_frame_that_there_is_not_is_said(app):
    write(app, ":99\r")
    await until(lambda: "frames go from 1 to 6" in said(app))
    assert app.session.frame == 0


async def test_by_mouse_into_the_field(app):
    write(app, ":")
    await click_on(app, "Go to frame", 4)  # the title takes nothing
    await click_on(app, "▊▔", 4)
    write(app, "2\r")
    await until(lambda: app.session.frame == 1)


async def test_new_labels(app):
    write(app, "Strain, tram\r")
    await until(lambda: [label.name for label in app.session.document.labels][3:] == ["train", "tram"])


async def test_how_far_an_object_is_copied(app):
    write(app, "F")
    await until(lambda: "Select an object first" in said(app))
    write(app, "\tF")
    await until(lambda: on_top(app) == "Ask")
    write(app, BACK + "3\r")
    await until(lambda: app.session.history.undo_title)
    await settled(app)
    marked = [frame for frame in range(6) if any(shape.label == "car" for shape in app.session.document.shapes(frame))]
    assert marked == [0, 1, 2, 4]
