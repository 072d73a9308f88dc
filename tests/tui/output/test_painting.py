"""What is written of what Textual draws, and what it keeps of dialogs that have gone."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Button

from tests.tui.in_process import running, until
from tui.output.painting import PaintingApp
from tui.widgets.status_bar import StatusBar


class Question(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Button("Yes")


async def test_a_dialog_that_has_gone_leaves_nothing() -> None:
    app = PaintingApp[None]()
    async with app.run_test() as pilot:
        kept = []
        for _ in range(3):
            app.push_screen(Question())
            await pilot.pause()
            drawn = app.screen.query_one(Button)._styles_cache
            assert drawn._cache
            kept.append(weakref.ref(drawn))
            del drawn
            app.pop_screen()
            await pilot.pause()
        gc.collect()
        assert [cache() for cache in kept] == [None] * 3


RED, BLUE = Style(color="red"), Style(color="blue")


def line(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


@pytest.mark.parametrize(
    ("before", "after", "at", "written"),
    [
        ([("at 100.0 now", RED)], [("at 101.0 now", RED)], 5, "1"),
        ([("at 100.0 now", RED)], [("at 205.0 now", RED)], 3, "205"),
        ([("one ", RED), ("two ", RED), ("end.", RED)], [("one ", RED), ("two ", BLUE), ("end.", RED)], 4, "two "),
        ([("one two end.", RED)], [("one ", RED), ("two end.", RED)], 0, ""),
        ([("日本 is wide", RED)], [("日本 or wide", RED)], 0, "日本 or wide"),
    ],
)
async def test_of_a_line_what_is_another_is_written(
    before: list[tuple[str, Style]], after: list[tuple[str, Style]], at: int, written: str
) -> None:
    app = PaintingApp[None]()
    async with app.run_test(size=(12, 3)):
        app.forget_rows()
        app._new_part(1, 0, line(*before))
        part = app._new_part(1, 0, line(*after))
        assert (part is None) is (written == "")
        if part is not None:
            assert part[:2] == (1, at) and part[2].text == written
        assert app._new_part(1, 0, line(*after)) is None


async def test_while_the_cursor_moves_its_place_is_written_now_and_then(street: Path) -> None:
    async with running(street) as app:
        bar, written = app.main.query_one(StatusBar), []
        await until(lambda: bar._pause is None)
        refresh = bar.refresh
        bar.refresh = lambda *args, **options: written.append(0) or refresh(*args, **options)  # type: ignore[method-assign]
        for place in range(10):
            app.session.view.cursor = (20.0 + place, 30.0)
            app.main.show()
        assert len(written) == 1
        await until(lambda: len(written) == 2)
        assert "29.0,30.0" in bar.render().plain
        app.session.view.precise = not app.session.view.precise
        app.session.label = ""
        app.main.show()
        assert len(written) == 3, "what else has changed does not wait"
