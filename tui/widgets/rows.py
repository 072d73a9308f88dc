"""A list of rows of one line each, of which only those in sight are made and drawn: there may be thousands.

Apart from the dialogs that show one. Textual's own list asks every row for its height before it shows the first.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Rows(ScrollView, can_focus=True):
    """Rows to go through by keys or mouse; `line` returns what a row shows, `enabled` whether it can be chosen."""

    COMPONENT_CLASSES = {"rows--marked", "rows--disabled"}
    DEFAULT_CSS = """
    Rows { height: auto; scrollbar-size-vertical: 1; overflow-x: hidden; background: $panel; }
    Rows > .rows--marked { background: $foreground; color: $background; text-style: bold; }
    Rows > .rows--disabled { color: $text-disabled; }
    """
    BINDINGS = [
        Binding("up", "step(-1)", show=False), Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False), Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(0)", show=False), Binding("end", "edge(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]  # fmt: skip

    class Marked(Message):
        """Another row is marked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    class Chosen(Message):
        """A row was chosen by Enter, or clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(
        self, count: int, line: Callable[[int], Text], *, marked: int = 0,
        enabled: Callable[[int], bool] = lambda row: True,
    ) -> None:  # fmt: skip
        super().__init__()
        self._count, self._line, self._enabled = count, line, enabled
        self.marked = marked if count else None
        """Number of the marked row, None where there is none."""
        self.virtual_size = Size(0, count)

    def on_mount(self) -> None:
        """Say which row is marked, once it has its place."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self.marked is not None:  # by now it may be another one: keys can come before the first drawing
            self.mark(self.marked)

    def show(self, count: int) -> None:
        """Show as many rows, made anew where they are in sight."""
        if count != self._count:
            self._count = count
            self.virtual_size = Size(self.virtual_size.width, count)
            self.marked = min(self.marked or 0, count - 1) if count else None
            self.refresh(layout=True)
        else:
            self.refresh()

    def mark(self, row: int) -> None:
        """Mark a row, and bring it into sight."""
        self.marked = row
        self._into_sight()
        self.refresh()
        self.post_message(self.Marked(row))

    def on_resize(self) -> None:
        """Keep the marked row in sight."""
        self._into_sight()

    def _into_sight(self) -> None:
        top, height = round(self.scroll_offset.y), self.scrollable_content_region.height
        if self.marked is not None and height and not top <= self.marked < top + height:
            above = self.marked < top
            self.scroll_to(y=self.marked if above else self.marked - height + 1, animate=False, immediate=True)

    def action_step(self, by: int) -> None:
        """Mark the next row that can be chosen, over the end to the beginning."""
        if self.marked is None:
            return
        rows = ((self.marked + by * far) % self._count for far in range(1, self._count + 1))
        self.mark(next((row for row in rows if self._enabled(row)), self.marked))

    def action_page(self, by: int) -> None:
        """Go on by as many rows as are in sight, no farther than to the end."""
        if self.marked is not None:
            self._mark_near(self.marked + by * max(self.scrollable_content_region.height - 1, 1), -by)

    def action_edge(self, end: int) -> None:
        """Go to the first (0) or the last (-1) row."""
        if self.marked is not None:
            self._mark_near(0 if end == 0 else self._count - 1, 1 if end == 0 else -1)

    def _mark_near(self, row: int, towards: int) -> None:
        row = min(max(row, 0), self._count - 1)
        while not self._enabled(row) and 0 <= row + towards < self._count:
            row += towards
        self.mark(row)

    def action_choose(self) -> None:
        """Choose the marked row."""
        if self.marked is not None and self._enabled(self.marked):
            self.post_message(self.Chosen(self.marked))

    def on_click(self, event: Click) -> None:
        """Choose the row that was clicked."""
        row = event.y + round(self.scroll_offset.y)
        if 0 <= row < self._count and self._enabled(row):
            event.stop()
            self.mark(row)
            self.action_choose()

    def render_line(self, y: int) -> Strip:
        """Return one line of the list."""
        row, width, style = y + round(self.scroll_offset.y), self.scrollable_content_region.width, self.rich_style
        if row >= self._count:
            return Strip.blank(width, style)
        if row == self.marked or not self._enabled(row):
            style = self.get_component_rich_style("rows--marked" if row == self.marked else "rows--disabled")
        text = Text.assemble(" ", self._line(row))
        text.truncate(width, overflow="ellipsis", pad=True)
        return Strip(Segment.apply_style(text.render(self.app.console), style)).adjust_cell_length(width, style)
