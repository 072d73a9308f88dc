"""Keys and what they do, in lines of a dialog: to be read, and to be clicked in place of pressing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.widgets import Static

Lines = Sequence[Sequence[tuple[str, str]]]
"""For each line: keys as the dialog hears them, and what stands there, side by side with its blanks."""


class KeyWords(Static):
    """Lines of keys; a click on one hands it to `take` at once, before what is typed next."""

    def __init__(self, lines: Lines, take: Callable[[str], None]) -> None:
        super().__init__(classes="hint", markup=False)
        self._take = take
        self.show(lines)

    def show(self, lines: Lines) -> None:
        """Show other keys."""
        self._lines = lines
        self.update(Text("\n".join("".join(words for _, words in line) for line in lines), no_wrap=True))

    def on_click(self, event: Click) -> None:
        """Do what the key does that stands where it was clicked."""
        event.stop()
        if not 0 <= event.y < len(self._lines):
            return
        start = 0
        for key, words in self._lines[event.y]:
            end = start + cell_len(words)
            if start <= event.x < end:
                self._take(key)
                return
            start = end
