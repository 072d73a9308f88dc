"""The log, to look into without leaving: its last lines, new ones as they come, made safe like all strange text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from engine.text import plain
from tui.screens.modal import Dialog

EVERY = 1.0
"""Seconds between two looks for new lines."""
ALL = 1 << 30
SCROLLING = {"up,k": -1, "down,j": 1, "home": -ALL, "end": ALL}
PAGING = {"pageup": -1, "pagedown,space": 1}


class LogLines(Dialog[str]):
    """Shows the lines that `ask`, called in a thread, returns, oldest first; stays at their end while that is shown."""

    DEFAULT_CSS = """
    LogLines > Vertical { width: 120; height: 90%; }
    LogLines VerticalScroll { height: 1fr; }
    """
    BINDINGS = [
        *(Binding(keys, f"scroll({lines})", show=False) for keys, lines in SCROLLING.items()),
        *(Binding(keys, f"scroll(0, {pages})", show=False) for keys, pages in PAGING.items()),
    ]

    def __init__(self, where: str, ask: Callable[[], list[str]]) -> None:
        super().__init__()
        self._where, self._ask = plain(where), ask
        self._lines: list[str] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the lines and where they are kept."""
        with Vertical():
            yield Static(self._where, classes="title", markup=False)
            with VerticalScroll() as scroll:
                scroll.can_focus = False  # the keys are the dialog's
                yield Static(id="lines")
            yield Static("Arrows, Page Up and Down, Home, End; Esc closes", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show what is there, and look for more as long as the log is open."""
        self.set_interval(EVERY, self._refresh)
        self.call_after_refresh(self._refresh)

    async def _refresh(self) -> None:
        lines = await asyncio.to_thread(self._ask)
        if lines == self._lines or not self.is_attached:
            return
        scroll = self.query_one(VerticalScroll)
        at_end = self._lines is None or scroll.is_vertical_scroll_end
        self._lines = lines
        self.query_one("#lines", Static).update(Text("\n".join(map(plain, lines)) or "Nothing has been logged yet"))
        if at_end:
            scroll.scroll_end(animate=False)

    def action_scroll(self, lines: int, pages: int = 0) -> None:
        """Move through the lines, at once: a key that repeats must not be lost."""
        scroll = self.query_one(VerticalScroll)
        y = scroll.scroll_y + lines + pages * scroll.size.height
        scroll.scroll_to(y=min(max(y, 0), scroll.max_scroll_y), animate=False, immediate=True)
