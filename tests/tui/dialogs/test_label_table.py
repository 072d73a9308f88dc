"""A detector's label table by keys and mouse: what it returns; it changes nothing itself."""

from __future__ import annotations

import pytest

from engine.document import TableRow
from tests.tui.in_process import click_on, on_top, settled, text_of, until, write
from tui.screens.label_table import Answer, LabelTable, Shown

ROWS = (TableRow("car", "car"), TableRow("dog"), TableRow("sky"))
SHOWN = Shown("Toy", ("car", "person"), 0.5, {"dog": 3}, frames=6, polygons=True, attributes=("age", "gender"))
DOWN, LEFT, RIGHT, ESCAPE = "\x1b[B", "\x1b[D", "\x1b[C", "\x1b[27u"


async def answer(app, keys: str, rows=ROWS, shown=SHOWN) -> Answer:
    found: list[Answer] = []
    app.ask(LabelTable(rows, shown), found.append)
    await until(lambda: on_top(app) == "LabelTable")
    write(app, keys)
    await until(lambda: found)
    return found[0]


@pytest.mark.parametrize(
    ("keys", "what"), [("\r", "frame"), ("a", "frame"), ("r", "range"), ("A", "all"), ("s", "keep")]
)
async def test_it_ends_with_what_is_asked_for(app, keys, what) -> None:
    assert await answer(app, keys) == Answer(what, ROWS, True)


@pytest.mark.parametrize(
    ("keys", "row", "wanted"),
    [
        (RIGHT, 0, TableRow("car", "person")), (LEFT, 0, TableRow("car")), ("h", 0, TableRow("car")),
        (DOWN + RIGHT, 1, TableRow("dog", "car")), ("jll", 1, TableRow("dog", "person")),
        ("jlll", 1, TableRow("dog", "dog")), ("jllll", 1, TableRow("dog")), ("jn", 1, TableRow("dog", "dog")),
        ("]]", 0, TableRow("car", "car", 0.6)), ("[", 0, TableRow("car", "car", 0.45)),
        ("]=", 0, TableRow("car", "car")),
        ("[" * 30, 0, TableRow("car", "car", 0.05)), ("]" * 30, 0, TableRow("car", "car", 1.0)),
        ("k*", 1, TableRow("dog", "dog")), ("k*", 2, TableRow("sky")), ("-", 0, TableRow("car")),
        ("+l", 1, TableRow("car", "car")), ("-m", 0, TableRow("car", "car")),
    ],
)  # fmt: skip
async def test_keys_change_the_marked_row(app, keys, row, wanted) -> None:
    assert (await answer(app, keys + "s")).rows[row] == wanted


async def test_rows_are_added_and_taken_away(app) -> None:
    assert [row.theirs for row in (await answer(app, "+s")).rows] == ["car", "car", "dog", "sky"]
    assert (await answer(app, "+-s")).rows == ROWS


@pytest.mark.parametrize(
    ("keys", "tiles", "tracks"),
    [("A", 0, ""), ("iA", 320, ""), ("iiiA", 1280, ""), ("iiiiA", 0, ""), ("TA", 0, "bytetrack"), ("TTA", 0, "ocsort"),
     ("TTTA", 0, "")],
)  # fmt: skip
async def test_tiles_and_tracks_are_gone_through(app, keys, tiles, tracks) -> None:
    shown = Shown("Toy", ("car",), 0.5, frames=6, tiles=0, tracks=True)
    assert await answer(app, keys, shown=shown) == Answer("all", ROWS, None, tiles, tracks)
    bare = await answer(app, keys, shown=Shown("Toy", ("car",), 0.5, frames=6))
    assert (bare.tiles, bare.tracks) == (None, "")


async def test_the_toggle_of_polygons(app) -> None:
    assert (await answer(app, "ps")).polygons is False
    assert (await answer(app, "ps", shown=Shown("Toy", (), 0.5))).polygons is None


MANY = tuple(TableRow(name) for name in ("hair drier", "handbag", "hand rake", "person", "Hand-Saw"))


