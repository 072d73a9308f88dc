"""What the panels look like: words that can be read in every state, names of any script in their columns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from rich.segment import Segment

from engine.gestures import Drawing, Idle, Prompting
from tests.tui.in_process import on_top, running, until, write
from tui.app import TermwandApp
from tui.output.cells import cut, filled
from tui.widgets.label_list import LabelList
from tui.widgets.object_list import ObjectList
from tui.widgets.tool_panel import ToolPanel

SMALL = (80, 24)
NAMES = (
    "car",
    "a very long name of a label",
    "自動車と歩行者の信号機",
    "交通标志",
    "ünï",
    "👩 🚒",
    *(f"l{n}" for n in range(6)),
)
FOLDER = Path("annotations.termwand.yaml")
READABLE = 4.5
"""Contrast that WCAG 2.2 asks for (1.4.3)."""
ESC = "\x1b[27u"


@pytest.fixture
def many(street: Path) -> Path:
    """Return the sample with twelve labels, and forty objects on its first frame."""
    labels = "".join(f'- {{"name":"{name}"}}\n' for name in NAMES)
    shapes = "".join(
        f'- {{"id":{n + 1},"frame":0,"label":"{NAMES[n % 12]}","type":"rectangle",'
        f'"points":[[{n * 20}.0,10.0],[{n * 20 + 15}.0,40.0]]}}\n'
        for n in range(40)
    )
    head = 'termwand: 1\nmedia: {path: ".", kind: folder, frames: 6}\nnext_id: 90\n'
    (street / FOLDER).write_text(f"{head}labels:\n{labels}shapes:\n{shapes}", encoding="utf-8")
    return street


@pytest.fixture
async def app(many: Path) -> AsyncIterator[TermwandApp]:
    """Yield the app with all that, in a small terminal."""
    async with running(many, labels="", size=SMALL) as app:
        await until(lambda: "Objects 40" in text(app))
        yield app


def lines(app: TermwandApp) -> list[list[Segment]]:
    """Return what is on the screen, with the colours that the terminal is sent."""
    return [list(strip) for strip in app.screen._compositor.render_strips()]


def text(app: TermwandApp) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines(app))


def click(app: TermwandApp, words: str) -> None:
    """Click where words stand."""
    rows = text(app).split("\n")
    row = next(number for number, line in enumerate(rows) if words in line)
    place = f"{rows[row].index(words) + 2};{row + 1}"
    write(app, f"\x1b[<0;{place}M\x1b[<0;{place}m")


def light(color: tuple[int, int, int]) -> float:
    """Return the relative luminance."""
    parts = [c / 255 for c in color]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faint(app: TermwandApp) -> Iterator[tuple[str, float]]:
    """Yield the words that are hard to read, those on the picture not counted, with their contrast."""
    canvas = app.main.query_one("#picture").region
    for y, line in enumerate(lines(app)):
        x = 0
        for segment in line:
            on_picture = on_top(app) == "MainScreen" and canvas.contains(x, y)
            x += segment.cell_length
            if on_picture or not any(map(str.isalnum, segment.text)):
                continue
            colors = segment.style and (segment.style.color, segment.style.bgcolor)
            assert colors and colors[0] and colors[1] and colors[0].triplet and colors[1].triplet, segment
            dark, bright = sorted((light(colors[0].triplet), light(colors[1].triplet)))
            if (bright + 0.05) / (dark + 0.05) < READABLE:
                yield segment.text, round((bright + 0.05) / (dark + 0.05), 2)


STATES = {
    "nothing in hand": ("", "? help"),
    "an object selected": ("\t\t\t", " car 1 "),
    "a tool, blocked, with a filter": ("i1t&", "BLOCK"),
    "drawing": ("b", "draw rect"),
    "a choice of tools": ("i", "Interactors"),
    "a choice of labels": ("s", "add a label"),
    "a name asked for": ("S", "Several with commas"),
    "models": ("M", "Models"),
    "help": ("?", "keymap"),
    "help without an answer": ("?xyzzy", "Nothing here"),
    "palette": ("!", "Step by +1"),
    "palette with words": ("!zoom", "Zoom in"),
}


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_words_can_be_read_in_every_state(app, theme):
    app.theme = theme
    found = {}
    for state, (keys, sign) in STATES.items():
        write(app, keys)
        await until(lambda sign=sign: sign in text(app) and not app.turns._busy)
        found |= {(state, words): contrast for words, contrast in faint(app)}
        write(app, ESC + ESC)
        await until(lambda: on_top(app) == "MainScreen" and isinstance(app.session.gesture, Idle))
    assert found == {}


async def test_panels_have_titles_and_tools_their_names_in_80_columns(app):
    shown = text(app).split("\n")
    assert shown[0].startswith(" Tools") and "Objects 40" in shown[0] and "LHO" in shown[0]
    assert any(line.startswith(" Frames ") for line in shown) and any(" Labels 12" in line for line in shown)
    for name in ("I Wand", "⇧O OpenCV", "P Polygon", "⇧E Ellipse", "& Equal.", "^S Save", "? Help"):
        assert name in text(app)
    app.main.query_one(ToolPanel).styles.width = 4
    await until(lambda: "Polygon" not in text(app))
    assert "⇧O" in text(app)


async def test_what_is_selected_is_said_in_words(app):
    write(app, "\t")
    await until(lambda: "│ rectangle 1, manual " in text(app))
    write(app, "qlh")
    await until(lambda: "│ rectangle 1, locked, hidden, occluded" in text(app))
    write(app, "b")
    await until(lambda: "draw rect" in text(app) and "rectangle 1," not in text(app))


async def test_the_title_of_the_objects_stays_when_one_far_down_is_selected(app):
    write(app, "\x1b[Z\x1b[Z")
    await until(
        lambda: (app.session.selection.selected or 0) > 30 and f" {app.session.selection.selected} " in text(app)
    )
    assert "Objects 40" in text(app).split("\n")[0]


@pytest.mark.parametrize("kind", [ObjectList, LabelList])
async def test_names_of_any_script_keep_their_columns(app, kind):
    widget = app.main.query_one(kind)
    width = widget.scrollable_content_region.width
    rows = [widget.render_line(y) for y in range(min(widget.size.height, 13))]
    assert len(rows) > 5 and all(row.cell_length == width for row in rows)
    if kind is ObjectList:
        assert all(row.text.endswith("···m ") and f" {number} " in row.text for number, row in enumerate(rows[1:], 1))


async def test_labels_show_their_digits_and_colours_and_are_chosen_by_a_click(app):
    shown = text(app)
    assert "█ 1 car" in shown and "█ 2 a very" in shown
    listed = app.main.query_one(LabelList)
    colors = {next(iter(listed.render_line(y))).style.color.triplet for y in range(1, 6)}
    assert len(colors) == 5
    click(app, " 2 a very")
    await until(lambda: app.session.label == NAMES[1])
    write(app, "0")
    await until(lambda: app.session.label == NAMES[9] and " 0 l3" in text(app))


async def test_labels_come_into_sight_with_the_first(street):
    async with running(street, labels="", size=SMALL) as app:
        await until(lambda: "Shift+S adds one" in text(app))
        click(app, "adds one")
        await until(lambda: on_top(app) == "Ask")
        write(app, "car,sun\r")
        await until(lambda: "█ 2 sun" in text(app) and "Labels 2" in text(app))


async def test_a_tool_is_ended_by_the_mouse(app):
    write(app, "p")
    await until(lambda: "Done N" in text(app))
    for x, y in ((20, 8), (40, 8), (30, 12)):
        write(app, f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
    await until(lambda: isinstance(app.session.gesture, Drawing) and len(app.session.gesture.points) == 3)
    click(app, "Done N")
    await until(lambda: "Objects 41" in text(app) and isinstance(app.session.gesture, Idle))
    write(app, "B")
    await until(lambda: "Cancel Esc" in text(app))
    click(app, "Cancel Esc")
    await until(lambda: isinstance(app.session.gesture, Idle) and "Done N" not in text(app))
    click(app, "? help")
    await until(lambda: on_top(app) == "Help")


async def test_block_is_a_switch_for_the_mouse(app):
    write(app, "i1")
    await until(lambda: isinstance(app.session.gesture, Prompting) and "Block T" in text(app))
    click(app, "Block T")
    await until(lambda: app.session.hand.blocked and "BLOCK" in text(app))
    for x, y in ((20, 14), (22, 14)):
        write(app, f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
    await until(lambda: len(app.session.gesture.prompt.positive) == 2)
    await asyncio.sleep(0)
    assert "interact" not in app.session.jobs.running and app.session.gesture.answer is None
    click(app, "Block T")
    await until(lambda: not app.session.hand.blocked and app.session.gesture.answer is not None)
    assert app.session.gesture.answered == app.session.gesture.prompt


@pytest.mark.parametrize(
    ("words", "width", "shown"),
    [
        ("car", 5, "car"), ("a long name", 6, "a lon…"), ("自動車", 6, "自動車"), ("自動車", 5, "自動…"),
        ("自動車", 4, "自…"), ("x\x1b[31m", 9, "x␛[31m"), ("car", 0, ""), ("自", 1, "…"),
    ],
)  # fmt: skip
def test_text_is_cut_by_columns(words, width, shown):
    assert cut(words, width) == shown
    from rich.cells import cell_len

    assert cell_len(filled(words, width)) == width
