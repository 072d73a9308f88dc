"""What is left of one size of the terminal at another: nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.events import Resize
from textual.geometry import Size

from tests.tui.in_process import running, until

SIZES = ((80, 24), (160, 45), (60, 15), (30, 8), (100, 30), (99, 30))


def fits(app: Any, columns: int) -> bool:
    """Say whether the app has a width, and the canvas what that leaves for it."""
    canvas = app.main._canvas
    return app.size.width == columns and canvas._area.columns == canvas.content_region.width


async def test_no_scroll_bar_is_left_after_resizing(street: Path) -> None:
    async with running(street, size=(160, 45)) as app:
        for columns, rows in SIZES:
            app.say("A message that is long enough to lie over the picture", "error")
            app._driver.send_message(Resize(Size(columns, rows), Size(columns, rows)))
            await until(lambda columns=columns: fits(app, columns))
            parts = app.main.walk_children(with_self=True)
            assert not [type(part).__name__ for part in parts if part.show_horizontal_scrollbar]
            assert not app.main.show_vertical_scrollbar
