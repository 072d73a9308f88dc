"""Lists of thousands: what is made and drawn is what is in sight. Counted, not timed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from immutables import Map
from rich.text import Text
from textual.app import App, ComposeResult
from textual.widget import Widget

from engine.document import Attribute, Document, Label, MediaInfo, Rle, Shape
from engine.session.selection import Selection
from engine.viewport import Viewport
from tui.screens import attributes, models, pick
from tui.widgets import object_list, timeline
from tui.widgets.rows import Rows

MANY = 100_000
SIZE = (80, 24)
SEEN = 5 * SIZE[1]
"""Rows that may be made while a list comes up: it is laid out and drawn a few times."""


class Host(App[Any]):
    """A screen with one widget."""

    CSS = "Rows { max-height: 100%; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.heard.append(event.row)


class Counted:
    """A list's lines, and how often one was asked for."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, row: int) -> Text:
        self.count += 1
        return Text(f"row {row} " + "x" * 200)


async def test_only_the_rows_in_sight_are_made():
    line = Counted()
    app = Host(Rows(MANY, line))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert 0 < line.count <= SEEN
        for key in ("down", "end", "pageup", "home", "up"):
            before = line.count
            await pilot.press(key)
            await pilot.pause()
            assert line.count - before <= SEEN


@pytest.mark.parametrize(
    ("keys", "marked"),
    [
        ("down", 1), ("up", 99), ("down up", 0), ("end", 99), ("end down", 0), ("pagedown", 23), ("end pagedown", 99),
        ("pagedown pageup", 0), ("end home", 0), ("down " * 7, 8), ("up " * 3, 97),
    ],
)  # fmt: skip
async def test_keys_lead_to_rows_that_can_be_chosen(keys, marked):
    app = Host(Rows(100, Counted(), enabled=lambda row: row != 7))
    async with app.run_test(size=SIZE) as pilot:
        app.widget.focus()
        await pilot.press(*keys.split(), "enter")
        await pilot.pause()
        assert app.heard == [marked] and app.widget.marked == marked
        top = round(app.widget.scroll_offset.y)
        assert top <= marked < top + SIZE[1]


async def test_a_click_chooses_the_row_under_the_mouse_and_nothing_that_cannot_be_chosen():
    app = Host(Rows(100, Counted(), marked=60, enabled=lambda row: row != 50))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        top = round(app.widget.scroll_offset.y)
        for row in (59, 50, 58):
            await pilot.click(app.widget, offset=(3, row - top))
        assert app.heard == [59, 58]


async def test_a_list_that_gets_shorter_keeps_its_mark_in_it():
    app = Host(Rows(50, Counted(), marked=40))
    async with app.run_test(size=SIZE) as pilot:
        app.widget.show(10)
        await pilot.pause()
        assert app.widget.marked == 9
        app.widget.show(0)
        await pilot.press("down", "enter")
        assert app.widget.marked is None and not app.heard


def counting(monkeypatch, where: Any, name: str) -> list[None]:
    """Return what grows by one at every call of a function."""
    calls: list[None] = []
    function = getattr(where, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(None)
        return function(*arguments, **options)

    monkeypatch.setattr(where, name, call)
    return calls


def a_pick() -> pick.Pick:
    return pick.Pick("Label", [pick.Choice(str(row), f"label {row}") for row in range(MANY)], marked="70000")


def an_attribute_dialog() -> attributes.Attributes:
    kinds = ("checkbox", "text", "number")
    return attributes.Attributes("x", [attributes.Row(Attribute(f"a{row}", kinds[row % 3]), "") for row in range(5000)])


def a_list_of_models() -> models.Models:
    rows = [models.Row("sam", "SAM", f"file {row}", "1 MB", "here", "MIT") for row in range(10_000)]
    return models.Models(lambda: rows, lambda what, row: None)


@pytest.mark.parametrize(
    ("make", "where", "name"),
    [
        (a_pick, pick.Pick, "_line"), (an_attribute_dialog, attributes.Attributes, "_line"),
        (a_list_of_models, models, "_text"),
    ],
)  # fmt: skip
async def test_dialogs_make_the_rows_in_sight_alone(make, where, name, monkeypatch):
    monkeypatch.setattr(models, "EVERY", 1000.0)
    lines = counting(monkeypatch, where, name)
    app = Host(Widget())
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(make())
        await pilot.pause()
        assert 0 < len(lines) <= SEEN
        assert len(app.screen.query("*")) < 12
        before = len(lines)
        await pilot.press("down")
        await pilot.pause()
        assert 0 < len(lines) - before <= SEEN


async def test_a_long_list_of_objects_is_drawn_where_it_is_seen(monkeypatch):
    shapes = tuple(Shape(row + 1, 0, "car", "points", ((1.0, 1.0),)) for row in range(5000))
    labels = (Label("car"), *(Label(f"label {row}") for row in range(5000)))
    document = Document(MediaInfo("x"), labels, frames=Map({0: shapes}))
    session: Any = SimpleNamespace(
        document=document, safety=SimpleNamespace(document=document), shapes=shapes,
        selection=Selection(4000), frame=0,
        view=SimpleNamespace(viewport=Viewport((8, 8), (8, 8)), by_score=False),
    )  # fmt: skip
    rows = counting(monkeypatch, object_list.ObjectList, "_row")
    app = Host(object_list.ObjectList())
    async with app.run_test(size=SIZE) as pilot:
        app.widget.show(session)
        await pilot.pause()
        assert 0 < len(rows) <= SEEN
        before = len(rows)
        app.widget.show(session)
        await pilot.pause()
        assert len(rows) == before


async def test_a_mask_of_another_size_is_marked():
    masks = [Shape(1, 0, "car", "mask", mask=Rle(size, "0")) for size in ((8, 8), (9, 9))]
    marked = {}
    for shape in masks:
        document = Document(MediaInfo("x"), frames=Map({0: (shape,)}))
        session: Any = SimpleNamespace(
            document=document, safety=SimpleNamespace(document=document), frame=0,
            selection=Selection(),
            view=SimpleNamespace(viewport=Viewport((8, 8), (8, 8)), by_score=False),
        )  # fmt: skip
        app = Host(object_list.ObjectList())
        async with app.run_test(size=SIZE) as pilot:
            app.widget.show(session)
            await pilot.pause()
            marked[shape.mask.size] = "mask!" in app.widget.render_line(1).text
    assert marked == {(8, 8): False, (9, 9): True}


async def test_a_step_counts_no_frames(monkeypatch):
    frames = dict.fromkeys(range(0, MANY, 2), (None,))
    session: Any = SimpleNamespace(
        safety=SimpleNamespace(document=SimpleNamespace(frames=frames, tags={}, tracks={})), frame=5,
        media=SimpleNamespace(frames=range(MANY)), selection=Selection(), jobs=SimpleNamespace(progress={}),
    )  # fmt: skip
    app = Host(timeline.Timeline())
    async with app.run_test(size=SIZE) as pilot:
        app.widget.show(session)
        await pilot.pause()
        width = SIZE[0] - len(timeline.TITLE)
        known = timeline.cells_with(frames, width, MANY)
        session.frame = MANY - 1
        app.widget.show(session)
        await pilot.pause()
        assert timeline.cells_with(frames, width, MANY) is known and len(known) == width
