"""Help is scrolled by keys and by the wheel, and changes nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from textual.containers import VerticalScroll

from tests.tui.in_process import click_on, on_top, settled, text_of, until, write

ESC = "\x1b[27u"


@pytest.mark.parametrize("down", ["\x1b[6~", "\x1b[B\x1b[B\x1b[B", "\x1b[<65;40;12M"], ids=ascii)
@pytest.mark.parametrize("close", ["?", ESC, "\x1bOP"], ids=ascii)
async def test_it_scrolls_and_closes(app, down, close):
    write(app, "?")
    await until(lambda: on_top(app) == "Help" and "Frames" in text_of(app))
    await settled(app)
    scroll = app.screen.query_one(VerticalScroll)
    await until(lambda: scroll.max_scroll_y > 0)
    write(app, down)
    await until(lambda: scroll.scroll_target_y > 0)
    before = app.session.revision
    write(app, close)
    await until(lambda: on_top(app) == "MainScreen")
    assert app.session.revision == before and app.session.gesture.mode == "main"


async def test_a_click_in_the_panel_opens_it(app):
    await click_on(app, "? Help")
    await until(lambda: on_top(app) == "Help")


@pytest.mark.parametrize(
    ("key", "dialog", "words"),
    [("?", "Help", "Esc closes"), ("D", "Pick", "Esc gives up"), (":", "Ask", "Esc gives up")],
)
async def test_a_dialog_is_left_by_a_click_on_the_words_about_esc(app, key, dialog, words):
    write(app, key)
    await until(lambda: on_top(app) == dialog)
    await click_on(app, words, -2)  # what stands before them does nothing
    await settled(app)
    assert on_top(app) == dialog
    for _ in range(4):  # a dialog that grows when what it says comes moves the words away from under the mouse
        await click_on(app, words)
        with suppress(TimeoutError):
            await until(lambda: on_top(app) == "MainScreen", 4)
            break
    assert on_top(app) == "MainScreen"


async def test_the_keys_for_tracks_come_first_while_they_are_on(app):
    write(app, "G?")
    await until(lambda: on_top(app) == "Help" and "Now: Keys for tracks" in text_of(app))
    assert not app.session.view.track_keys
