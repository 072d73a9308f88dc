"""Short messages over the lower right corner: what finished in the background, why something was not done.

Always there and only moved into sight: a toast of Textual's own makes the whole screen be drawn again when it comes and
when it goes, which is a whole picture on the wire where pictures lie in the cells.
"""

from __future__ import annotations

from typing import Literal

from rich.text import Text
from textual.geometry import Offset
from textual.widget import Widget

Severity = Literal["information", "warning", "error"]
MOST, WIDTH = 4, 60
"""Messages at once, and columns that they take."""
SIGNS: dict[Severity, tuple[str, str]] = {
    "information": ("▌ ", "green"), "warning": ("▌ ", "yellow"), "error": ("▌ ", "bold red"),
}  # fmt: skip


class Messages(Widget):
    """Lines that go by themselves, or all at once by a click on them."""

    DEFAULT_CSS = """
    Messages { layer: messages; dock: bottom; width: 60; height: auto; visibility: hidden;
               background: $panel; color: $text; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Text] = []
        self._right = self._above = 0

    def say(self, text: str, severity: Severity, seconds: float) -> None:
        """Show a message for so many seconds; the oldest makes room for it."""
        sign, style = SIGNS[severity]
        line = Text.assemble((sign, style), text)
        self._put([*self._lines, line][-MOST:])
        self.set_timer(seconds, lambda: self._put([other for other in self._lines if other is not line]))

    def on_click(self) -> None:
        """Take all away."""
        self._put([])

    def render(self) -> Text:
        """Return the messages, one below the other."""
        return Text("\n").join(self._lines)

    def place(self, right: int, above: int) -> None:
        """Lie with the right edge at a column, so many rows above the screen's lower edge."""
        if (right, above) != (self._right, self._above):
            self._right, self._above = right, above
            self._fit()

    def _fit(self) -> None:
        """Cover no more of the picture than the longest line needs."""
        width = min(max((line.cell_len for line in self._lines), default=0) + 2, WIDTH, self._right)
        self.styles.width, self.styles.offset = width, Offset(self._right - width, -self._above)

    def _put(self, lines: list[Text]) -> None:
        if lines != self._lines:
            self._lines = lines
            self._fit()
            self.visible = bool(lines)
            self.refresh(layout=True)
