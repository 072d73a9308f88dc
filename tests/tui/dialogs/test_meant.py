"""Dialogs whose title names a frame or an object: their answer is for these, whatever is shown when it comes."""

from __future__ import annotations

import pytest

from tests.tui.in_process import handled, on_top, said, settled, until, write


async def elsewhere(app, how: str) -> None:
    """Show or select something else, as a run that is watched does while a dialog is open."""
    if how == "frame":
        app.do("frames.step", 1)
        await settled(app)
        app.session.selection.selected = 1
    else:
        app.do("shape.select", 2)


@pytest.mark.parametrize("how", ["frame", "object"])
@pytest.mark.parametrize(("key", "dialog"), [("A", "Attributes"), ("propagate", "Ask")])
async def test_an_answer_about_what_is_no_longer_shown_does_nothing(app, key, dialog, how):
    app.do("shape.select", 1)
    before = app.session.document
    if key == "A":
        write(app, key)
    else:
        app.do("app.propagate")
    await until(lambda: on_top(app) == dialog)
    await elsewhere(app, how)
    app.screen.dismiss(([("color", "red")], ["person"]) if key == "A" else "3")
    await until(lambda: on_top(app) == "MainScreen")
    await settled(app)
    assert app.session.document is before and "ask again" in said(app)


async def test_nothing_plays_beneath_a_dialog(app, monkeypatch):
    monkeypatch.setattr("tui.life.SLIDE", 0.0)
    asked = []
    do = app.do
    write(app, " A")
    await until(lambda: on_top(app) == "Attributes" and not app.session.media.loading)
    monkeypatch.setattr(app, "do", lambda name, *args: (asked.append(name), do(name, *args)))
    app.session.media.playing, frame = True, app.session.frame
    for _ in range(3):
        app.life._tick(app, app.session)
        await handled(app)
    assert "frames.turn" not in asked and app.session.frame == frame and app.session.media.playing
    app.screen.dismiss(None)
    await until(lambda: app.session.frame != frame)
