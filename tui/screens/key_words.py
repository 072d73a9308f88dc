"""Keys and what they do, in lines of a dialog: to be read, and to be clicked in place of pressing them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

GAP = 2
"""Columns between two of them."""

Lines = Sequence[Sequence[tuple[str, str]]]
"""For each line: a key as the dialog hears it, and what stands there."""


class KeyWords(Static):
    """Lines of keys; a click on one posts `Pressed` with it."""

    class Pressed(Message):
        """A key's words were clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, lines: Lines, *, classes: str = "hint") -> None:
        super().__init__(classes=classes, markup=False)
        self.show(lines)

    def show(self, lines: Lines) -> None:
        """Show other keys."""
        self._lines = lines
        gap = " " * GAP
        self.update(Text("\n".join(gap.join(words for _, words in line) for line in lines), no_wrap=True))

    def on_click(self, event: Click) -> None:
        """Tell which key stands where it was clicked."""
        event.stop()
        if not 0 <= event.y < len(self._lines):
            return
        start = 0
        for key, words in self._lines[event.y]:
            end = start + cell_len(words)
            if start <= event.x < end:
                self.post_message(self.Pressed(key))
                return
            start = end + GAP
