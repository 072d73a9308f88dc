"""What Textual keeps of dialogs that have gone."""

from __future__ import annotations

import gc
import weakref

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Button

from tui.painting import PaintingApp


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
