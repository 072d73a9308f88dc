"""Keys of other layouts: by their place where the terminal tells it, with a hint where it does not; text stays text."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from engine.gestures import Drawing, Editing, Idle
from engine.keymap import load_keymap, shipped
from tests.tui.in_process import on_top, running, until, write
from tui.input.keys import hint, is_foreign, name_in
from tui.widgets.messages import Messages

KNOWN = load_keymap("cvat").modes["main"]


def key(character: str, place: str = "") -> Key:
    event = Key(character, character)
    event.place = place
    return event


@pytest.mark.parametrize(
    ("character", "place", "name"),
    [
        ("и", "b", "b"), ("И", "B", "B"), ("б", ",", ","), ("ש", "a", "a"), ("ش", "a", "a"), ("α", "a", "a"),
        ("a", "q", "a"), ("&", "1", "&"), ("é", "2", "2"), ("é", "", "é"),
        ("и", "", "и"), ("1", "!", "1"), ("z", "y", "z"),
    ],
)  # fmt: skip
def test_a_letter_that_no_keymap_knows_counts_by_its_place(character: str, place: str, name: str) -> None:
    assert name_in(key(character, place), KNOWN.__contains__) == name


def test_digits_without_shift_count_where_their_signs_mean_nothing() -> None:
    assert name_in(key("&", "1"), lambda name: name == "1") == "1"
    assert name_in(key(";", "z"), lambda name: name == "z") == ";"  # Dvorak: a sign is meant as what it is


@pytest.mark.parametrize("keymap", shipped())
def test_every_letter_and_digit_of_a_keymap_is_reached_from_a_russian_layout(keymap: str) -> None:
    entries = load_keymap(keymap).modes["main"]
    for wanted in filter(lambda name: len(name) == 1 and name.isalnum(), entries):
        assert name_in(key("Ж", wanted), entries.__contains__) == wanted


def test_the_hint_names_the_character() -> None:
    assert "и" in hint("и") and "Latin" in hint("и") and "Shift" in hint("é")
    assert is_foreign("и") and not is_foreign("q") and not is_foreign("escape")


async def test_shortcuts_dialogs_and_fields(street: Path) -> None:
    async with running(street) as app:
        write(app, "\x1b[1080::98;1;1080u")  # b
        await until(lambda: isinstance(app.session.gesture, Drawing))
        write(app, "\x1b[27u\x1b[1099::115;1;1099u")  # s: labels
        await until(lambda: on_top(app) == "Pick")
        write(app, "\x1b[1086::106;1;1086u\r")  # j, in a list
        await until(lambda: app.session.label == "person")
        write(
            app, "\x1b[1099:1067:115;2;1067u" + "\x1b[1080::98;1;1080u\x1b[1073:1041:44;2;1041u" + "\r"
        )  # S, иБ, Enter
        await until(lambda: [label.name for label in app.session.document.labels][2:] == ["иБ"])
        write(app, "\x1b[1092::97;1;1092u\x1b[1103::122;5u")  # a click on nothing; Ctrl+Z
        await until(lambda: len(app.session.document.labels) == 2)


async def test_a_hint_now_and_then(street: Path) -> None:
    async with running(street) as app:
        lines = app.main.query_one(Messages)
        write(app, "иии")
        await until(lambda: any("sends и" in line.plain for line in lines._lines))
        write(app, ":3\r")
        await until(lambda: app.session.frame == 2)
        assert sum("sends" in line.plain for line in lines._lines) == 1 and isinstance(
            app.session.gesture, Idle | Editing
        )


async def test_pasted_text_goes_into_fields_and_nowhere_else(street: Path) -> None:
    async with running(street) as app:
        lines = app.main.query_one(Messages)
        write(app, "\x1b[200~bQq\x11\r\x1b[201~")
        await until(lambda: any("not used" in line.plain for line in lines._lines))
        assert isinstance(app.session.gesture, Idle) and app.is_running
        write(app, "S\x1b[200~two\r\n  lines\t\x1b[31mred\x07\x1b[201~\r")
        await until(lambda: [label.name for label in app.session.document.labels][2:] == ["two lines ␛[31mred␇"])
        write(app, ":\x1b[200~5\n\x1b[201~\r")
        await until(lambda: app.session.frame == 4)
        write(app, "i\x1b[200~1\r\x1b[201~\x1b[27u:2\r")  # into a list: nothing is chosen
        await until(lambda: app.session.frame == 1)
        assert isinstance(app.session.gesture, Idle)
        write(app, "!\x1b[200~Add a label\n\x1b[201~")
        await until(lambda: on_top(app) == "Palette" and getattr(app.focused, "value", "") == "Add a label")


@pytest.mark.parametrize(
    ("kind", "text", "value"), [("text", "STOP\nhere", "STOP here"), ("number", "12\n", "12.0"), ("checkbox", "x", "")]
)
async def test_text_pasted_into_an_attribute(street: Path, kind: str, text: str, value: str) -> None:
    (street / "annotations.termwand.yaml").write_text(
        'termwand: 1\nmedia: {path: ".", kind: folder, frames: 6}\nnext_id: 2\n'
        f'labels:\n- {{"name":"sign","attributes":[{{"name":"what","kind":"{kind}"}}]}}\nshapes:\n'
        '- {"id":1,"frame":0,"label":"sign","type":"rectangle","points":[[10.0,10.0],[40.0,40.0]]}\n'
    )  # fmt: skip
    async with running(street, labels="") as app:
        write(app, f"\tA\x1b[200~{text}\x1b[201~\r")
        await until(lambda: on_top(app) == "MainScreen" and not app.turns._busy)
        await until(lambda: str(app.session.document.shapes(0)[0].attributes.get("what", "")) == value)
