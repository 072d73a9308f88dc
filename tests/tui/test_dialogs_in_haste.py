"""Several keys in one read: a dialog takes one answer, and the next key goes to what is under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.document import Shape
from engine.edits import PutShape
from engine.gestures import Prompting
from engine.keymap import load_keymap
from tests.tui.in_process import on_top, running, until, write
from tui.dialogs import own as dialogs

ESCAPE = "\x1b[27u"
WITHOUT_DIALOG = ("app.quit", "app.panels", "app.redraw", "app.tour", "app.log")
MENUS = sorted(set(dialogs.OWN).difference(WITHOUT_DIALOG))


def key_of(action: str) -> str:
    """Return what opens a menu, as it is typed: a character, two for a menu of tracks or a review, or Backspace."""
    keymap = load_keymap("cvat")
    if keys := keymap.keys(action):
        return next((key for key in keys if len(key) == 1), "\x7f")
    if keys := keymap.keys(action, mode="track"):
        return keymap.keys("track.keys")[0] + keys[0]
    return "\x05" + keymap.keys(action, mode="review")[0]


@pytest.mark.parametrize("answers", ["\r\r\r\r", f"{ESCAPE}{ESCAPE}", f"1{ESCAPE}\r", "\t\r\r"], ids=ascii)
async def test_every_menu_lives_through_more_answers_than_it_asks_for(street: Path, answers: str) -> None:
    async with running(street) as app:
        boxes = (Shape(1 + n, n, "car", "rectangle", ((300.0, 200.0), (360.0, 260.0))) for n in range(6))
        app.session.commit("Draw cars", *map(PutShape, boxes))
        for number, action in enumerate(MENUS):
            app.session.selection.selected = app.session.frame + 1  # some menus need an object
            frame = 1 + 2 * number % 5  # never the next one, to which the palette's first row would lead as well
            write(app, key_of(action) + answers + 4 * ESCAPE + f":{frame + 1}\r")
            await until(lambda frame=frame: app.session.frame == frame)
            assert on_top(app) == "MainScreen", action


async def test_the_key_after_an_answer_goes_to_what_is_under_the_dialog(street: Path) -> None:
    async with running(street) as app:
        write(app, "i\r\r")  # the first chooses a tool, the second clicks with it
        await until(lambda: isinstance(app.session.gesture, Prompting) and app.session.gesture.prompt.positive)
        write(app, ESCAPE + ESCAPE + ":4\rf")
        await until(lambda: app.session.frame == 4)


async def test_what_is_typed_before_a_dialog_is_there_is_its_text(street: Path) -> None:
    async with running(street) as app:
        write(app, "Sdog, cat\rs3s\x1b[B\r")
        await until(lambda: [label.name for label in app.session.document.labels][2:] == ["dog", "cat"])
        await until(lambda: app.session.label == "cat")


async def test_keys_typed_while_a_frame_is_on_its_way_reach_the_dialog_that_they_open(street: Path) -> None:
    async with running(street) as app:
        write(app, "fSdog\rf")
        await until(lambda: app.session.frame == 2)
        assert [label.name for label in app.session.document.labels][2:] == ["dog"]


async def test_clicks_and_keys_in_one_piece(street: Path) -> None:
    async with running(street) as app:
        write(app, "s")
        await until(lambda: on_top(app) == "Pick" and app.focused is not None and app.focused.region.area)
        row = app.focused.region
        click = f"\x1b[<0;{row.x + 4};{row.y + 2}M\x1b[<0;{row.x + 4};{row.y + 2}m"
        write(app, click + click + "f")
        await until(lambda: app.session.frame == 1)
        assert app.session.label == "person" and on_top(app) == "MainScreen"


async def test_an_answer_that_comes_late_takes_nothing_else_away(street: Path) -> None:
    async with running(street) as app:
        write(app, "s")
        await until(lambda: on_top(app) == "Pick")
        first = app.screen
        first.dismiss(None)
        first.dismiss("car")
        await until(lambda: on_top(app) == "MainScreen")
        write(app, "?")
        await until(lambda: on_top(app) == "Help")
        first.dismiss("car")
        assert on_top(app) == "Help"