@pytest.mark.parametrize(
    ("keys", "changed"),
    [
        ("/hand\rn", [1]), ("/hand" + DOWN + "\rn", [2]), ("/HAND SAW\rn", [4]), ("/hand\r*", [1, 2, 4]),
        ("/hand\r" + DOWN * 3 + "n", [1]), ("/handbx\x7fa\rn", [1]), ("/hand" + ESCAPE + DOWN + "n", [2]),
        ("/person\r/\x7f\x7f\x7f\x7f\x7f\x7f\rjn", [4]), ("/xyz\rn[+-*m", []), ("/xyz" + DOWN + "\r\x1b[6~n", []),
        ("/xyz" + ESCAPE + "n", [0]), ("/sans\x7f\x7f\x7f\x7f\x7fn", [4]),
    ],
)  # fmt: skip
async def test_names_are_found_by_typing_and_what_is_done_is_done_to_those_in_sight(app, keys, changed) -> None:
    rows = (await answer(app, keys + "s", rows=MANY, shown=Shown("Toy", ("car",), 0.5))).rows
    assert [number for number, row in enumerate(rows) if row.ours] == changed and len(rows) == len(MANY)


async def test_escape_shows_all_again_before_it_gives_up(app) -> None:
    app.ask(LabelTable(MANY, SHOWN), lambda answer: None)
    await until(lambda: on_top(app) == "LabelTable")
    write(app, "/rake")
    await until(lambda: "find: rake▏; 1 found" in text_of(app) and "person" not in text_of(app))
    write(app, "\r")
    await until(lambda: "find: rake  (Esc shows all)" in text_of(app))
    write(app, ESCAPE)
    await until(lambda: "person" in text_of(app) and "find:" not in text_of(app))
    write(app, ESCAPE)
    await until(lambda: on_top(app) == "MainScreen")


async def test_each_key_that_is_written_can_be_clicked(app) -> None:
    found: list[Answer] = []
    app.ask(LabelTable(ROWS, SHOWN), found.append)
    for words in ("→ our label", "] lowest score", "p masks to polygons"):
        await click_on(app, words)
        await settled(app)
    await click_on(app, "w words to ask for")
    await until(lambda: on_top(app) == "Ask")
    write(app, "red\r")
    await until(lambda: on_top(app) == "LabelTable")
    await click_on(app, "/ find a name")
    write(app, "ca")
    await click_on(app, "Enter keeps these rows")
    await until(lambda: "find: ca  (Esc" in text_of(app))
    await click_on(app, "S Only keep")
    await until(lambda: found)
    assert found[0] == Answer("keep", (TableRow("car", "person", 0.55, "red"), *ROWS[1:]), False)


async def test_words_and_attributes_are_typed(app) -> None:
    found: list[Answer] = []
    app.ask(LabelTable(ROWS, SHOWN), found.append)
    await until(lambda: on_top(app) == "LabelTable")
    write(app, "w")
    await until(lambda: on_top(app) == "Ask")
    write(app, "a red car\r")
    await until(lambda: on_top(app) == "LabelTable" and "asked for: a red car" in text_of(app))
    write(app, "t")
    await until(lambda: on_top(app) == "Ask")
    write(app, "age=years gender=\r")
    await until(lambda: on_top(app) == "LabelTable" and "age=years" in text_of(app))
    write(app, "s")
    await until(lambda: found)
    row = found[0].rows[0]
    assert row.phrase == "a red car" and row.attributes == {"age": "years", "gender": ""}


async def test_a_click_turns_a_label_and_a_button_ends_it(app) -> None:
    found: list[Answer] = []
    app.ask(LabelTable(ROWS, SHOWN), found.append)
    await click_on(app, " dog ")
    await until(lambda: "1 of 3 rows dropped" in text_of(app))
    await settled(app)
    await click_on(app, "All 6")
    await until(lambda: found)
    assert found[0].what == "all" and found[0].rows[1] == TableRow("dog", "car")


async def test_names_from_files_are_made_harmless_and_one_picture_has_no_range(app) -> None:
    rows = (TableRow("\x1b[31mred", "\x1b]0;x\x07"),)
    app.ask(LabelTable(rows, Shown("\x1b[1mToy", (), 0.5)), lambda answer: None)
    await until(lambda: on_top(app) == "LabelTable")
    await settled(app)
    assert "\x1b" not in text_of(app) and "Range" not in text_of(app)
    write(app, "rA")
    await settled(app)
    assert on_top(app) == "LabelTable"
