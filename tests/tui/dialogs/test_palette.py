"""The palette does what is typed or clicked."""

from __future__ import annotations

from engine.gestures import Drawing, Prompting
from tests.tui.in_process import click_on, on_top, settled, text_of, until, write

ESC = "\x1b[27u"


async def typed(app, words: str, sign: str) -> None:
    write(app, "!" + words)
    await until(lambda: on_top(app) == "Palette" and sign in text_of(app))


async def test_by_keys(app):
    await typed(app, "Draw: ellipse", "Draw: ellipse\n")
    write(app, "\r\r")  # the first may only mark what was found
    await until(lambda: isinstance(app.session.gesture, Drawing) and app.session.gesture.type == "ellipse")


async def test_by_mouse(app):
    await typed(app, "bounding box", "Draw: rectangle")
    await click_on(app, "Draw: rectangle")
    await until(lambda: isinstance(app.session.gesture, Drawing) and on_top(app) == "MainScreen")


async def test_a_tool_by_its_name(app):
    await typed(app, "take graph cut", "Take Graph cut in hand")
    await click_on(app, "Take Graph cut")
    await until(lambda: isinstance(app.session.gesture, Prompting))


async def test_given_up_it_does_nothing(app):
    await typed(app, "Next", "the next frame")
    write(app, ESC + ESC)
    await until(lambda: on_top(app) == "MainScreen")
    await settled(app)
    assert app.session.frame == 0


async def test_keys_for_tracks_are_named_with_the_one_before_them(app):
    await typed(app, "fill the gap", "G ")
    assert app.keymap.keys("track.fill", mode="track") == ["i"] and "G I" in text_of(app)
