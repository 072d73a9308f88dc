"""Help and palette: ordered by task and by what is in hand, found by the words that people use."""

from __future__ import annotations

import pytest
from textual.fuzzy import Matcher
from textual.widgets import Input, Static

from engine.actions import load_actions
from engine.app_actions import HELP, describe
from engine.keymap import Command, load_keymap, shipped
from engine.modes import TITLES as MODES
from engine.topics import TASKS, WORDS, found, sections, task_of
from tests.tui.in_process import on_top, running, until, write
from tui.dialogs.palette import Commands, matched

ACTIONS = load_actions()


def help_of(mode: str = "main", keymap: str = "cvat"):
    return sections(load_keymap(keymap), lambda command: describe(ACTIONS, command), mode)


def everything(parts) -> set[tuple[str, str]]:
    return {(key, row.what) for part in parts for row in part.rows for key in row.keys.split(", ")}


@pytest.mark.parametrize("keymap", shipped())
@pytest.mark.parametrize("mode", ["main", *MODES])
def test_the_present_mode_comes_first_and_nothing_is_left_out(mode, keymap):
    parts, main = help_of(mode, keymap), help_of(keymap=keymap)
    wanted = f"Now: {MODES[mode]}" if mode != "main" else next(iter(TASKS))
    assert parts[0].title == wanted and everything(parts) >= everything(main)
    assert len({part.title for part in parts}) == len(parts)


@pytest.mark.parametrize("mode", ["draw", "brush", "edit", "prompt"])
def test_what_is_in_hand_says_how_it_is_finished_and_given_up(mode):
    what = [row.what for row in help_of(mode)[0].rows]
    assert sum(text.startswith("Finish") for text in what) >= 1 and any(text.startswith("Cancel") for text in what)
    assert any(text.startswith("Click") for text in what)


@pytest.mark.parametrize("action", sorted({*ACTIONS, *HELP}))
def test_every_action_has_its_task(action):
    assert task_of(action) in TASKS
    assert task_of(action) != "Undo, save, help" or action.startswith(("file.", "history.", "app."))


def test_other_names_are_of_actions_that_there_are():
    assert {name.split()[0] for name in WORDS} - {*ACTIONS, *HELP} <= {"app.tour"}


ASKED = {
    "exit": "app.quit", "bounding box": "draw.start rectangle", "bbox": "draw.start rectangle",
    "circle": "draw.start ellipse", "magnify": "view.zoom in", "duplicate": "shape.copy", "class": "label.choose 1",
    "segment": "app.interactors", "download": "app.models", "remove": "app.delete", "merge": "shape.join",
    "shortcuts": "app.help", "transparency": "view.fill 0.1", "revert": "history.undo", "rubber": "brush.erase",
    "next frame object": "frames.with_object 1",
}  # fmt: skip


@pytest.mark.parametrize("query", ASKED)
def test_help_is_found_by_other_words(query):
    command = Command.parse(ASKED[query])
    what = describe(ACTIONS, command).replace("Label 1 for", "Label 1 to 10 for")
    assert what in {row.what for part in found(help_of(), query) for row in part.rows}


def test_what_is_not_there_is_not_found():
    assert found(help_of(), "zebra") == [] and found(help_of(), "") == help_of()


async def test_typing_filters_the_help_and_the_question_mark_closes_it(street):
    async with running(street) as app:
        write(app, "b?zoom")
        await until(lambda: on_top(app) == "Help" and [field.value for field in app.screen.query(Input)] == ["zoom"])
        assert app.screen._sections[0].title == "Now: While drawing"
        await until(lambda: app.screen.query_one(Input).content_size.height == 1)
        await until(lambda: "Zoom in" in shown(app) and "Play" not in shown(app))
        write(app, "zz")
        await until(lambda: "Try another word" in shown(app))
        write(app, "?")
        await until(lambda: on_top(app) == "MainScreen")


def shown(app) -> str:
    console, keys = app.console, app.screen.query_one("#keys", Static)
    with console.capture() as capture:
        console.print(keys.content)
    return capture.get()


async def test_the_palette_finds_actions_and_tools_by_other_names(street):
    async with running(street) as app:
        entries = [*Commands(app.main)._entries()]
        texts = [entry.text for entry in entries]
        assert len(set(texts)) >= len({*HELP}) and "Take SAM (Segment Anything) in hand" in texts

        def best(query: str) -> str:
            return max(entries, key=lambda entry: matched(Matcher(query), entry)[0]).text

        for query, command in ASKED.items():
            if " " not in query:
                described = describe(ACTIONS, Command.parse(command))
                words = {entry.text for entry in entries if matched(Matcher(query), entry)[0] > 0}
                assert described in words, query
        assert best("exit") == "Quit" and best("sam") == "Take SAM (Segment Anything) in hand"
        assert best("bbox") == "Draw: rectangle"
        quit = next(entry for entry in entries if entry.text == "Quit")
        assert str(matched(Matcher("exit"), quit)[1]) == "Quit  (exit)"
        assert str(matched(Matcher("quit"), quit)[1]) == "Quit"


async def test_a_key_that_is_on_its_way_when_the_program_ends_does_no_harm(street):
    async with running(street) as app:
        write(app, "?")
        await until(lambda: on_top(app) == "Help")
    app.turns.follow()
